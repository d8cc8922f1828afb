/// A point on the time line: whole microseconds since 1970-01-01T00:00:00Z. The unit in which the database keeps time.
public struct Instant: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The start of 1970 in UTC.
  public static let epoch = Instant(microseconds: 0)
  /// Before everything; what "always" means when no time is known.
  public static let distantPast = Instant(microseconds: -62_135_596_800_000_000)
  /// After everything (the year 9999).
  public static let distantFuture = Instant(microseconds: 253_402_300_799_999_999)

  public static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }
  public static func + (a: Instant, b: TimeSpan) -> Instant { Instant(microseconds: a.microseconds &+ b.microseconds) }
  public static func - (a: Instant, b: TimeSpan) -> Instant { Instant(microseconds: a.microseconds &- b.microseconds) }
  public static func - (a: Instant, b: Instant) -> TimeSpan { TimeSpan(microseconds: a.microseconds &- b.microseconds) }

  /// The UTC day this instant lies in.
  public var day: Day { Day(containing: self) }
}

/// A length of time in whole microseconds; may be negative.
public struct TimeSpan: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static let zero = TimeSpan(microseconds: 0)
  /// Longer than any other: the age of what never happened.
  public static let never = TimeSpan(microseconds: .max)

  public static func milliseconds(_ n: Int64) -> TimeSpan { TimeSpan(microseconds: n * 1_000) }
  public static func seconds(_ n: Int64) -> TimeSpan { TimeSpan(microseconds: n * 1_000_000) }
  public static func minutes(_ n: Int64) -> TimeSpan { .seconds(n * 60) }
  public static func hours(_ n: Int64) -> TimeSpan { .minutes(n * 60) }
  public static func days(_ n: Int64) -> TimeSpan { .hours(n * 24) }

  public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.microseconds < b.microseconds }
  public static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan { TimeSpan(microseconds: a.microseconds + b.microseconds) }
  public static func - (a: TimeSpan, b: TimeSpan) -> TimeSpan { TimeSpan(microseconds: a.microseconds - b.microseconds) }

  /// Fractional seconds.
  public var seconds: Double { Double(microseconds) / 1_000_000 }
  /// Fractional days of 24 hours.
  public var days: Double { seconds / 86_400 }
}

/// A UTC calendar day, counted from 1970-01-01.
public struct Day: Hashable, Comparable, Sendable {
  public var number: Int32

  public init(number: Int32) { self.number = number }

  public init(containing instant: Instant) {
    let day = Int64(86_400_000_000)
    let quotient = instant.microseconds / day
    number = Int32(instant.microseconds % day < 0 ? quotient - 1 : quotient)
  }

  /// Midnight UTC at which the day begins.
  public var start: Instant { Instant(microseconds: Int64(number) * 86_400_000_000) }

  public static func < (a: Day, b: Day) -> Bool { a.number < b.number }
  public static func + (a: Day, n: Int) -> Day { Day(number: a.number + Int32(n)) }
  public static func - (a: Day, n: Int) -> Day { Day(number: a.number - Int32(n)) }
}

extension Instant {
  /// A number as systems count time: seconds since 1970, or milliseconds where it is that large (from 1e11).
  /// `nil` outside the years 1–9999.
  public init?(epoch number: Double) {
    guard number.isFinite else { return nil }
    let seconds = abs(number) >= 1e11 ? number / 1_000 : number
    guard seconds >= -62_135_596_800, seconds < 253_402_300_800 else { return nil }
    self.init(microseconds: Int64((seconds * 1_000_000).roundedByHalf))
  }
}
