import Foundation

/// A day of the week.
public enum Weekday: String, Hashable, Sendable, CaseIterable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// Days after Monday.
  var offset: Int {
    switch self {
    case .monday: 0
    case .tuesday: 1
    case .wednesday: 2
    case .thursday: 3
    case .friday: 4
    case .saturday: 5
    case .sunday: 6
    }
  }
}

/// A week from Monday to Sunday, as ISO 8601 numbers it: the week of a year is the one that holds its Thursday.
public struct Week: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The day it begins with.
  public let monday: Day

  public init(containing day: Day) {
    // Day 0 was a Thursday.
    let offset = (Int(day.number) + 3) % 7
    monday = day - (offset < 0 ? offset + 7 : offset)
  }

  /// 1–53.
  public var number: Int {
    let thursday = monday + 3
    let newYear = CivilDate(year: CivilDate(thursday).year, month: 1, day: 1).map { Day($0) } ?? thursday
    return Int(thursday.number - newYear.number) / 7 + 1
  }

  /// "2026-W49".
  public var description: String { "\(padded(CivilDate(monday + 3).year, 4))-W\(padded(number, 2))" }

  public static func < (a: Week, b: Week) -> Bool { a.monday < b.monday }
}

/// Work that is due once a week, on one day at a time of day in some place.
public struct WeeklySchedule: Sendable {
  private let calendar: Calendar
  private let weekday: Weekday
  private let minute: Int

  /// - Parameters:
  ///   - timeZone: IANA name; UTC where the system does not know it.
  ///   - minute: minutes after local midnight.
  public init(timeZone: String, weekday: Weekday, minute: Int) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    self.calendar = calendar
    self.weekday = weekday
    self.minute = minute
  }

  /// The week of that place in which an instant lies.
  public func week(of instant: Instant) -> Week {
    let local = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: instant.epochSeconds))
    let date = CivilDate(year: local.year ?? 1970, month: local.month ?? 1, day: local.day ?? 1)
    return Week(containing: date.map { Day($0) } ?? instant.day)
  }

  /// When the work of a week is due. Where that day skips the time of day (summer time begins), as much later.
  public func due(in week: Week) -> Instant? {
    let date = CivilDate(week.monday + weekday.offset)
    let components = DateComponents(year: date.year, month: date.month, day: date.day, hour: minute / 60, minute: minute % 60)
    return calendar.date(from: components).flatMap { Instant(epoch: $0.timeIntervalSince1970) }
  }

  /// Whether the work of the week in which `now` lies is due, having last been done at `lastRun`. What was missed in an earlier week is
  /// not caught up with. A last time more than a day ahead was noted by a clock that stood wrong, and counts for nothing.
  public func isDue(at now: Instant, lastRun: Instant) -> Bool {
    guard let due = due(in: week(of: now)), due <= now else { return false }
    return lastRun < due || lastRun - now > .days(1)
  }
}
