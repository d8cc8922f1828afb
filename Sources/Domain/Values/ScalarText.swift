extension String {
  /// The text with one character of a format's syntax replaced wherever its code point stands.
  ///
  /// Swift's own `replacing` goes by what people see as characters: a quotation mark with a combining mark behind it is another one to it,
  /// but ends a quoted text all the same.
  public func replacing(scalar: Unicode.Scalar, with replacement: String) -> String {
    guard unicodeScalars.contains(scalar) else { return self }
    var scalars = UnicodeScalarView()
    for next in unicodeScalars {
      if next == scalar { scalars.append(contentsOf: replacement.unicodeScalars) } else { scalars.append(next) }
    }
    return String(scalars)
  }
}
