import Domain
import Testing

@testable import Dashboard

@Suite("Times in forms") struct FormTimeTests {
  private static let berlin = "Europe/Berlin"

  @Test("They are those of the reader's clock")
  func written() {
    let instant = Instant(iso8601: "2026-11-26T23:30:45Z") ?? .epoch
    #expect(FormTime.minute(instant, timeZone: Self.berlin) == "2026-11-27T00:30")
    #expect(FormTime.date(instant, timeZone: Self.berlin) == "2026-11-27")
    #expect(FormTime.minute(instant, timeZone: "America/New_York") == "2026-11-26T18:30")
  }

  @Test(
    "They are read as the reader's clock says",
    arguments: [
      ("2026-11-27T00:30", "2026-11-26T23:30:00Z"), ("2026-07-27T00:30:15", "2026-07-26T22:30:15Z"), ("2026-11-27", "2026-11-26T23:00:00Z"),
      // The clocks skip from two to three, and show the hour from two to three twice.
      ("2026-03-29T02:30", "2026-03-29T01:30:00Z"), ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
      ("2026-03-29", "2026-03-28T23:00:00Z"), ("2026-10-25", "2026-10-24T22:00:00Z"),
    ])
  func read(text: String, instant: String) {
    #expect(FormTime.instant(text, timeZone: Self.berlin)?.iso8601 == instant)
  }

  @Test("A skipped time means as much after the gap, west of Greenwich too")
  func gap() {
    #expect(FormTime.instant("2026-03-08T02:30", timeZone: "America/New_York")?.iso8601 == "2026-03-08T07:30:00Z")
  }

  @Test("A midnight that the clocks skip is the day's first instant")
  func skippedMidnight() {
    // Beirut: on 29 March 2026 the clocks go from 00:00 to 01:00.
    #expect(FormTime.instant("2026-03-29", timeZone: "Asia/Beirut")?.iso8601 == "2026-03-28T22:00:00Z")
  }

  @Test(
    "What is no date is none",
    arguments: [
      "", "tomorrow", "2026-02-30", "2026-11-27T25:00", "2026-11-27T00:30Z", "2026-11-27T00:30+01:00", "2026-11-27 00:30", "2026-11-27T",
    ])
  func wrong(text: String) {
    #expect(FormTime.instant(text, timeZone: Self.berlin) == nil)
  }

  @Test("What is written is read as the same minute, all year round")
  func roundTrip() {
    let start = Instant(iso8601: "2026-01-01T00:00:00Z") ?? .epoch
    for hour in stride(from: 0, to: 366 * 24, by: 5) {
      let instant = start + .hours(Int64(hour))
      for zone in [Self.berlin, "Asia/Kolkata", "America/St_Johns", "UTC"] {
        let read = FormTime.instant(FormTime.minute(instant, timeZone: zone), timeZone: zone)
        // In the hour that comes twice the first is meant.
        #expect(read == instant || read == instant - .hours(1), "\(instant.iso8601) in \(zone)")
      }
    }
  }
}
