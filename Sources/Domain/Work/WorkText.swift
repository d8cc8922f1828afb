/// Texts that people write, in the form in which they are kept.
enum WorkText {
  /// One line: trimmed, line breaks and other control characters as blanks.
  /// - Throws: `WorkMistake` where it is empty or too long. Counted are Unicode scalars: a letter may carry any number of marks.
  static func line(_ text: String, _ field: WorkMistake.Field, maximum: Int, mayBeEmpty: Bool = false) throws(WorkMistake) -> String {
    try checked(cleaned(text) { isControl($0) ? " " : $0 }, field, maximum, mayBeEmpty)
  }

  /// Several lines: trimmed, line breaks and tabs stay.
  /// - Throws: `WorkMistake` where it is empty or too long.
  static func block(_ text: String, _ field: WorkMistake.Field, maximum: Int, mayBeEmpty: Bool = false) throws(WorkMistake) -> String {
    try checked(cleaned(text) { isControl($0) && $0 != "\n" && $0 != "\t" ? " " : $0 }, field, maximum, mayBeEmpty)
  }

  /// The beginning of a text, with an ellipsis where something was cut off.
  static func cut(_ text: String, to maximum: Int) -> String {
    text.unicodeScalars.count <= maximum ? text : String(text.unicodeScalars.prefix(maximum - 1)) + "…"
  }

  private static func cleaned(_ text: String, _ replace: (Unicode.Scalar) -> Unicode.Scalar) -> String {
    var scalars = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      // "\r\n" and "\r" alone are line breaks as others write them.
      if isAfterReturn, scalar == "\n" {
        isAfterReturn = false
        continue
      }
      isAfterReturn = scalar == "\r"
      scalars.append(replace(scalar == "\r" ? "\n" : scalar))
    }
    return trimmed(String(scalars)).streamSafe
  }

  private static func checked(
    _ text: String, _ field: WorkMistake.Field, _ maximum: Int, _ mayBeEmpty: Bool
  ) throws(WorkMistake) -> String {
    if text.isEmpty, !mayBeEmpty { throw .empty(field) }
    if text.unicodeScalars.count > maximum { throw .long(field, maximum: maximum) }
    return text
  }

  /// Without white space at either end.
  static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

extension CustomerTask {
  /// The longest address of an owner, in characters (RFC 5321, section 4.5.3.1.3, less its brackets).
  public static let longestOwner = 254

  /// An owner's address as it is kept: trimmed, in lower case.
  /// - Returns: `nil` where the text is none: without an @, with white space inside, or too long.
  public static func ownerAddress(_ text: String) -> String? {
    let address = WorkText.trimmed(text).lowercased()
    guard address.contains("@"), address.unicodeScalars.count <= longestOwner,
      !address.unicodeScalars.contains(where: { $0.properties.isWhitespace || WorkText.isControl($0) })
    else { return nil }
    return address
  }
}

extension CustomerState {
  /// Who looks after the customer: the address in the attribute of that name (as it arrives), in lower case; `nil` where there is none.
  public func owner(attribute: String) -> String? { self[attribute: attribute]?.string.flatMap(CustomerTask.ownerAddress) }
}
