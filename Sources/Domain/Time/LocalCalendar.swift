import Foundation

/// Local days of some place.
public struct LocalCalendar: Sendable {
  private let calendar: Calendar

  /// - Parameter timeZone: IANA name; UTC where the system does not know it.
  public init(timeZone: String) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: timeZone) ?? TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    self.calendar = calendar
  }

  /// The local day in which an instant lies. A `Day` is a number of a calendar day; its `start` is midnight in UTC, not here.
  public func day(at instant: Instant) -> Day {
    let seconds = calendar.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: instant.epochSeconds))
    return (instant + .seconds(Int64(seconds))).day
  }
}
