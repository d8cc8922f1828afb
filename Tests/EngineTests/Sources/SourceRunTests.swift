import Domain
import Engine
import SQL
import Storage
import Testing

@Suite("Runs of sources", .serialized)
struct SourceRunTests {
  @Test("Only one reads a source at a time; a claim of which nothing is heard any more is taken over, and the lost one stops")
  func claims() async throws {
    try await withBench(page: 2) { bench in
      try await bench.insert(1...6, changed: "2025-06-01 10:00:00")
      let (source, database, clock) = (bench.source, bench.house.database, bench.house.clock)
      let now = clock.now()
      let dead = try await database.write {
        try SourceQueries.claim(source, kind: .full, owner: "dead", now: now, until: now + SourceSync.claimLength, $0)
      }
      #expect(dead?.run == 1)
      await #expect(throws: SourceFailure.busy) { _ = try await bench.sync(.full) }
      clock.advance(by: .minutes(3))
      #expect(try await bench.sync(.full).accepted == 6)
      let runs = try await database.read { try SourceQueries.runs(of: "cases", limit: 10, $0) }
      #expect(runs.map(\.error) == [nil, "the run was cut off"])
      let app = bench.app
      // Someone whose clock is ahead takes over while a page is read.
      await #expect(throws: SourceFailure.lost) {
        _ = try await bench.sync(.full) { place in
          Usurper(try app.open(place)) {
            let later = clock.now() + .hours(1)
            let claim = try await database.write {
              try SourceQueries.claim(source, kind: .full, owner: "there", now: later, until: later, $0)
            }
            #expect(claim?.run == 4)
          }
        }
      }
      #expect(try await bench.progress()?.failures == 0)
      #expect(try await database.read { try SourceQueries.claimedUntil(of: "cases", $0) } == clock.now() + .hours(1))
    }
  }

  @Test("A claim that a clock made which stood hours ahead does not keep others from the source until it gets there")
  func claimAhead() async throws {
    try await withBench { bench in
      try await bench.insert(1...2, changed: "2025-06-01 10:00:00")
      let (source, database) = (bench.source, bench.house.database)
      let ahead = bench.house.clock.now() + .hours(5)
      _ = try await database.write {
        try SourceQueries.claim(source, kind: .full, owner: "dead", now: ahead, until: ahead + SourceSync.claimLength, $0)
      }
      #expect(try await bench.sync(.full).accepted == 2)
    }
  }

  @Test("A run that takes long keeps its claim by saying so")
  func heartbeat() async throws {
    try await withBench { bench in
      try await bench.insert(1...2, changed: "2025-06-01 10:00:00")
      let (app, clock, database) = (bench.app, bench.house.clock, bench.house.database)
      let run = try await bench.sync(.full) { place in
        Usurper(try app.open(place)) {
          // Five beats, however the tasks take turns.
          for _ in 0..<5 {
            let before = try await database.read { try SourceQueries.claimedUntil(of: "cases", $0) } ?? .distantPast
            while try await database.read({ try SourceQueries.claimedUntil(of: "cases", $0) }) ?? .distantPast <= before {
              clock.advance(by: .seconds(30))
              await Task.yield()
            }
          }
        }
      }
      #expect(run.accepted == 2)
    }
  }

  /// Lets something happen before the third query.
  private final class Usurper: ForeignDatabase {
    private let inner: WatchedForeign
    private let happening: @Sendable () async throws -> Void

    init(_ inner: any ForeignDatabase, _ happening: @escaping @Sendable () async throws -> Void) {
      self.inner = WatchedForeign(inner)
      self.happening = happening
    }

    var dialect: Dialect { inner.dialect }

    func rows(_ sql: String, _ values: [SQLValue], maximumBytes: Int) async throws -> ForeignRows {
      if inner.queries.count == 2 { try await happening() }
      return try await inner.rows(sql, values, maximumBytes: maximumBytes)
    }

    func close() async throws { try await inner.close() }
  }

  @Test("A stop in the middle of a run is no failure: the next run may begin at once")
  func stopped() async throws {
    try await withBench(page: 2) { bench in
      try await bench.insert(1...6, changed: "2025-06-01 10:00:00")
      let copy = bench
      let app = bench.app
      let task = Task {
        try await copy.sync(.full) { place in
          Usurper(try app.open(place)) {
            withUnsafeCurrentTask { $0?.cancel() }
            try Task.checkCancellation()
          }
        }
      }
      await #expect(throws: CancellationError.self) { _ = try await task.value }
      let progress = try #require(try await bench.progress())
      #expect(progress.failures == 0 && progress.lastError == nil)
      #expect(SourceSchedule(source: bench.source, timeZone: "UTC").due(at: bench.house.clock.now(), progress) == .full)
      #expect(try await bench.sync(.full).read == 6)
    }
  }

  @Test("A changed query forgets the watermark; a changed kind forgets the rows")
  func changedDefinition() async throws {
    try await withBench { bench in
      try await bench.insert(1...12, changed: "2025-06-01 10:00:00")
      _ = try await bench.sync(.full)
      var progress = try await bench.progress()
      bench.source.query += " WHERE id > 1"
      let schedule = SourceSchedule(source: bench.source, timeZone: "UTC")
      #expect(schedule.due(at: bench.house.clock.now(), progress) == .full)
      let run = try await bench.sync(.full)
      #expect((run.read, run.accepted, run.deleted) == (11, 0, 1))
      progress = try await bench.progress()
      #expect(progress?.watermark == "2025-06-01 10:00:00")
      bench.source = Source(
        name: "cases", kind: .customers, database: .sqlite(path: ""), query: "SELECT DISTINCT account AS id FROM cases")
      #expect(try await bench.sync(.full).deleted == 0)
      #expect(try await bench.house.database.read { try $0.rows("SELECT id FROM source_row") { $0.text(0) } } == ["id:acme"])
    }
  }

  @Test("The service reads each source when it is due; one that fails holds up no other and is tried again, later each time")
  func service() async throws {
    try await withBench { bench in
      try await bench.insert(1...3, changed: "2025-06-01 10:00:00")
      var broken = bench.source
      broken.name = "broken"
      broken.query = "SELECT * FROM nowhere"
      var unset = bench.source
      unset.name = "unset"
      unset.database = nil
      var blueprint = Blueprints.sop
      blueprint.sources = [broken, unset, bench.source]
      bench.house.current.replace(with: blueprint)
      let (database, clock) = (bench.house.database, bench.house.clock)
      let service = SourceService(
        current: bench.house.current, database: database, sink: bench.house.intake, time: clock, logger: House.logger, owner: "here",
        open: bench.app.open)
      var runs: [String: [Int]] = [:]
      for minute in 0...65 {
        await service.runDue()
        for name in ["broken", "cases", "unset"] {
          let count = try await database.read { try SourceQueries.errorRate(of: name, since: .distantPast, $0).runs }
          if count > runs[name, default: []].count { runs[name, default: []].append(minute) }
        }
        clock.advance(by: .minutes(1))
      }
      #expect(runs == ["cases": [0, 60], "broken": [0, 1, 3, 8, 23, 53]])
    }
  }
}
