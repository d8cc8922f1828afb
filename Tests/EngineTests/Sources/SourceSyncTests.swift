import DatabaseKit
import Domain
import Engine
import SQL
import SQLite
import Storage
import TestKit
import Testing

@Suite("Reading sources", .serialized)
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

  /// Values of a watermark column in the order of time, with the column's type and the text that is kept of the second on PostgreSQL.
  static let watermarks: [(type: String, values: [String], last: String, onPostgres: String)] = [
    ("BIGINT", ["1748764800", "1748764801"], "1748764801", "1748764801"),
    ("BIGINT", ["7", "8"], "8", "8"),
    ("DOUBLE PRECISION", ["0.1", "0.30000000000000004"], "0.30000000000000004", "0.30000000000000004"),
    ("DATE", ["'2025-05-31'", "'2025-06-01'"], "2025-06-01", "2025-06-01"),
    (
      "TIMESTAMP WITH TIME ZONE", ["'2025-06-01T10:00:00.123Z'", "'2025-06-01T10:00:00.124Z'"], "2025-06-01T10:00:00.124Z",
      "2025-06-01 10:00:00.124+00"
    ),
    ("TEXT", ["'v1'", "'v2'"], "v2", "v2"),
  ]

  @Test("Watermarks may be whole numbers, real numbers, dates, times or text; each is kept as the database gives it", arguments: 0..<6)
  func watermarkTypes(number: Int) async throws {
    let (type, values, onSQLite, onPostgres) = Self.watermarks[number]
    let last = TestDatabase.dialect.twin(sqlite: onSQLite, postgres: onPostgres)
    try await withBench(page: 2) { bench in
      bench.source.query = "SELECT id, account AS customer, opened AS opened_at, mark FROM marked"
      bench.source.watermark = "MARK"
      // SQLite keeps dates as the text that they are.
      let column = TestDatabase.dialect.twin(sqlite: type == "DATE" || type.hasPrefix("TIME") ? "TEXT" : type, postgres: type)
      try await bench.app.run("CREATE TABLE marked (id TEXT, account TEXT, opened TEXT, mark \(column))")
      try await bench.app.run(
        "INSERT INTO marked VALUES ('a', 'acme', '2025-01-02', \(values[0])), ('b', 'acme', '2025-01-02', \(values[0]))")
      #expect(try await bench.sync(.full).accepted == 2)
      try await bench.app.run(
        """
        INSERT INTO marked VALUES ('c', 'acme', '2025-01-02', \(values[1])), ('d', 'acme', '2025-01-02', \(values[1])),
          ('e', 'acme', '2025-01-02', \(values[1])), ('f', 'acme', '2025-01-02', NULL)
        """)
      let run = try await bench.sync(.incremental)
      #expect(run.accepted == 3 && run.watermark == last)
      #expect(try await bench.progress()?.watermark == last)
      #expect(try await bench.sync(.full).accepted == 1, "a row without a watermark comes with the full run")
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
      // The columns, their types on PostgreSQL, the newest, two pages, of which the first begins within the overlap; the third page fails.
      let third = TestDatabase.dialect == .postgres ? 6 : 5
      await #expect(throws: SourceFailure.foreign(ForeignFailure(.unreachable, "the line went dead"))) {
        _ = try await bench.sync(.incremental) { WatchedForeign(try app.open($0), failingAt: third) }
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

  @Test("A query that writes is refused, and the file stays as it was, its journal mode too", .enabled(if: TestDatabase.dialect == .sqlite))
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

  private static let noTable = TestDatabase.dialect.twin(
    sqlite: "the database refuses the query: no such table: casess",
    postgres: "answers: relation \"casess\" does not exist (SQLSTATE 42P01)")

  @Test("What is wrong with the query is said in the database's words, what is wrong with the columns in ours")
  func wrongQueries() async throws {
    try await withBench { bench in
      try await bench.insert(1...2, changed: "2025-06-01 10:00:00")
      let base = bench.source
      for (query, watermark, map, message) in [
        ("SELECT * FROM casess", "changed", [:], Self.noTable),
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
          #expect("\(error)".hasSuffix(message))
          #expect(try await bench.progress()?.lastError == "\(error)")
        }
      }
    }
  }
}
