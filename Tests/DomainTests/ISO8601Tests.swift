import Domain
import Testing

@Suite struct ISO8601Tests {
  @Test(
    "Every common form is read",
    arguments: [
      ("1970-01-01", 0), ("1970-01-01T00:00:01Z", 1_000_000), ("1970-01-01 00:00:01", 1_000_000), ("1970-01-01t00:01z", 60_000_000),
      ("1970-01-01T00:00:00.1Z", 100_000), ("1970-01-01T00:00:00,123456789Z", 123_456), ("1970-01-01T02:00:00+02:00", 0),
      ("1970-01-01T02:00:00+0200", 0), ("1970-01-01T02:00:00+02", 0), ("1969-12-31T23:59:59.999999Z", -1), ("1969-12-31T22:30:00-01:30", 0),
      ("2024-02-29", 1_709_164_800_000_000), ("0001-01-01", Instant.distantPast.microseconds),
      ("9999-12-31T23:59:59.999999Z", Instant.distantFuture.microseconds), ("2024-01-31T10:00:00.123Z", 1_706_695_200_123_000),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) {
    #expect(Instant(iso8601: text)?.microseconds == microseconds)
  }

  @Test(
    "What is no instant is refused",
    arguments: [
      "", "2024", "2024-01", "2023-02-30", "2023-02-29", "1900-02-29", "2024-00-10", "2024-13-01", "2024-01-00", "2024-04-31", "0000-01-01",
      "2024-01-31T", "2024-01-31T10", "2024-01-31T10:", "2024-01-31T24:00:00Z", "2024-01-31T10:60:00Z", "2024-01-31T10:00:60Z",
      "2024-01-31T10:00:00.", "2024-01-31T10:00:00.Z", "2024-01-31T10:00:00.1234567890Z", "2024-01-31T10:00:00+", "2024-01-31T10:00:00+1",
      "2024-01-31T10:00:00+24:00", "2024-01-31T10:00:00ZZ", "2024-01-31X10:00:00", "2024-1-31", "+2024-01-31", "0001-01-01T00:00:00+01:00",
      "9999-12-31T23:59:59-01:00", "２０２４-01-31", "2024-01-31T10:00:00 Z", "31.01.2024",
    ])
  func refuses(text: String) {
    #expect(Instant(iso8601: text) == nil)
  }

  @Test("A fraction is printed only where there is one, in 3 or 6 digits")
  func prints() {
    #expect(Instant.epoch.iso8601 == "1970-01-01T00:00:00Z")
    #expect(Instant(microseconds: 1_706_695_200_123_000).iso8601 == "2024-01-31T10:00:00.123Z")
    #expect(Instant(microseconds: -1).iso8601 == "1969-12-31T23:59:59.999999Z")
    #expect(Instant.distantPast.iso8601 == "0001-01-01T00:00:00Z")
    #expect(Instant.distantFuture.iso8601 == "9999-12-31T23:59:59.999999Z")
  }

  @Test("Printing and reading back gives the same instant")
  func roundTrip() {
    let seed = UInt64(42)
    var random = SplitMix64(seed: seed)
    for _ in 0..<5_000 {
      let instant = Instant(
        microseconds: Int64.random(in: Instant.distantPast.microseconds...Instant.distantFuture.microseconds, using: &random))
      #expect(Instant(iso8601: instant.iso8601) == instant, "seed \(seed)")
    }
  }

  @Test("Days and dates agree over ten thousand years, one after the other")
  func civil() throws {
    var date = try #require(CivilDate(year: 1, month: 1, day: 1))
    var day = Instant.distantPast.day
    while day < Instant.distantFuture.day {
      guard CivilDate(day) == date, Day(date) == day else {
        Issue.record("\(date) is not \(day)")
        return
      }
      day = day + 1
      let (y, m, d) = (date.year, date.month, date.day)
      date = try #require(
        CivilDate(year: y, month: m, day: d + 1) ?? CivilDate(year: y, month: m + 1, day: 1) ?? CivilDate(year: y + 1, month: 1, day: 1))
    }
  }

  @Test("Months later is the same day, or the last of a shorter month")
  func months() throws {
    let january = try #require(CivilDate(year: 2024, month: 1, day: 31))
    #expect(january.adding(months: 1) == CivilDate(year: 2024, month: 2, day: 29))
    #expect(january.adding(months: 12) == CivilDate(year: 2025, month: 1, day: 31))
    #expect(january.adding(months: -2) == CivilDate(year: 2023, month: 11, day: 30))
    #expect(january.adding(months: 100_000) == nil)
    #expect(january.adding(months: .max) == nil)
  }

  @Test("Random text never crashes the reader")
  func hostile() {
    var random = SplitMix64(seed: 3)
    let alphabet = Array("0123456789-:T.+Z ")
    for _ in 0..<5_000 {
      let text = String((0..<Int.random(in: 8...36, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
      if let instant = Instant(iso8601: text) { #expect(Instant(iso8601: instant.iso8601) == instant) }
    }
  }
}
