import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("Copying tables from an embedded database to another")
struct TableCopyTests {
  private static let mark = MoveMark(source: "here.db", run: "1")

  /// Runs `body` on a source and an empty target, which is of the kind under test.
  private func withBoth<T>(_ body: (any Database, any Database) async throws -> T) async throws -> T {
    try await withTemporarySQLite { source in try await withTemporaryDatabase { target in try await body(source, target) } }
  }

  private func tables(_ source: any Database, _ target: any Database) async throws -> [MovedTable] {
    let here = try await source.read { try MovedTable.all($0) }
    return try MovedTable.shared(source: here, target: try await target.read { try MovedTable.all($0) })
  }

  private func begin(_ target: any Database, _ tables: [MovedTable], mark: MoveMark = mark) async throws {
    try await target.write { try mark.begin(tables: tables, isSurelyGone: { _ in false }, $0) }
  }

  private func digests(_ tables: [MovedTable], _ database: any Database) async throws -> [String: TableDigest] {
    try await TableDigest.all(tables, of: database)
  }

  /// Puts rows of awkward values into every table that there is, a later migration's too.
  private func fill(_ tables: [MovedTable], rows: Int, _ database: any Database) async throws {
    try await database.write { connection in
      for table in tables {
        let keys = Set(
          try connection.rows("SELECT name FROM pragma_table_info('\(table.name)') WHERE pk > 0 OR \"notnull\" = 1") { $0.text(0) })
        try connection.execute("DELETE FROM \(table.name)")
        for row in 0..<rows {
          let names = table.columns.map(\.name).joined(separator: ", ")
          let parameters = table.columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
          let values = table.columns.map { Self.value($0.kind, row: row, mayBeNull: !keys.contains($0.name)) }
          try connection.execute("INSERT INTO \(table.name) (\(names)) VALUES (\(parameters))", values)
        }
      }
    }
  }

  private static func value(_ kind: MovedTable.Kind, row: Int, mayBeNull: Bool) -> SQLValue {
    if mayBeNull, row % 3 == 0 { return .null }
    switch kind {
    case .integer: return .integer([.min, -1_000, 0, 1_000, .max - 1_000, 1_764_000_000_000_000][row % 6] + Int64(row / 6))
    case .real: return .real([0.1, -0.0, 1e308, Double.leastNonzeroMagnitude, -1 / 3.0, 1e15 + 0.3][row % 6])
    case .text:
      let texts = ["", "naïve 😀", "e\u{301}", "two\nlines \\ \" '", String(repeating: "ü", count: 3_000), "nul\0", "{\"a\": 1}"]
      return .text(texts[row % 7] + "\(row)")
    case .blob, .other: return .blob(row % 2 == 0 ? [0, 255, UInt8(row % 256), UInt8(row / 256)] : Array("b\(row)".utf8))
    }
  }

  @Test("Every table of the schema is moved, but for those that are named here with their reason")
  func nothingForgotten() async throws {
    try await withBoth { source, target in
      let moved = Set(try await tables(source, target).map(\.name))
      let all = Set(try await source.read { try $0.rows("SELECT name FROM sqlite_master WHERE type = 'table'") { $0.text(0) } })
      #expect(all.subtracting(moved) == ["node", "route", "schema_version", "session", "sign_in_link"])
      let columns = try await source.read { connection in
        try connection.rows(
          "SELECT t.name, c.name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'"
        ) { "\($0.text(0)).\($0.text(1))" }
      }
      let movedColumns = try await tables(source, target).flatMap { table in table.columns.map { "\(table.name).\($0.name)" } }
      let left = Set(columns).subtracting(movedColumns).filter { moved.contains(String($0.prefix { $0 != "." })) }
      #expect(left == ["delivery.claimed_by", "log_mark.owner", "shard.owner"])
    }
  }

  @Test("Every value of every column of every table arrives as it was")
  func everyValue() async throws {
    try await withBoth { source, target in
      let tables = try await tables(source, target)
      try await fill(tables, rows: 40, source)
      try await begin(target, tables)
      try await TableCopy(source: source, target: target, tables: tables, mark: Self.mark).run()
      let (here, there) = (try await digests(tables, source), try await digests(tables, target))
      #expect(here == there)
      #expect(here.values.allSatisfy { $0.rows == 40 })
      // The digests themselves are held against the rows.
      for table in tables {
        let left = try await source.read { try Self.rows(table, $0) }
        #expect(Set(left).count == 40)
        #expect(try await left == target.read { try Self.rows(table, $0) }, "\(table.name)")
      }
    }
  }

  /// What is stored in a table, but for the rows that each database has of its own.
  private static func rows(_ table: MovedTable, _ connection: any Connection) throws -> [String] {
    let own = ["log_mark": " WHERE name <> 'fence'", "setting": " WHERE name <> 'move'"][table.name] ?? ""
    return try connection.rows("SELECT \(table.columns.map(\.name).joined(separator: ", ")) FROM \(table.name)\(own)") { row in
      table.columns.enumerated().map { index, column -> String in
        if row.isNull(index) { return "–" }
        switch column.kind {
        case .integer: return "\(row.integer(index))"
        case .real: return "\(row.real(index).bitPattern)"
        case .text: return "\(Array(row.text(index).replacing("\0", with: "\u{FFFD}").utf8))"
        case .blob, .other: return "\(row.blob(index))"
        }
      }.joined(separator: " ")
    }.sorted()
  }

  @Test("A digest tells a changed value, a swapped pair, a missing and a doubled row; not the order of rows")
  func digestsTell() async throws {
    try await withTemporaryDatabase { database in
      let tables = try await database.read { try MovedTable.all($0) }
      let contact = try #require(tables.first { $0.name == "arrival" })
      func digest(_ rows: [(String, Int64)]) async throws -> TableDigest? {
        try await database.write { connection in
          try connection.execute("DELETE FROM arrival")
          for (kind, at) in rows { try connection.execute("INSERT INTO arrival (kind, last_at) VALUES ($1, $2)", [kind, at]) }
        }
        return try await digests([contact], database)["arrival"]
      }
      let before = try await digest([("a", 1), ("b", 2), ("c", 1 << 60)])
      #expect(try await digest([("c", 1 << 60), ("b", 2), ("a", 1)]) == before)
      for other: [(String, Int64)] in [
        [("a", 2), ("b", 1), ("c", 1 << 60)], [("a", 1), ("b", 2)], [("a", 1), ("b", 2), ("c", 1 << 60), ("d", 0)],
        [("a", 1), ("b", 2), ("c", 1 << 60 + 1)], [("a", 1), ("b", 2), ("c ", 1 << 60)], [],
      ] {
        #expect(try await digest(other) != before, "\(other)")
      }
    }
  }

  @Test("More rows than one stretch holds are moved whole, and told as they go")
  func manyStretches() async throws {
    try await withBoth { source, target in
      try await source.write { connection in
        _ = try connection.insert(
          BulkInsert(into: "message_id", [.integers("hash", (0..<12_345).map { Int64($0) &* 0x9e37_79b9_7f4a_7c1 })]))
      }
      let tables = try await tables(source, target)
      try await begin(target, tables)
      let told = Told()
      try await TableCopy(source: source, target: target, tables: tables, mark: Self.mark).run { told.add($0) }
      #expect(try await digests(tables, source) == digests(tables, target))
      let rows = try await source.read { connection in try tables.reduce(0) { try $0 + $1.count(connection) } }
      #expect(told.count == rows && rows > 12_345)
    }
  }

  @Test("Numbers that the database gives by itself go on behind those that were moved")
  func numbering() async throws {
    try await withBoth { source, target in
      try await source.write { connection in
        for name in ["a", "b", "c"] { _ = try UsageQueries.number(of: name, connection) }
        try HousekeepingQueries.setAside(source: "test", reason: "r", excerpt: "e", at: .distantPast, connection)
      }
      let tables = try await tables(source, target)
      try await begin(target, tables)
      try await TableCopy(source: source, target: target, tables: tables, mark: Self.mark).run()
      try await target.write { connection in
        #expect(try UsageQueries.number(of: "b", connection) == 2)
        #expect(try UsageQueries.number(of: "d", connection) >= 4)
        try HousekeepingQueries.setAside(source: "test", reason: "later", excerpt: "e", at: .distantPast, connection)
        #expect(try HousekeepingQueries.setAside(limit: 9, connection).map(\.reason) == ["later", "r"])
      }
    }
  }

  @Test("A target with anything in it is refused and left alone; one that a server was merely started on is not")
  func notEmpty() async throws {
    try await withBoth { source, target in
      let tables = try await tables(source, target)
      try await target.write { connection in
        try HousekeepingQueries.set("message_key", to: "1 2", connection)
        _ = try UsageQueries.number(of: "Signed In", connection)
        try NodeQueries.noteChecked([1, 2], at: .distantPast, connection)
      }
      try await begin(target, tables)
      try await target.write { try Self.mark.finish($0) }
      try await target.write { try HousekeepingQueries.count("accepted", by: 1, $0) }
      let before = try await digests(tables, target)
      let failure = try await #require(throws: DatabaseFailure.self) { try await begin(target, tables) }
      #expect(failure.kind == .refused && failure.message.contains("counter"))
      #expect(try await digests(tables, target) == before)
      #expect(try await target.read { try MoveMark.standing($0) } == nil)
    }
  }

  @Test("While a move is unfinished no node may join; while one is there no move may begin")
  func nodes() async throws {
    try await withBoth { source, target in
      let tables = try await tables(source, target)
      let node = try await target.write { try NodeQueries.register(name: "other", blueprint: nil, at: .distantPast, $0) }
      let failure = try await #require(throws: DatabaseFailure.self) { try await begin(target, tables) }
      #expect(failure.kind == .refused && failure.message.contains("other"))
      try await target.write { try Self.mark.begin(tables: tables, isSurelyGone: { $0 == "other" }, $0) }
      let refused = try await #require(throws: DatabaseFailure.self) {
        try await target.write { try NodeQueries.register(name: "next", blueprint: nil, at: .distantPast, $0) }
      }
      #expect(refused.message.contains("here.db"))
      try await target.write { try Self.mark.finish($0) }
      #expect(try await target.write { try NodeQueries.register(name: "next", blueprint: nil, at: .distantPast, $0) }.fence > node.fence)
    }
  }

  @Test("Of two moves to one database the later goes on and the earlier ends, whatever it was about to do")
  func overtaken() async throws {
    try await withBoth { source, target in
      let tables = try await tables(source, target)
      try await begin(target, tables)
      try await begin(target, tables, mark: MoveMark(source: "there.db", run: "2"))
      let failure = try await #require(throws: DatabaseFailure.self) {
        try await TableCopy(source: source, target: target, tables: tables, mark: Self.mark).run()
      }
      #expect(failure.kind == .fenced)
      await #expect(throws: DatabaseFailure.self) { try await target.write { try Self.mark.finish($0) } }
      #expect(try await target.read { try MoveMark.standing($0) }?.source == "there.db")
    }
  }

  @Test("Databases whose tables differ are not moved, and the table is named")
  func differentTables() async throws {
    try await withBoth { source, target in
      try await source.write { try $0.script("ALTER TABLE contact ADD COLUMN extra TEXT") }
      let failure = try await #require(throws: DatabaseFailure.self) { try await tables(source, target) }
      #expect(failure.message.contains("contact"))
      try await source.write { try $0.script("ALTER TABLE contact DROP COLUMN extra; CREATE TABLE newer (a INTEGER PRIMARY KEY)") }
      let second = try await #require(throws: DatabaseFailure.self) { try await tables(source, target) }
      #expect(second.message.contains("newer"))
      let type = target.dialect.twin(sqlite: "INTEGER", postgres: "BIGINT")
      try await target.write { try $0.script("CREATE TABLE newer (a \(type) PRIMARY KEY); CREATE TABLE others (b TEXT)") }
      #expect(try await tables(source, target).contains { $0.name == "newer" })
    }
  }
}
