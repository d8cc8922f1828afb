import Domain

/// Dates and times of day as forms carry them: without a zone, meant as the reader's.
public enum FormTime {
  /// For a field of the type `datetime-local`: "2026-11-27T14:05".
  /// - Parameter timeZone: an IANA name.
  public static func minute(_ instant: Instant, timeZone: String) -> String {
    let reading = Clock(timeZone: timeZone).reading(instant)
    return "\(Day(reading.date).iso8601)T\(Clock.time(reading))"
  }

  /// For a field of the type `date`: "2026-11-27".
  /// - Parameter timeZone: an IANA name.
  public static func date(_ instant: Instant, timeZone: String) -> String {
    Day(Clock(timeZone: timeZone).reading(instant).date).iso8601
  }

  /// What such a text means there: a date alone means the day's first instant. A time that the clocks skip means as much after the gap,
  /// one that they show twice the first of both; `nil`: no date, or one that does not exist.
  /// - Parameter timeZone: an IANA name.
  public static func instant(_ text: String, timeZone: String) -> Instant? {
    let isPlain = text.utf8.enumerated().allSatisfy { index, byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "T") || byte == UInt8(ascii: ":")
        || (byte == UInt8(ascii: "-") && index < 10)
    }
    guard isPlain, [10, 16, 19].contains(text.utf8.count) else { return nil }
    let clock = Clock(timeZone: timeZone)
    // Seconds are added where browsers leave them out.
    guard let local = Instant(iso8601: text.utf8.count == 16 ? text + ":00" : text) else { return nil }
    let offsets = [local - .days(1), local + .days(1)].map { clock.reading($0).offset }
    let candidates = offsets.map { local - .seconds(Int64($0)) }
    let exact = candidates.filter { $0 + .seconds(Int64(clock.reading($0).offset)) == local }
    return exact.min() ?? candidates.max()
  }
}
