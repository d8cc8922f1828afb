import Domain
import Engine
import SQL
import SQLite
import Storage
import TestKit
import Testing

/// A source of tickets, with what is needed to read it.
private struct Bench {
  let house: House
  let app: AppDatabase
  var source: Source

  static let schema = """
    CREATE TABLE cases (id INTEGER PRIMARY KEY, account TEXT, state TEXT, opened TEXT, changed TEXT);
    """

  func sync(
    _ kind: SourceRunKind, allowsDeletions: Bool = false, database: (any Database)? = nil, owner: String = "here",
    open: (@Sendable (SourceDatabase) throws -> any ForeignDatabase)? = nil
  ) async throws -> SourceRun {
    let sink = try await intake(on: database ?? house.database)
    return try await SourceSync(
      source: source, database: database ?? house.database, sink: sink, time: house.clock, owner: owner, open: open ?? app.open
    ).run(kind, allowsDeletions: allowsDeletions)
  }

  private func intake(on database: any Database) async throws -> DirectIntake {
    DirectIntake(database: database, log: try await Log(database: database, randomKey: (1, 2)), time: house.clock)
  }

  func insert(_ rows: [(id: Int, account: String, state: String, changed: String)]) async throws {
    for row in rows {
      try await app.run(
        """
        INSERT OR REPLACE INTO cases VALUES (\(row.id), '\(row.account)', '\(row.state)', '2025-01-02 10:00:00', '\(row.changed)');
        """)
    }
  }

  func insert(_ ids: ClosedRange<Int>, account: String = "acme", state: String = "open", changed: String) async throws {
    try await app.run(
      """
      WITH RECURSIVE n (i) AS (SELECT \(ids.lowerBound) UNION ALL SELECT i + 1 FROM n WHERE i < \(ids.upperBound))
      INSERT OR REPLACE INTO cases SELECT i, '\(account)', '\(state)', '2025-01-02 10:00:00', '\(changed)' FROM n;
      """)
  }

  /// Statuses by ticket, as the customer stands after all that was taken in.
  func statuses(of customer: String = "acme") async throws -> [String: TicketStatus] {
    try await house.settle()
    let now = house.clock.now()
    let state = try await house.state(of: customer)
    return state.tickets.compactMapValues { ticket in
      ticket.transitions.last { $0.at <= now }?.status
    }
  }

  func progress() async throws -> SourceProgress? {
    let name = source.name
    return try await house.database.read { try SourceQueries.progress(of: name, $0) }
  }
}

private func withBench(
  watermark: String? = "updated_at", page: Int = 10, _ body: (inout Bench) async throws -> Void
) async throws {
  try await withAppDatabase(Bench.schema) { app in
    try await withHouse(now: Instant(iso8601: "2025-06-01T12:00:00Z") ?? .epoch) { house in
      let source = Source(
        name: "cases", kind: .tickets, database: .sqlite(path: "app.db"),
        query: "SELECT id, account AS customer, state AS status, opened AS opened_at, changed AS updated_at FROM cases",
        watermark: watermark, pageSize: page)
      var bench = Bench(house: house, app: app, source: source)
      try await body(&bench)
    }
  }
}

extension House {
  func state(of customer: String) async throws -> CustomerState {
    try await database.read { connection in
      let scope = StateScope(events: [], keepingFrom: Day(number: .max))
      let page = try CustomerWalk.page(after: .start, limit: 10_000, scope: scope, connection)
      return page.customers.first { $0.state.id == customer }?.state ?? CustomerState(id: customer)
    }
  }
}

@Suite("Reading sources")
struct SourceSyncTests {
  @Test("The first run takes all rows; the next only what has changed, and a row read again changes nothing")
  func incremental() async throws {
    try await withBench { bench in
      try await bench.insert(1...25, changed: "2025-06-01 08:00:00")
      let first = try await bench.sync(.full)
      #expect((first.read, first.accepted, first.rejected) == (25, 25, 0))
      #expect(first.watermark == "2025-06-01 08:00:00")
      try await bench.insert([(3, "acme", "closed", "2025-06-01 09:00:00")])
      let second = try await bench.sync(.incremental)
      // All 25 lie within the overlap's reach: their watermark is the one of old.
      #expect(second.accepted == 1 && second.watermark == "2025-06-01 09:00:00")
      let third = try await bench.sync(.incremental)
      #expect((third.read, third.accepted, third.duplicate) == (1, 0, 1))
      #expect(try await bench.statuses()["3"] == .closed)
      #expect(try await bench.statuses().values.count { $0 == .open } == 24)
    }
  }

  @Test("More rows of one watermark than a page holds are neither skipped nor read for ever", arguments: [1, 3, 7, 10, 29, 30, 31])
  func ties(page: Int) async throws {
    try await withBench(page: page) { bench in
      try await bench.insert(1...5, changed: "2025-06-01 07:00:00")
      _ = try await bench.sync(.full)
      try await bench.insert(6...35, changed: "2025-06-01 09:00:00")
      try await bench.insert(36...40, changed: "2025-06-01 09:00:01")
      let run = try await bench.sync(.incremental)
      // The first five lie within the overlap.
      #expect((run.read, run.accepted) == (40, 35))
      #expect(try await bench.statuses().count == 40)
    }
  }

  @Test("A row that a long transaction lays behind the watermark is found within the overlap, and by the full run beyond it")
  func late() async throws {
    try await withBench { bench in
      try await bench.insert([(1, "acme", "open", "2025-06-01 10:00:00")])
      _ = try await bench.sync(.full)
      try await bench.insert([(2, "acme", "open", "2025-06-01 09:56:00"), (3, "acme", "open", "2025-06-01 09:54:00")])
      _ = try await bench.sync(.incremental)
      #expect(try await bench.statuses().keys.sorted() == ["1", "2"])
      _ = try await bench.sync(.full)
      #expect(try await bench.statuses().keys.sorted() == ["1", "2", "3"])
    }
  }

  @Test("Rule 10: a bad row is set aside with source, id and reason, once; its neighbours go on; mended, it is taken")
  func badRows() async throws {
    try await withBench { bench in
      try await bench.insert([
        (1, "acme", "open", "2025-06-01 10:00:00"), (2, "acme", "sleeping", "2025-06-01 10:00:01"),
        (3, "acme", "open", "2025-06-01 10:00:02"),
      ])
      let run = try await bench.sync(.full)
      #expect((run.read, run.accepted, run.rejected) == (3, 2, 1))
      #expect(run.reasons == ["id 2: unknown ticket status 'sleeping'; known are new, open, pending, solved, closed"])
      #expect(try await bench.sync(.incremental).rejected == 1)
      let aside = try await bench.house.database.read { try HousekeepingQueries.setAside(limit: 10, $0) }
      #expect(aside.map(\.source) == ["source cases"])
      #expect(aside.first?.reason.hasPrefix("unknown_status: id 2: ") == true)
      try await bench.insert([(2, "acme", "pending", "2025-06-01 10:00:03")])
      #expect(try await bench.sync(.incremental).rejected == 0)
      #expect(try await bench.statuses() == ["1": .open, "2": .pending, "3": .open])
    }
  }

  @Test("Rows without an id, and a second row of one id, are set aside, in pages of any size", arguments: [1, 2, 10])
  func identities(page: Int) async throws {
    try await withBench(page: page) { bench in
      try await bench.insert(1...3, changed: "2025-06-01 10:00:00")
      bench.source.query = """
        SELECT NULLIF(id, 2) AS id, account AS customer, state AS status, opened AS opened_at, changed AS updated_at FROM cases -- all of them
        """
      let run = try await bench.sync(.full)
      #expect((run.read, run.accepted, run.rejected) == (3, 2, 1))
      #expect(run.reasons.first?.hasPrefix("a row without an id: no id") == true)
      #expect(run.reasons.first?.contains("map: {id: COLUMN}") == true)
      bench.source.query = "SELECT 7 AS id, account AS customer, state AS status, opened AS opened_at FROM cases"
      bench.source.watermark = nil
      let same = try await bench.sync(.full, allowsDeletions: true)
      // With pages of one the others are passed over by the order itself.
      #expect(same.accepted == 1 && same.rejected == min(page - 1, 2))
    }
  }

  @Test("Watermarks may be whole numbers, real numbers, dates or text; each is kept as the database gives it")
  func watermarkTypes() async throws {
    for (values, last) in [
      (["1748764800", "1748764801"], "1748764801"), (["7", "8"], "8"), (["0.1", "0.30000000000000004"], "0.30000000000000004"),
      (["'2025-05-31'", "'2025-06-01'"], "2025-06-01"),
      (["'2025-06-01T10:00:00.123Z'", "'2025-06-01T10:00:00.124Z'"], "2025-06-01T10:00:00.124Z"),
      (["'v1'", "'v2'"], "v2"),
    ] {
      try await withBench(page: 2) { bench in
        bench.source.query = "SELECT id, account AS customer, opened AS opened_at, mark FROM marked"
        bench.source.watermark = "MARK"
        try await bench.app.run("CREATE TABLE marked (id TEXT, account TEXT, opened TEXT, mark)")
        try await bench.app.run(
          "INSERT INTO marked VALUES ('a', 'acme', '2025-01-02', \(values[0])), ('b', 'acme', '2025-01-02', \(values[0]))")
        #expect(try await bench.sync(.full).accepted == 2)
        try await bench.app.run(
          """
          INSERT INTO marked VALUES ('c', 'acme', '2025-01-02', \(values[1])), ('d', 'acme', '2025-01-02', \(values[1])),
            ('e', 'acme', '2025-01-02', \(values[1])), ('f', 'acme', '2025-01-02', NULL)
          """)
        let run = try await bench.sync(.incremental)
        #expect(run.accepted == 3 && run.watermark == last, "\(last)")
        #expect(try await bench.progress()?.watermark == last)
        #expect(try await bench.sync(.full).accepted == 1, "a row without a watermark comes with the full run")
      }
    }
  }

  @Test("Rule 1: wherever a run is cut off, the next one takes everything, once", arguments: 0..<24)
  func crashes(step: Int) async throws {
    try await withBench(page: 3) { bench in
      try await bench.insert(1...10, changed: "2025-06-01 10:00:00")
      let faulty = FaultyDatabase(bench.house.database)
      faulty.fault = step < 12 ? .statement(step) : nil
      let failing = step < 12 ? nil : step - 11
      let app = bench.app
      do {
        _ = try await bench.sync(.full, database: faulty) { WatchedForeign(try app.open($0), failingAt: failing) }
      } catch {}
      bench.house.clock.advance(by: .minutes(5))
      _ = try await bench.sync(.full)
      let count = try await bench.house.database.read { try $0.first("SELECT COUNT(*) FROM event") { $0.int(0) } }
      #expect(count == 10)
      #expect(try await bench.statuses().count == 10)
    }
  }

  @Test("A failed run keeps the watermark it has reached, says why, and counts")
  func failure() async throws {
    try await withBench(page: 3) { bench in
      try await bench.insert(1...4, changed: "2025-06-01 10:00:00")
      _ = try await bench.sync(.full)
      try await bench.insert(5...7, changed: "2025-06-01 10:30:00")
      try await bench.insert(8...9, changed: "2025-06-01 10:31:00")
      let app = bench.app
      // Probe, newest, two pages, of which the first begins within the overlap; the third page fails.
      await #expect(throws: SourceFailure.foreign(ForeignFailure(.unreachable, "the line went dead"))) {
        _ = try await bench.sync(.incremental) { WatchedForeign(try app.open($0), failingAt: 5) }
      }
      let progress = try await bench.progress()
      #expect(progress?.watermark == "2025-06-01 10:30:00")
      #expect(progress?.failures == 1 && progress?.lastError == "the line went dead")
      let now = bench.house.clock.now()
      let rate = try await bench.house.database.read { try SourceQueries.errorRate(of: "cases", since: now - .days(1), $0) }
      #expect(rate == SourceErrorRate(runs: 2, failed: 1, read: 10, rejected: 0) && rate.value == 0.5)
      #expect(try await bench.sync(.incremental).accepted == 3)
      #expect(try await bench.progress()?.failures == 0)
    }
  }

  @Test("A query that writes is refused, and the file stays as it was, its journal mode too")
  func readOnly() async throws {
    try await withBench { bench in
      try await bench.insert(1...2, changed: "2025-06-01 10:00:00")
      let file = try SQLiteSourceFile(path: bench.app.path)
      for sql in ["DELETE FROM cases", "INSERT INTO cases (id) VALUES (9)", "CREATE TABLE t (x)", "PRAGMA journal_mode = DELETE"] {
        await #expect(throws: ForeignFailure.self) { _ = try await file.rows(sql, [], maximumBytes: 1_000) }
      }
      await #expect(throws: ForeignFailure.self) {
        _ = try await file.rows("WITH x AS (SELECT 1) DELETE FROM cases RETURNING *", [], maximumBytes: 1_000)
      }
      try await file.close()
      #expect(try await bench.app.texts("SELECT COUNT(*) FROM cases") == ["2"])
      #expect(try await bench.app.texts("PRAGMA journal_mode") == ["wal"])
      #expect(throws: ForeignFailure.self) { _ = try SQLiteSourceFile(path: bench.app.path + ".not-there") }
    }
  }

  @Test("What is wrong with the query is said in the database's words, what is wrong with the columns in ours")
  func wrongQueries() async throws {
    try await withBench { bench in
      try await bench.insert(1...2, changed: "2025-06-01 10:00:00")
      let base = bench.source
      for (query, watermark, map, message) in [
        ("SELECT * FROM casess", "changed", [:], "the database refuses the query: no such table: casess"),
        (
          "SELECT id, opened FROM cases", "changed", ["opened_at": "opened"],
          "the query gives no column changed, which is its watermark; it gives id, opened"
        ),
        ("SELECT id, changed FROM cases", "changed", ["opened_at": "start"], "the query gives no column start; it gives id, changed"),
        (
          "SELECT account, changed FROM cases", "changed", [:],
          """
          the query gives no id (looked for id, ticket_id); it gives account, changed. Name the column under "map", like map: {id: account}
          """
        ),
      ] as [(String, String, [String: String], String)] {
        bench.source = base
        bench.source.query = query
        bench.source.watermark = watermark
        bench.source.map = map
        do {
          _ = try await bench.sync(.full)
          Issue.record("\(query) was read")
        } catch {
          #expect("\(error)" == message)
          #expect(try await bench.progress()?.lastError == message)
        }
      }
    }
  }
}

@Suite("Deletions in sources")
struct SourceDeletionTests {
  @Test("An open ticket whose row is gone is closed; a closed one has nothing to tell; back again, it is open again")
  func tickets() async throws {
    try await withBench { bench in
      try await bench.insert(1...4, changed: "2025-06-01 10:00:00")
      try await bench.insert([(4, "acme", "closed", "2025-06-01 10:00:00")])
      _ = try await bench.sync(.full)
      try await bench.app.run("DELETE FROM cases WHERE id IN (1, 4)")
      #expect(try await bench.sync(.incremental).deleted == 0)
      bench.house.clock.advance(by: .hours(1))
      let run = try await bench.sync(.full)
      #expect((run.deleted, run.accepted) == (2, 0))
      #expect(try await bench.statuses() == ["1": .closed, "2": .open, "3": .open, "4": .closed])
      bench.house.clock.advance(by: .hours(1))
      #expect(try await bench.sync(.full).deleted == 0, "a deletion is told once")
      // The same row as before, from a backup: with the same time of change.
      try await bench.insert([(1, "acme", "open", "2025-06-01 10:00:00")])
      bench.house.clock.advance(by: .hours(1))
      #expect(try await bench.sync(.full).accepted == 1)
      #expect(try await bench.statuses()["1"] == .open)
      #expect(try await bench.sync(.full).accepted == 0)
      try await bench.app.run("DELETE FROM cases WHERE id = 1")
      bench.house.clock.advance(by: .hours(1))
      #expect(try await bench.sync(.full).deleted == 1)
      #expect(try await bench.statuses()["1"] == .closed)
    }
  }

  @Test("Many deletions at once are held back until they are allowed; few never are")
  func held() async throws {
    try await withBench { bench in
      try await bench.insert(1...40, changed: "2025-06-01 10:00:00")
      _ = try await bench.sync(.full)
      try await bench.app.run("DELETE FROM cases WHERE id <= 8")
      #expect(try await bench.sync(.full).deleted == 8, "8 of 40 are not more than a fifth")
      try await bench.app.run("DELETE FROM cases WHERE id <= 18")
      await #expect(throws: SourceFailure.tooManyDeletions(10, known: 32)) { _ = try await bench.sync(.full) }
      #expect(try await bench.statuses().values.count { $0 == .open } == 32)
      let progress = try #require(try await bench.progress())
      #expect(progress.failures == 0 && progress.lastError?.contains("10 of 32 rows are not there any more") == true)
      bench.house.clock.advance(by: .hours(1))
      let schedule = SourceSchedule(source: bench.source, timeZone: "UTC")
      #expect(schedule.due(at: bench.house.clock.now(), progress) == .incremental, "what was held back does not hold the source up")
      #expect(try await bench.sync(.full, allowsDeletions: true).deleted == 10)
      #expect(try await bench.statuses().values.count { $0 == .open } == 22)
    }
  }

  @Test("A row that has gone bad is still there; one that was always bad leaves without a word")
  func badIsNotGone() async throws {
    try await withBench { bench in
      try await bench.insert([(1, "acme", "open", "2025-06-01 10:00:00"), (2, "acme", "odd", "2025-06-01 10:00:00")])
      _ = try await bench.sync(.full)
      try await bench.insert([(1, "acme", "odd", "2025-06-01 10:30:00")])
      try await bench.app.run("DELETE FROM cases WHERE id = 2")
      let run = try await bench.sync(.full)
      #expect((run.deleted, run.rejected) == (0, 1))
      #expect(try await bench.statuses() == ["1": .open])
    }
  }

  @Test("A subscription whose row is gone is canceled, a customer and a contact are marked, and unmarked when they come back")
  func otherKinds() async throws {
    try await withBench { bench in
      try await bench.app.run(
        """
        CREATE TABLE accounts (id TEXT, name TEXT);
        INSERT INTO accounts VALUES ('acme', 'Acme'), ('globex', 'Globex');
        CREATE TABLE subs (id TEXT, customer TEXT, mrr REAL, started_at TEXT);
        INSERT INTO subs VALUES ('s1', 'acme', 100, '2025-01-01'), ('s2', 'acme', 50, '2025-01-01');
        """)
      let accounts = Source(name: "accounts", kind: .customers, database: .sqlite(path: ""), query: "SELECT * FROM accounts")
      let subscriptions = Source(name: "subs", kind: .subscriptions, database: .sqlite(path: ""), query: "SELECT * FROM subs")
      func read(_ source: Source) async throws {
        bench.source = source
        _ = try await bench.sync(.full)
        try await bench.house.settle()
        bench.house.clock.advance(by: .hours(1))
      }
      try await read(accounts)
      try await read(subscriptions)
      try await bench.app.run("DELETE FROM accounts WHERE id = 'acme'; DELETE FROM subs WHERE id = 's1'")
      let gone = bench.house.clock.now()
      try await read(accounts)
      try await read(subscriptions)
      var acme = try await bench.house.state(of: "acme")
      #expect(acme[attribute: "deleted_at"]?.string == gone.iso8601)
      #expect(acme.name == "Acme")
      #expect(acme.subscriptions["s1"]?.value.status == "canceled")
      #expect(acme.subscriptions["s1"]?.value.canceledAt == gone + .hours(1))
      #expect(acme.subscriptions["s2"]?.value.canceledAt == nil)
      #expect(try await bench.house.state(of: "globex")[attribute: "deleted_at"] == nil)
      try await bench.app.run("INSERT INTO accounts VALUES ('acme', 'Acme'); INSERT INTO subs VALUES ('s1', 'acme', 100, '2025-01-01')")
      try await read(accounts)
      try await read(subscriptions)
      acme = try await bench.house.state(of: "acme")
      #expect(acme[attribute: "deleted_at"] == nil)
      #expect(acme.subscriptions["s1"]?.value.canceledAt == nil)
    }
  }

  @Test("With deletions: ignore a row that leaves the query tells nothing")
  func ignored() async throws {
    try await withBench { bench in
      bench.source.tellsDeletions = false
      try await bench.insert(1...3, changed: "2025-06-01 10:00:00")
      _ = try await bench.sync(.full)
      try await bench.app.run("DELETE FROM cases")
      #expect(try await bench.sync(.full).deleted == 0)
      #expect(try await bench.statuses().values.allSatisfy { $0 == .open })
    }
  }
}

@Suite("Runs of sources")
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
