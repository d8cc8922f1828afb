extension TimeSpan {
  /// Units of durations as they are written, the longest first.
  static let units: [(letter: Character, length: TimeSpan)] = [
    ("w", .days(7)), ("d", .days(1)), ("h", .hours(1)), ("m", .minutes(1)), ("s", .seconds(1)),
  ]

  /// Reads `14d`, `3h`, `30m` (minutes), `45s`, `2w`, `1.5d`, or plain `0`; `nil` for anything else and for more than 100 years.
  public init?(text: String) {
    if text == "0" {
      self = .zero
      return
    }
    guard let unit = text.last.flatMap({ letter in Self.units.first { $0.letter == letter } }) else { return nil }
    let digits = text.dropLast()
    guard digits.count <= 12, digits.first?.isASCIIDigit == true, digits.last?.isASCIIDigit == true,
      digits.allSatisfy({ $0.isASCIIDigit || $0 == "." }), let count = Double(String(digits))
    else { return nil }
    let microseconds = (count * Double(unit.length.microseconds)).rounded()
    guard microseconds <= Double(ExpressionLimits.duration.microseconds) else { return nil }
    self.init(microseconds: Int64(microseconds))
  }

  /// The shortest way to write it that `init(text:)` reads back: `14d`, `36h`; "never" for the age of what never happened.
  public var text: String {
    if self == .never { return "never" }
    if microseconds == 0 { return "0s" }
    for unit in Self.units.dropFirst() where microseconds % unit.length.microseconds == 0 {
      return "\(microseconds / unit.length.microseconds)\(unit.letter)"
    }
    return "\(seconds)s"
  }
}

extension Character {
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
