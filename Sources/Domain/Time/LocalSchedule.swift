import Foundation

/// Work that is due once a day at a time of day in some place.
public struct LocalSchedule: Sendable {
  private let calendar: Calendar
  private let minute: Int

  /// - Parameters:
  ///   - timeZone: IANA name; UTC where the system does not know it.
  ///   - minute: minutes after local midnight.
  public init(timeZone: String, minute: Int) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    self.calendar = calendar
    self.minute = minute
  }

  /// The last time it was due at or before `now`. Where a day skips that time of day (summer time begins), the first instant after the gap.
  public func latest(at now: Instant) -> Instant? {
    let date = Date(timeIntervalSince1970: now.epochSeconds)
    let components = DateComponents(hour: minute / 60, minute: minute % 60, second: 0)
    if let exact = calendar.dateComponents([.hour, .minute, .second, .nanosecond], from: date).exactMinute, exact == minute { return now }
    return calendar.nextDate(after: date, matching: components, matchingPolicy: .nextTime, direction: .backward)
      .flatMap { Instant(epoch: $0.timeIntervalSince1970) }
  }

  /// Whether it is due at `now`, having last been done at `lastRun`. A last time more than a day ahead was noted by a clock that stood
  /// wrong, and counts for nothing.
  public func isDue(at now: Instant, lastRun: Instant?) -> Bool {
    guard let latest = latest(at: now) else { return false }
    return lastRun.map { $0 < latest || $0 - now > .days(1) } ?? true
  }
}

extension Instant {
  var epochSeconds: Double { Double(microseconds) / 1_000_000 }
}

extension DateComponents {
  fileprivate var exactMinute: Int? {
    guard let hour, let minute, second == 0, (nanosecond ?? 0) == 0 else { return nil }
    return hour * 60 + minute
  }
}
