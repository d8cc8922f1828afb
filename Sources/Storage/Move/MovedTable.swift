import SQL

/// A table as it is moved from one database to another: read from the databases themselves, so that what a later migration adds is moved
/// without anybody having to think of it.
public struct MovedTable: Hashable, Sendable {
  /// The types that both databases have; `other` is none of ours.
  public enum Kind: Hashable, Sendable { case integer, real, text, blob, other }

  /// A column that is moved.
  public struct Column: Hashable, Sendable {
    public var name: String
    public var kind: Kind
  }

  public var name: String
  /// By name.
  public var columns: [Column]

  /// Tables that stay behind: the schema's own number; the nodes that work on a database, and the way between them, which is empty while
  /// none does; who is signed in, and the links that let people in: everybody signs in anew.
  public static let left: Set<String> = ["node", "route", "schema_version", "session", "sign_in_link"]
  /// Columns that name the node which has something: none has it in the new database.
  public static let ownersLeft = ["delivery": ["claimed_by"], "log_mark": ["owner"], "shard": ["owner"]]
  /// Rows that each database has of its own: the numbers it has given to nodes, and the mark of an unfinished move.
  static let rowsLeft = ["log_mark": "name = 'fence'", "setting": "name = '\(MoveMark.name)'"]
  /// What a server that was merely started leaves in a database; all of it is replaced.
  static let ofAStart: Set<String> = ["event_name", "log_mark", "schedule", "setting", "shard"]

  /// The moved columns, for a statement.
  var list: String { columns.map(\.name).joined(separator: ", ") }
  var select: String { "SELECT \(list) FROM \(name)\(condition)" }
  var condition: String { Self.rowsLeft[name].map { " WHERE NOT (\($0))" } ?? "" }

  /// The tables of a database that are moved, by name; tables of others, which may live beside ours on a server, are among them.
  public static func all(_ connection: any Connection) throws -> [MovedTable] {
    var tables: [String: [Column]] = [:]
    let sql = connection.dialect.twin(
      sqlite: """
        SELECT t.name, c.name, c.type FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        """,
      postgres: """
        SELECT t.relname::text, c.attname::text, format_type(c.atttypid, NULL) FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid
        WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
          AND c.attnum > 0 AND NOT c.attisdropped
        """)
    try connection.each(sql, []) { row in
      let (table, column) = (row.text(0), row.text(1))
      guard !left.contains(table), ownersLeft[table]?.contains(column) != true else { return true }
      tables[table, default: []].append(Column(name: column, kind: kind(row.text(2))))
      return true
    }
    return tables.keys.sorted().map { MovedTable(name: $0, columns: (tables[$0] ?? []).sorted { $0.name < $1.name }) }
  }

  private static func kind(_ type: String) -> Kind {
    switch type {
    case "INTEGER", "bigint": .integer
    case "REAL", "double precision": .real
    case "TEXT", "text": .text
    case "BLOB", "bytea": .blob
    default: .other
    }
  }

  /// The tables to move, where the target has each with the same columns. What the target has beyond them is somebody else's.
  /// - Throws: `DatabaseFailure` of kind `unusable` that names the first table that differs.
  public static func shared(source: [MovedTable], target: [MovedTable]) throws -> [MovedTable] {
    let there = Dictionary(target.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for table in source where there[table.name] != table || table.columns.contains(where: { $0.kind == .other }) {
      let columns = there[table.name].map { "columns \($0.list) and not \(table.list)" } ?? "no such table"
      throw DatabaseFailure(
        kind: .unusable, message: "table \(table.name) is not the same in both databases: the target has \(columns); nothing was moved",
        detail: "columns")
    }
    return source
  }

  /// How many rows are moved.
  public func count(_ connection: any Connection) throws -> Int {
    try connection.first("SELECT COUNT(*) FROM \(name)\(condition)") { $0.int(0) } ?? 0
  }
}
