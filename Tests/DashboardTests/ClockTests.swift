import Domain
import Testing

@testable import Dashboard

@Suite("Times as people read them") struct ClockTests {
  private func words(_ text: String, zone: String = "Europe/Berlin") -> String {
    Markup(time(LookSamples.instant(text), LookSamples.shell(timeZone: zone))).elements[0].text
  }

  /// Now is 2026-11-26, 12:05 in UTC.
  @Test(
    "Near ones are said by distance, far ones by date",
    arguments: [
      ("2026-11-26T12:05:00Z", "just now"), ("2026-11-26T12:04:01Z", "just now"), ("2026-11-26T12:05:59Z", "in a moment"),
      ("2026-11-26T12:04:00Z", "1 min ago"), ("2026-11-26T11:06:00Z", "59 min ago"), ("2026-11-26T11:05:00Z", "1 h ago"),
      ("2026-11-26T15:10:00Z", "in 3 h"), ("2026-11-25T12:06:00Z", "23 h ago"), ("2026-11-25T12:05:00Z", "1 d ago"),
      ("2026-11-28T12:05:00Z", "in 2 d"), ("2026-11-19T12:05:01Z", "6 d ago"), ("2026-11-19T12:05:00Z", "19 Nov"),
      ("2025-11-19T12:05:00Z", "19 Nov 2025"), ("2027-01-02T12:05:00Z", "2 Jan 2027"),
    ])
  func relative(text: String, expected: String) {
    #expect(words(text) == expected)
  }

  @Test("The whole of it stands in the title, with the zone; the machine's form beside it")
  func title() {
    let element = Markup(time(LookSamples.instant("2026-07-01T22:30:00Z"), LookSamples.shell())).elements[0]
    #expect(element["title"] == "Thu 2 Jul 2026, 00:30 (Europe/Berlin, UTC+02:00)")
    #expect(element["datetime"] == "2026-07-01T22:30:00Z")
    let west = Markup(day(LookSamples.instant("2026-01-01T02:00:00Z"), LookSamples.shell(timeZone: "America/St_Johns"))).elements[0]
    #expect(west.text == "31 Dec 2025")
    #expect(west["title"] == "Wed 31 Dec 2025, 22:30 (America/St_Johns, UTC−03:30)")
  }

  @Test("A zone that nobody knows is UTC, and says so")
  func unknownZone() {
    #expect(Clock(timeZone: "Mars/Olympus").name == "UTC")
    #expect(Clock(timeZone: "Mars/Olympus").reading(LookSamples.now).hour == 12)
  }

  @Test(
    "A day begins at its first instant there, also when the clocks change",
    arguments: [
      ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"), ("2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"),
      ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z"), ("2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00Z"),
      ("2026-11-26", "Pacific/Kiritimati", "2026-11-25T10:00:00Z"), ("2026-11-26", "America/New_York", "2026-11-26T05:00:00Z"),
    ])
  func startOfDay(day: String, zone: String, start: String) {
    #expect(Clock(timeZone: zone).start(of: LookSamples.day(day)).iso8601 == start)
  }

  @Test("Weekdays are right, before 1970 too")
  func weekdays() {
    #expect(
      ["1969-12-31", "1970-01-01", "2026-11-26", "1900-01-01"].map { Clock.weekday(LookSamples.day($0)) } == ["Wed", "Thu", "Thu", "Mon"])
  }
}
