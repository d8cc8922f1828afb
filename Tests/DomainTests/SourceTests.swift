import Domain
import Testing

private func instant(_ text: String) -> Instant { Instant(iso8601: text) ?? .epoch }

@Suite("Sources")
struct SourceTests {
  private static let now = instant("2025-06-01T12:00:00Z")

  @Test(
    "A run begins the overlap before a watermark that is a time, written as the watermark is",
    arguments: [
      ("2025-06-01 10:00:00", true, "2025-06-01 09:55:00"),
      ("2025-06-01T10:00:00.123456Z", true, "2025-06-01T09:55:00"),
      ("2025-06-01T12:00:00+02:00", true, "2025-06-01T11:55:00"),
      ("2025-06-01T12:00:00+02:00", false, "2025-06-01T09:55:00Z"),
      ("2025-06-01 10:00:00.5+00", false, "2025-06-01T09:55:00.500Z"),
      ("2025-06-01", true, "2025-05-31"),
      ("2025-06-01", false, "2025-05-31"),
      ("1748772000", true, "1748771700"),
      ("1748772000000", false, "1748771700000"),
      ("1748772000000000", true, "1748771700000000"),
      // No times: taken as they are.
      ("41", true, "41"), ("v0007", true, "v0007"), ("0.25", true, "0.25"), ("2025-13-01 10:00:00", true, "2025-13-01 10:00:00"),
      // Ahead of now: as if it were now.
      ("2026-01-01 00:00:00", true, "2025-06-01 11:55:00"), ("9999-12-31T00:00:00Z", false, "2025-06-01T11:55:00Z"),
      ("4000000000", true, "1748778900"),
    ])
  func start(watermark: String, isText: Bool, expected: String) {
    #expect(SourceWatermark.start(watermark, overlap: .minutes(5), now: Self.now, isText: isText) == expected)
  }

  @Test("Among texts of one form the begin sorts before everything that is not earlier than it")
  func sortsBefore() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2_000 {
      let mark = Instant(microseconds: 1_700_000_000_000_000 + Int64.random(in: 0..<40_000_000_000_000, using: &random))
      let overlap = TimeSpan.seconds(Int64.random(in: 0...86_400, using: &random))
      let other = mark - overlap + TimeSpan(microseconds: Int64.random(in: 0...200_000_000, using: &random))
      for form in [{ $0 }, { $0.replacing("T", with: " ").replacing("Z", with: "") }] as [(String) -> String] {
        let start = SourceWatermark.start(form(mark.iso8601), overlap: overlap, now: Self.now, isText: true)
        #expect(start <= form(other.iso8601), "\(mark.iso8601) less \(overlap.text): \(start), \(other.iso8601)")
      }
    }
  }

  private static let source = Source(
    name: "s", kind: .tickets, database: .sqlite(path: "a"), query: "SELECT 1", watermark: "w", every: .minutes(10), fullMinute: 180)
  private static let schedule = SourceSchedule(source: source, timeZone: "Europe/Berlin")

  private static func progress(last: String, full: String, failures: Int = 0) -> SourceProgress {
    SourceProgress(definition: source.definition, watermark: "1", lastRunAt: instant(last), lastFullAt: instant(full), failures: failures)
  }

  @Test("The first run is due at once and full; then one each period; the first after 03:00 local time is full")
  func due() {
    #expect(Self.schedule.due(at: Self.now, nil) == .full)
    let progress = Self.progress(last: "2025-06-01T12:00:00Z", full: "2025-06-01T01:05:00Z")
    #expect(Self.schedule.due(at: instant("2025-06-01T12:09:59Z"), progress) == nil)
    #expect(Self.schedule.due(at: instant("2025-06-01T12:10:00Z"), progress) == .incremental)
    // Summer time: 03:00 in Berlin is 01:00 UTC.
    #expect(Self.schedule.due(at: instant("2025-06-02T00:59:00Z"), progress) == .incremental)
    #expect(Self.schedule.due(at: instant("2025-06-02T01:00:00Z"), progress) == .full)
  }

  @Test("After failures the pauses grow up to an hour, whatever the period")
  func backOff() {
    let minutes = (1...8).map { failures in
      let next = Self.schedule.next(after: Self.progress(last: "2025-06-01T12:00:00Z", full: "2025-06-01T01:05:00Z", failures: failures))
      return Int((next - Self.now).seconds / 60)
    }
    #expect(minutes == [1, 2, 5, 15, 30, 60, 60, 60])
  }

  @Test("A source whose last run a clock noted that stood ahead is read at once, not when the clock gets there")
  func clockSetBack() {
    let progress = Self.progress(last: "2025-06-01T19:00:00Z", full: "2025-06-01T01:05:00Z")
    #expect(Self.schedule.due(at: instant("2025-06-01T14:00:00Z"), progress) == .incremental)
    // Clocks of two nodes differ a little: that is none.
    #expect(Self.schedule.due(at: instant("2025-06-01T18:59:59Z"), progress) == nil)
    #expect(Self.schedule.due(at: instant("2025-06-01T18:50:00Z"), progress) == nil)
    let failed = Self.progress(last: "2025-06-01T19:00:00Z", full: "2025-06-01T01:05:00Z", failures: 1)
    #expect(Self.schedule.due(at: instant("2025-06-01T18:59:00Z"), failed) == nil)
    #expect(Self.schedule.due(at: instant("2025-06-01T18:58:59Z"), failed) == .incremental)
  }

  @Test("Without a watermark each run is full; with full: off only the first and those after a change of the query")
  func kinds() {
    var source = Self.source
    let progress = Self.progress(last: "2025-06-01T12:00:00Z", full: "2025-01-01T00:00:00Z")
    source.fullMinute = nil
    #expect(SourceSchedule(source: source, timeZone: "UTC").kind(at: Self.now, progress) == .incremental)
    #expect(SourceSchedule(source: source, timeZone: "UTC").kind(at: Self.now, nil) == .full)
    source.query = "SELECT 2"
    #expect(SourceSchedule(source: source, timeZone: "UTC").due(at: Self.now, progress) == .full)
    source = Self.source
    source.watermark = nil
    let same = SourceProgress(definition: source.definition, lastRunAt: Self.now, lastFullAt: Self.now)
    #expect(SourceSchedule(source: source, timeZone: "UTC").kind(at: Self.now + .minutes(10), same) == .full)
  }

  @Test(
    "Deletions are held back from ten on, where they are more than a fifth",
    arguments: [(9, 9, false), (10, 10, true), (10, 49, true), (10, 50, false), (11, 50, true), (200, 1_000, false), (0, 0, false)])
  func deletionGuard(deleted: Int, known: Int, holds: Bool) {
    #expect(SourceDeletionGuard.holds(deleted, of: known) == holds)
  }
}
