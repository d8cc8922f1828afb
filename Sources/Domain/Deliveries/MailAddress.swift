/// An address for mail, with a name where one was given: `Ann Smith <ann@example.com>`.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
  /// Lower-case. Made of letters, digits and the marks that RFC 5322 lets stand without quotes, so that it can stand in any header.
  public let address: String
  /// For people; on one line.
  public let name: String?

  /// `nil` where the text is no address. Quoted local parts, address literals and letters beyond ASCII are not taken.
  public init?(_ text: String) {
    let text = Self.trimmed(text)
    guard text.utf8.count <= 500, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return nil }
    guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
      guard Self.isAddress(text) else { return nil }
      (address, name) = (text.lowercased(), nil)
      return
    }
    let inside = String(text[text.index(after: open)...].dropLast())
    var words = Self.trimmed(String(text[..<open]))
    if words.count > 1, words.hasPrefix("\""), words.hasSuffix("\"") { words = Self.trimmed(String(words.dropFirst().dropLast())) }
    guard Self.isAddress(inside) else { return nil }
    (address, name) = (inside.lowercased(), words.isEmpty ? nil : words)
  }

  /// What follows the `@`.
  public var domain: String { address.split(separator: "@").last.map(String.init) ?? address }

  public var description: String { name.map { "\($0) <\(address)>" } ?? address }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// `dot-atom @ dot-atom` of RFC 5322, section 3.4.1, within the lengths of RFC 5321, section 4.5.3.1; the domain is one of host names.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return false }
    let words = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    return words.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAtomLetter) } && isHost(String(parts[1]))
  }

  /// Whether a text is a name of a host as it stands in the DNS.
  public static func isHost(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        && label.utf8.first != UInt8(ascii: "-") && label.utf8.last != UInt8(ascii: "-")
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }

  private static let atomMarks = Set("!#$%&'*+-/=?^_`{|}~".utf8)
  private static func isAtomLetter(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || atomMarks.contains(byte) }
}
