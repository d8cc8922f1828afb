import DatabaseKit
import SQL
import Synchronization
import Testing

@testable import Postgres

/// On a real server, where `HOLDFAST_POSTGRES` names one: `make test` starts it.
@Suite("The PostgreSQL adapter", .enabled(if: TestDatabase.server != nil), .serialized)
struct PostgresDatabaseTests {
  private func withTable(_ columns: String, _ body: (PostgresDatabase) async throws -> Void) async throws {
    try await withTemporaryPostgres(isMigrated: false) { database in
      try await database.write { try $0.script("CREATE TABLE t (\(columns))") }
      try await body(database)
    }
  }

  private func count(_ database: PostgresDatabase, _ condition: String = "TRUE") async throws -> Int {
    try await database.read { try $0.first("SELECT COUNT(*) FROM t WHERE \(condition)") { $0.int(0) } ?? -1 }
  }

  @Test("Values of every type come back as they went in, one by one and in bulk")
  func roundTrip() async throws {
    try await withTable("id BIGINT, i BIGINT, r DOUBLE PRECISION, t TEXT, b BYTEA") { database in
      let integers: [Int64?] = [nil, 0, -1, .min, .max, 1_764_000_000_000_000, 255]
      let reals: [Double?] = [nil, 0, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, .nan]
      let texts: [String?] = [nil, "", "naïve 😀", "e\u{301}", "two\nlines \\ \" ' $1 {,}", "NULL", String(repeating: "ü", count: 9_000)]
      let blobs: [[UInt8]?] = [nil, [], [0], [255, 0, 1], Array(0...255), [92, 120], [123, 44, 125]]
      try await database.write { connection in
        for row in 0..<7 {
          try connection.execute(
            "INSERT INTO t VALUES ($1, $2, $3, $4, $5)", [row, integers[row], reals[row], texts[row], blobs[row]])
        }
        let written = try connection.insert(
          BulkInsert(
            into: "t",
            [
              .integers("id", (7..<14).map(Int64.init)), .integers("i", integers), .reals("r", reals), .texts("t", texts),
              .blobs("b", blobs),
            ]))
        #expect(written == 7)
      }
      let same = try await database.read { connection in
        try connection.rows("SELECT i, r, t, b FROM t ORDER BY id") { row in
          (
            row.optionalInteger(0), row.optionalReal(1)?.bitPattern, row.optionalText(2), row.isNull(3) ? nil : row.blob(3)
          )
        }.enumerated().filter { index, row in
          row.0 == integers[index % 7] && row.1 == reals[index % 7]?.bitPattern && row.2 == texts[index % 7] && row.3 == blobs[index % 7]
        }.count
      }
      #expect(same == 14)
    }
  }

  @Test("What no text of PostgreSQL can hold stands as U+FFFD")
  func nul() async throws {
    try await withTable("t TEXT") { database in
      try await database.write { _ = try $0.execute("INSERT INTO t VALUES ($1)", ["a\0b"]) }
      #expect(try await count(database, "t = U&'a\\FFFDb'") == 1)
    }
  }

  @Test("An error of the body undoes what it wrote; so does a statement that fails, whatever the body makes of it")
  func rollback() async throws {
    struct Stop: Error {}
    try await withTable("i BIGINT PRIMARY KEY") { database in
      await #expect(throws: Stop.self) {
        try await database.write { connection in
          try connection.execute("INSERT INTO t VALUES (1)")
          try connection.post("INSERT INTO t VALUES (2)", [])
          throw Stop()
        }
      }
      let failure = try await #require(throws: DatabaseFailure.self) {
        try await database.write { connection in
          try connection.execute("INSERT INTO t VALUES (1)")
          _ = try? connection.execute("INSERT INTO t VALUES (1)")
        }
      }
      #expect(failure.kind == .constraint)
      #expect(failure.sqlState == "23505")
      #expect(!failure.detail.contains("(i)=(1)"), "no value is told")
      let posted = try await #require(throws: DatabaseFailure.self) {
        try await database.write { connection in
          try connection.post("INSERT INTO t VALUES (3)", [])
          try connection.post("INSERT INTO t VALUES (3)", [])
        }
      }
      #expect(posted.kind == .constraint, "what nobody waited for fails the commit")
      #expect(try await count(database) == 0)
    }
  }

  @Test("A connection that is lost before the commit costs nothing: the body runs again, and is committed once")
  func lostBeforeCommit() async throws {
    try await withTable("i BIGINT") { database in
      let runs = Mutex(0)
      try await database.write { connection in
        try connection.execute("INSERT INTO t VALUES (1)")
        let run = runs.withLock { runs in
          runs += 1
          return runs
        }
        if run == 1 { try connection.each("SELECT pg_terminate_backend(pg_backend_pid())", []) { _ in true } }
      }
      #expect(runs.withLock { $0 } == 2)
      #expect(try await count(database) == 1)
    }
  }

  @Test("A connection that is lost during the commit leaves the outcome open: the body does not run again")
  func lostDuringCommit() async throws {
    try await withTable("i BIGINT") { database in
      // A trigger that waits until the commit, there ends its own connection.
      try await database.write { connection in
        try connection.script(
          """
          CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$;
          CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION vanish();
          """)
      }
      let runs = Mutex(0)
      let failure = try await #require(throws: DatabaseFailure.self) {
        try await database.write { connection in
          runs.withLock { $0 += 1 }
          try connection.execute("INSERT INTO t VALUES (1)")
        }
      }
      #expect(failure.kind == .outcomeUnknown)
      #expect(runs.withLock { $0 } == 1)
      #expect(try await count(database) == 0)
    }
  }

  @Test("Two transactions that wait for each other both succeed in the end")
  func deadlock() async throws {
    try await withTable("i BIGINT PRIMARY KEY, n BIGINT") { database in
      try await database.write { _ = try $0.execute("INSERT INTO t VALUES (1, 0), (2, 0)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (first, second) in [(1, 2), (2, 1)] {
          group.addTask {
            try await database.write { connection in
              try connection.execute("UPDATE t SET n = n + 1 WHERE i = $1", [first])
              try connection.each("SELECT pg_sleep(0.3)", []) { _ in true }
              try connection.execute("UPDATE t SET n = n + 1 WHERE i = $1", [second])
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await count(database, "n = 2") == 2)
    }
  }

  @Test("Tens of thousands of statements that nobody waits for do not block, and long results are never whole in memory")
  func manyAtOnce() async throws {
    try await withTable("i BIGINT") { database in
      try await database.write { connection in
        for number in 0..<30_000 { try connection.post("INSERT INTO t VALUES ($1)", [number]) }
      }
      let (sum, nested) = try await database.read { connection in
        var (sum, nested) = (Int64(0), 0)
        try connection.stream("SELECT i FROM t ORDER BY i", []) { row in
          sum += row.integer(0)
          if row.integer(0) % 10_000 == 0 { nested += try connection.first("SELECT COUNT(*) FROM t") { $0.int(0) } ?? 0 }
          return row.integer(0) < 20_000
        }
        return (sum, nested)
      }
      #expect(sum == 20_000 * 20_001 / 2)
      #expect(nested == 3 * 30_000)
    }
  }

  @Test("More callers than connections all have their turn; a reader cannot write, and sees one moment")
  func turns() async throws {
    try await withTable("i BIGINT") { database in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<100 {
          group.addTask { try await database.write { _ = try $0.execute("INSERT INTO t VALUES ($1)", [number]) } }
          group.addTask { _ = try await database.read { try $0.first("SELECT COUNT(*) FROM t") { $0.int(0) } } }
        }
        try await group.waitForAll()
      }
      #expect(try await count(database) == 100)
      let failure = try await #require(throws: DatabaseFailure.self) {
        try await database.read { _ = try $0.execute("INSERT INTO t VALUES (1)") }
      }
      #expect(failure.sqlState == "25006")
    }
  }

  @Test("A view that changes its shape under a prepared statement is no trouble for long")
  func changedShape() async throws {
    try await withTable("i BIGINT") { database in
      try await database.write { try $0.script("CREATE VIEW v AS SELECT 1 AS a") }
      func width() async throws -> Int? { try await database.read { try $0.first("SELECT * FROM v") { $0.count } } }
      #expect(try await width() == 1)
      try await database.write { try $0.script("DROP VIEW v; CREATE VIEW v AS SELECT 1 AS a, 2 AS b") }
      for _ in 0..<20 { _ = try? await width() }
      #expect(try await width() == 2)
    }
  }

  @Test("With the smallest pool a long transaction and another leave a connection to write with", .timeLimit(.minutes(1)))
  func writers() async throws {
    try await withTable("i BIGINT") { database in
      let separator = database.address.conninfo.contains("?") ? "&" : "?"
      let address = try PostgresAddress(database.address.conninfo + separator + "pool=5")
      let small = PostgresDatabase(address: address) { _ in await Task.yield() }
      let written = Flag()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            try await small.write { connection in
              while !written.isSet { try connection.each("SELECT pg_sleep(0.02)", []) { _ in true } }
            }
          }
        }
        for _ in 0..<20 { try await small.write { _ = try $0.execute("INSERT INTO t VALUES (1)") } }
        written.set()
        try await group.waitForAll()
      }
      try await small.close()
      #expect(try await count(database) == 20)
    }
  }
}
