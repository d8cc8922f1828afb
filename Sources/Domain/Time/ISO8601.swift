extension Instant {
  /// An instant from its ISO 8601 text, or `nil` where the text is none.
  ///
  /// Taken: a date alone (`2024-01-31`: midnight UTC); date and time with `T` or a blank between, minutes or seconds, a fraction (`.` or
  /// `,`) of 1 to
  /// 9 digits (cut to microseconds), then `Z`, `+hh`, `+hhmm`, `+hh:mm` or nothing (UTC). Years 1–9999, dates that exist,
  /// 00:00:00–23:59:59.
  public init?(iso8601 text: String) {
    var text = text
    let result = text.withUTF8 { ISO8601Scanner(bytes: $0).instant() }
    guard let result else { return nil }
    self = result
  }

  /// `2024-01-31T10:00:00Z`, in UTC, with 3 or 6 digits of fraction where there is one. Reading it back gives the same instant for the
  /// years 1–9999.
  public var iso8601: String {
    let inDay = microseconds - day.start.microseconds
    let seconds = Int(inDay / 1_000_000)
    let fraction = Int(inDay % 1_000_000)
    let time = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    let tail = fraction == 0 ? "" : fraction % 1_000 == 0 ? ".\(padded(fraction / 1_000, 3))" : ".\(padded(fraction, 6))"
    return "\(day.iso8601)T\(time)\(tail)Z"
  }
}

/// Reads from left to right; every step says `nil` where the text does not fit.
private struct ISO8601Scanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  func instant() -> Instant? {
    // Longest taken: 2024-01-31T10:00:00.123456789+01:00.
    guard bytes.count >= 10, bytes.count <= 35 else { return nil }
    var scanner = self
    return scanner.scan()
  }

  private mutating func scan() -> Instant? {
    guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let midnight = Day(date).start
    if position == bytes.count { return midnight }
    guard take("T") || take("t") || take(" "), let time = timeOfDay(), let offset = offset(), position == bytes.count else { return nil }
    let instant = midnight + time - offset
    return instant >= .distantPast && instant <= .distantFuture ? instant : nil
  }

  private mutating func timeOfDay() -> TimeSpan? {
    guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
    var micros = Int64(hour * 3_600 + minute * 60) * 1_000_000
    guard take(":") else { return TimeSpan(microseconds: micros) }
    guard let second = digits(2), second < 60 else { return nil }
    micros += Int64(second) * 1_000_000
    if take(".") || take(",") {
      guard let fraction = fraction() else { return nil }
      micros += fraction
    }
    return TimeSpan(microseconds: micros)
  }

  /// One to nine digits after the point, as microseconds.
  private mutating func fraction() -> Int64? {
    let start = position
    var micros: Int64 = 0
    while let digit = digit() {
      position += 1
      if position - start <= 6 { micros = micros * 10 + Int64(digit) }
    }
    let count = position - start
    guard (1...9).contains(count) else { return nil }
    for _ in min(count, 6)..<6 { micros *= 10 }
    return micros
  }

  private mutating func offset() -> TimeSpan? {
    if position == bytes.count || take("Z") || take("z") { return .zero }
    let negative = take("-")
    guard negative || take("+"), let hours = digits(2), hours < 24 else { return nil }
    var minutes = 0
    if position < bytes.count {
      _ = take(":")
      guard let given = digits(2), given < 60 else { return nil }
      minutes = given
    }
    return .minutes(Int64(hours * 60 + minutes) * (negative ? -1 : 1))
  }

  private func digit() -> UInt8? {
    guard position < bytes.count, bytes[position] &- 0x30 < 10 else { return nil }
    return bytes[position] - 0x30
  }

  private mutating func digits(_ count: Int) -> Int? {
    var number = 0
    for _ in 0..<count {
      guard let digit = digit() else { return nil }
      number = number * 10 + Int(digit)
      position += 1
    }
    return number
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}
