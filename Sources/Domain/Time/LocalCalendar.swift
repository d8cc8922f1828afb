import Foundation

/// Local days of some place.
public struct LocalCalendar: Sendable {
  private let calendar: Calendar
  private let timeZone: String

  /// For what is kept for readers anywhere.
  public static let utc = LocalCalendar(timeZone: "UTC")

  /// - Parameter timeZone: IANA name; UTC where the system does not know it.
  public init(timeZone: String) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    self.calendar = calendar
    self.timeZone = TimeZone(identifier: timeZone) == nil ? "UTC" : timeZone
  }

  /// The local day in which an instant lies. A `Day` is a number of a calendar day; its `start` is midnight in UTC, not here.
  public func day(at instant: Instant) -> Day { local(instant).day }

  /// For people: "2026-11-30 10:05 (Europe/Berlin)", "2026-11-30 09:05 UTC".
  public func minute(at instant: Instant) -> String {
    let local = local(instant)
    let minutes = Int((local.microseconds - local.day.start.microseconds) / 60_000_000)
    let words = "\(local.day.iso8601) \(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    return timeZone == "UTC" ? words + " UTC" : words + " (\(timeZone))"
  }

  /// What a clock there shows, as if it were UTC.
  private func local(_ instant: Instant) -> Instant {
    instant + .seconds(Int64(calendar.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: instant.epochSeconds))))
  }
}
