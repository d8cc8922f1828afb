import Domain
import Formats
import SQL

/// The SQL around a source's query: it stands in brackets, and only the columns of its result are used.
struct SourceStatements: Sendable {
  let dialect: Dialect
  let query: String

  struct Statement: Hashable, Sendable {
    var sql: String
    var values: [SQLValue]
  }

  /// A column of the query that rows are put in order by.
  struct Key: Hashable, Sendable {
    var column: String
    /// PostgreSQL's name of its type, for values to be cast to; `nil` on SQLite, where values carry their type.
    var type: String?
  }

  /// Line breaks keep a comment at the query's end from swallowing the bracket.
  private var rows: String { "FROM (\n\(query)\n) AS source" }

  /// A row as JSON on PostgreSQL, so that numbers, truth and times keep their kind; its columns on SQLite.
  private var body: String { dialect == .postgres ? "CAST(row_to_json(source) AS TEXT)" : "source.*" }

  /// The first row there is, for the names of columns.
  var probe: Statement { Statement(sql: "SELECT \(body) \(rows) LIMIT 1", values: []) }

  /// The types of columns.
  func types(of columns: [String]) -> Statement {
    let list = columns.map { "CAST(pg_typeof(source.\(Self.quoted($0))) AS TEXT)" }
    return Statement(sql: "SELECT \(list.joined(separator: ", ")) \(rows) LIMIT 1", values: [])
  }

  /// The highest watermark there is.
  func newest(_ watermark: Key) -> Statement { Statement(sql: "SELECT \(text("MAX(\(name(watermark)))")) \(rows)", values: []) }

  /// Rows in the order of their ids, all of them in as many pages as it takes.
  func page(id: Key, after last: SQLValue?, limit: Int) -> Statement {
    var sql = "SELECT \(text(name(id))), NULL, \(body) \(rows) WHERE \(name(id)) IS NOT NULL"
    var values: [SQLValue] = []
    if let last {
      sql += " AND \(ordered(id)) > \(parameter(1, id))"
      values.append(last)
    }
    sql += " ORDER BY \(ordered(id)) LIMIT $\(values.count + 1)"
    return Statement(sql: sql, values: values + [.integer(Int64(limit))])
  }

  /// Where a page in the order of watermarks begins.
  enum Start: Hashable, Sendable {
    /// At the first row that has a watermark.
    case beginning
    /// At the first row whose watermark is not below.
    case from(SQLValue)
    /// After a row: those of the same watermark follow by id, however many they are.
    case after(watermark: SQLValue, id: SQLValue)
  }

  /// Rows in the order of their watermarks, and of their ids among the same.
  func page(watermark: Key, id: Key, _ start: Start, limit: Int) -> Statement {
    var sql = "SELECT \(text(name(id))), \(text(name(watermark))), \(body) \(rows) WHERE \(name(id)) IS NOT NULL AND "
    let values: [SQLValue]
    switch start {
    case .beginning:
      sql += "\(name(watermark)) IS NOT NULL"
      values = []
    case .from(let low):
      sql += "\(name(watermark)) >= \(parameter(1, watermark))"
      values = [low]
    case .after(let last, let lastID):
      sql += "(\(name(watermark)), \(ordered(id))) > (\(parameter(1, watermark)), \(parameter(2, id)))"
      values = [last, lastID]
    }
    sql += " ORDER BY \(name(watermark)), \(ordered(id)) LIMIT $\(values.count + 1)"
    return Statement(sql: sql, values: values + [.integer(Int64(limit))])
  }

  /// Some of the rows without an id, which no order reaches.
  func nameless(id: Key, limit: Int) -> Statement {
    Statement(sql: "SELECT NULL, NULL, \(body) \(rows) WHERE \(name(id)) IS NULL LIMIT $1", values: [.integer(Int64(limit))])
  }

  // MARK: Words

  static func quoted(_ name: String) -> String { "\"\(name.replacing(scalar: "\"", with: "\"\""))\"" }

  private func name(_ key: Key) -> String { "source.\(Self.quoted(key.column))" }

  /// SQLite would skip over ids at a page's edge that its column's collation calls equal.
  private func ordered(_ key: Key) -> String { dialect == .sqlite ? "\(name(key)) COLLATE BINARY" : name(key) }

  private func text(_ expression: String) -> String { dialect == .postgres ? "CAST(\(expression) AS TEXT)" : expression }

  private func parameter(_ number: Int, _ key: Key) -> String {
    guard dialect == .postgres, let type = key.type else { return "$\(number)" }
    // `character` alone would be a single one.
    return "CAST(CAST($\(number) AS TEXT) AS \(type == "character" ? "bpchar" : type))"
  }
}

/// A row of a source as it was read.
struct SourceRowRead: Sendable {
  var id: SQLValue
  var watermark: SQLValue
  /// `nil` where the row is there and cannot be read.
  var row: Formats.Row?
}

extension SourceStatements {
  /// Rows of a page out of what the database gave: the id, the watermark, then the row itself.
  func read(_ rows: ForeignRows) throws -> [SourceRowRead] {
    try rows.rows.enumerated().map { index, values in
      guard values.count >= 2 else { throw SourceFailure.other("the database gave a row that is none") }
      let members = members(columns: Array(rows.columns.dropFirst(2)), values: Array(values.dropFirst(2)))
      return SourceRowRead(id: values[0], watermark: values[1], row: members.map { Formats.Row(line: index + 1, members: $0) })
    }
  }

  /// The named values of one row; `nil` where it holds JSON that is deeper or larger than is read.
  func members(columns: [String], values: [SQLValue]) -> [JSON.Member]? {
    guard dialect == .postgres else { return zip(columns, values).map { JSON.Member($0, Self.json($1)) } }
    guard case .text(let text)? = values.first else { return nil }
    return (try? JSON.parse(text))?.members
  }

  private static func json(_ value: SQLValue) -> JSON {
    switch value {
    case .null: .null
    case .integer(let number): .integer(number)
    case .real(let number): number.isFinite ? .number(number) : .null
    case .text("true"): true
    case .text("false"): false
    case .text(let text): .string(text)
    case .blob(let bytes): .string(Hex.text(bytes))
    }
  }
}

extension SQLValue {
  /// As it is kept and shown; a real number so that it is read back exactly. `nil` for no value.
  var stored: String? {
    switch self {
    case .null: nil
    case .integer(let number): String(number)
    case .real(let number): number.description
    case .text(let text): text
    case .blob(let bytes): Hex.text(bytes)
    }
  }

  /// What `stored` kept, as a value of the same kind as this one.
  func like(_ stored: String) -> SQLValue {
    switch self {
    case .integer: Int64(stored).map(SQLValue.integer) ?? Double(stored).map(SQLValue.real) ?? .text(stored)
    case .real: Double(stored).map(SQLValue.real) ?? .text(stored)
    case .null, .text, .blob: .text(stored)
    }
  }
}
