import DatabaseKit
import Domain
import SQL
import Storage
import Testing

/// The schema as either database describes it.
private struct Described: Hashable {
  struct Column: Hashable {
    var name: String
    var type: String
    var isRequired: Bool
  }
  var columns: [Column]
  var key: [String]
}

@Suite("The schema")
struct SchemaTests {
  /// What stands on one database only, and why.
  private static let onPostgresOnly: Set<String> = ["event_rest"]  // the log's part for what no month was made for

  private static func sqlite(_ database: any Database) async throws -> [String: Described] {
    try await database.read { connection in
      let names = try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'") { $0.text(0) }
      var tables: [String: Described] = [:]
      for name in names {
        let rows = try connection.rows("SELECT name, type, \"notnull\", pk FROM pragma_table_info('\(name)')") {
          ($0.text(0), $0.text(1), $0.bool(2), $0.int(3))
        }
        tables[name] = Described(
          columns: rows.map { .init(name: $0.0, type: $0.1 == "BIGINT" ? "INTEGER" : $0.1, isRequired: $0.2 || $0.3 > 0) },
          key: rows.filter { $0.3 > 0 }.sorted { $0.3 < $1.3 }.map(\.0))
      }
      return tables
    }
  }

  private static func postgres(_ database: any Database) async throws -> [String: Described] {
    let types = ["bigint": "INTEGER", "text": "TEXT", "double precision": "REAL", "bytea": "BLOB"]
    return try await database.read { connection in
      var tables: [String: Described] = [:]
      try connection.each(
        """
        SELECT class.relname::text, attribute.attname::text, format_type(attribute.atttypid, attribute.atttypmod), attribute.attnotnull::int,
          COALESCE(ordering.collname::text, '')
        FROM pg_attribute AS attribute JOIN pg_class AS class ON class.oid = attribute.attrelid
        LEFT JOIN pg_collation AS ordering ON ordering.oid = attribute.attcollation
        WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p') AND attribute.attnum > 0
          AND NOT attribute.attisdropped
        ORDER BY class.relname, attribute.attnum
        """, []
      ) { row in
        #expect(row.text(2) != "text" || row.text(4) == "C", "\(row.text(0)).\(row.text(1)) is not compared by its bytes")
        tables[row.text(0), default: Described(columns: [], key: [])].columns.append(
          .init(name: row.text(1), type: types[row.text(2)] ?? row.text(2), isRequired: row.bool(3)))
        return true
      }
      try connection.each(
        """
        SELECT class.relname::text, attribute.attname::text FROM pg_index JOIN pg_class AS class ON class.oid = pg_index.indrelid
        CROSS JOIN LATERAL unnest(pg_index.indkey) WITH ORDINALITY AS part (number, place)
        JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = part.number
        WHERE pg_index.indisprimary AND class.relnamespace = 'public'::regnamespace ORDER BY class.relname, part.place
        """, []
      ) { row in
        tables[row.text(0)]?.key.append(row.text(1))
        return true
      }
      return tables
    }
  }

  @Test("is the same on both databases", .enabled(if: TestDatabase.server != nil))
  func same() async throws {
    try await withTemporarySQLite { file in
      try await withTemporaryPostgres { server in
        let (ours, theirs) = (try await Self.sqlite(file), try await Self.postgres(server))
        #expect(Set(theirs.keys).subtracting(ours.keys) == Self.onPostgresOnly)
        #expect(Set(ours.keys).isSubset(of: theirs.keys))
        for (name, table) in ours { #expect(theirs[name] == table, "\(name)") }
      }
    }
  }

  @Test("keeps what belongs to a customer under keys that begin with its shard")
  func keys() async throws {
    try await withTemporarySQLite { database in
      let tables = try await Self.sqlite(database)
      for name in [
        "customer", "contact", "usage_daily", "customer_event", "ticket", "subscription", "survey_response", "health", "health_change",
        "alert", "timer", "delivery", "route", "task", "note", "pulse",
      ] {
        #expect(tables[name]?.key.first == "shard", "\(name)")
      }
    }
  }

  @Test("is made once, however many nodes start on an empty database at the same time", .enabled(if: TestDatabase.server != nil))
  func tenAtOnce() async throws {
    try await withTemporaryPostgres(isMigrated: false) { database in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<10 { group.addTask { try await Migrator.migrate(database) } }
        try await group.waitForAll()
      }
      let versions = try await database.read { try $0.rows("SELECT version FROM schema_version ORDER BY version") { $0.int(0) } }
      #expect(versions == Array(1...Migrator.newest))
    }
  }

  @Test("of a newer program is refused, with what to do")
  func newer() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { _ = try $0.execute("INSERT INTO schema_version (version) VALUES ($1)", [Migrator.newest + 1]) }
      let failure = try await #require(throws: DatabaseFailure.self) { try await Migrator.migrate(database) }
      #expect(failure.kind == .unusable)
      #expect(failure.message.contains("start the newer program"))
    }
  }

  @Test("is looked at without a change")
  func present() async throws {
    try await withTemporaryDatabase { database in
      #expect(try await Migrator.present(database) == Migrator.newest)
      try await database.write { _ = try $0.execute("DROP TABLE schema_version") }
      #expect(try await Migrator.present(database) == 0)
    }
  }

  @Test("is waited for while another node brings it up to date, however long that takes", .enabled(if: TestDatabase.server != nil))
  func longMigration() async throws {
    try await withTemporaryPostgres(isMigrated: false) { database in
      let (hasTurn, begun) = AsyncStream.makeStream(of: Void.self)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          defer { begun.finish() }
          try await database.write { connection in
            try connection.each("SELECT pg_advisory_xact_lock(\(0x686f_6c64_6661_7374))", []) { _ in true }
            begun.finish()
            // Longer than any other lock is waited for.
            try connection.each("SELECT pg_sleep(11)", []) { _ in true }
          }
        }
        for await _ in hasTurn {}
        try await Migrator.migrate(database)
        try await group.waitForAll()
      }
      #expect(try await Migrator.present(database) == Migrator.newest)
    }
  }
}
