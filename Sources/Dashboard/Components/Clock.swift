import Domain
import Foundation

/// The calendar of one reader: what an instant is called where she is.
struct Clock: Sendable {
  /// What stands on the wall.
  struct Reading: Hashable, Sendable {
    var date: CivilDate
    var hour: Int
    var minute: Int
    /// Seconds east of UTC.
    var offset: Int
  }

  private let zone: TimeZone
  /// The IANA name, as it was asked for; "UTC" where the system does not know it.
  let name: String

  init(timeZone: String) {
    let zone = TimeZone(identifier: timeZone)
    name = zone == nil ? "UTC" : timeZone
    self.zone = zone ?? TimeZone(secondsFromGMT: 0) ?? .gmt
  }

  func reading(_ instant: Instant) -> Reading {
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000))
    let local = instant + .seconds(Int64(offset))
    let minutes = Int((local - local.day.start).microseconds / 60_000_000)
    return Reading(date: CivilDate(local.day), hour: minutes / 60, minute: minutes % 60, offset: offset)
  }

  /// The first instant of a day there.
  func start(of day: Day) -> Instant {
    // The offset at the guess may lie on the other side of a change of the clocks; the second look is right.
    let guess = day.start - .seconds(Int64(reading(day.start).offset))
    return day.start - .seconds(Int64(reading(guess).offset))
  }

  /// The day an instant lies in there.
  func day(_ instant: Instant) -> Day { Day(reading(instant).date) }

  /// "26 Nov 2026".
  func date(_ instant: Instant) -> String { Self.words(reading(instant).date) }

  /// "Thu 26 Nov 2026, 14:05 (Europe/Berlin, UTC+01:00)".
  func full(_ instant: Instant) -> String {
    let reading = reading(instant)
    let weekday = Self.weekday(Day(reading.date))
    return "\(weekday) \(Self.words(reading.date)), \(Self.time(reading)) (\(name), \(Self.offset(reading.offset)))"
  }

  /// "14:05".
  static func time(_ reading: Reading) -> String { "\(twoDigits(reading.hour)):\(twoDigits(reading.minute))" }

  /// "26 Nov 2026".
  static func words(_ date: CivilDate) -> String { "\(short(date)) \(date.year)" }

  /// "26 Nov".
  static func short(_ date: CivilDate) -> String { "\(date.day) \(month(date))" }

  /// "Nov".
  static func month(_ date: CivilDate) -> String {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][date.month - 1]
  }

  /// "Thu".
  static func weekday(_ day: Day) -> String {
    // 1 January 1970 was a Thursday.
    let index = (Int(day.number) % 7 + 7) % 7
    return ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][index]
  }

  private static func offset(_ seconds: Int) -> String {
    let minutes = abs(seconds) / 60
    return "UTC\(seconds < 0 ? "−" : "+")\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
  }

  fileprivate static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// An instant as people say it ("3 h ago", "in 2 d", else the date), with the whole of it in the title.
func time(_ instant: Instant, _ shell: Shell) -> HTML {
  let clock = Clock(timeZone: shell.timeZone)
  return "<time datetime=\"\(instant.iso8601)\" title=\"\(clock.full(instant))\">\(relative(instant, now: shell.now, clock))</time>"
}

/// As `time`, in a sentence: "in 3 d", "on 18 Dec".
func when(_ instant: Instant, _ shell: Shell) -> HTML {
  let isFar = (instant - shell.now).microseconds.magnitude >= TimeSpan.days(7).microseconds.magnitude
  return isFar ? "on \(time(instant, shell))" : time(instant, shell)
}

/// An instant to the second ("26 Nov 2026, 14:05:09"), with the whole of it in the title: where it matters what came first.
func moment(_ instant: Instant, _ shell: Shell) -> HTML {
  let clock = Clock(timeZone: shell.timeZone)
  let reading = clock.reading(instant)
  let second = Int((instant.microseconds - instant.day.start.microseconds) / 1_000_000) % 60
  let words = "\(Clock.words(reading.date)), \(Clock.time(reading)):\(Clock.twoDigits(second))"
  return "<time datetime=\"\(instant.iso8601)\" title=\"\(clock.full(instant))\">\(words)</time>"
}

/// The day of an instant in the reader's zone ("26 Nov 2026"), with the whole of it in the title.
func day(_ instant: Instant, _ shell: Shell) -> HTML {
  let clock = Clock(timeZone: shell.timeZone)
  return "<time datetime=\"\(instant.iso8601)\" title=\"\(clock.full(instant))\">\(clock.date(instant))</time>"
}

/// A calendar day as it is ("26 Nov 2026").
func day(_ day: Day) -> HTML {
  "<time datetime=\"\(day.iso8601)\">\(Clock.words(CivilDate(day)))</time>"
}

/// Within a week by distance, else by date.
private func relative(_ instant: Instant, now: Instant, _ clock: Clock) -> String {
  let distance = instant - now
  // What was written a moment ago by a clock that is a little ahead.
  let isPast = distance <= .seconds(5)
  let minutes = distance.microseconds.magnitude / 60_000_000
  let amount: String
  switch minutes {
  case 0: return isPast ? "just now" : "in a moment"
  case ..<60: amount = "\(minutes) min"
  case ..<(24 * 60): amount = "\(minutes / 60) h"
  case ..<(7 * 24 * 60): amount = "\(minutes / (24 * 60)) d"
  default:
    let date = clock.reading(instant).date
    return date.year == clock.reading(now).date.year ? Clock.short(date) : Clock.words(date)
  }
  return isPast ? "\(amount) ago" : "in \(amount)"
}
