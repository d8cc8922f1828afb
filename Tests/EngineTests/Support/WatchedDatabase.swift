import SQL
import Synchronization

/// A database that remembers what it was asked while reading.
final class WatchedDatabase: Database {
  struct Question: Sendable {
    var sql: String
    var values: [any SQLBindable]
  }

  private let inner: any Database
  private let asked = Mutex<[Question]>([])

  init(_ inner: any Database) { self.inner = inner }

  var dialect: Dialect { inner.dialect }

  /// What was asked since the last call.
  func takeQuestions() -> [Question] {
    asked.withLock { asked in
      defer { asked = [] }
      return asked
    }
  }

  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await inner.read(patience: patience) { [self] connection in
      try body(WatchedConnection(inner: connection) { [self] question in asked.withLock { $0.append(question) } })
    }
  }

  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await inner.write(patience: patience, body)
  }

  func close() async throws { try await inner.close() }

  /// How the database would answer a question, line by line.
  private static func plan(_ question: Question, _ connection: any Connection) throws -> [String] {
    guard connection.dialect == .postgres else {
      return try connection.rows("EXPLAIN QUERY PLAN \(question.sql)", question.values) { $0.text(3) }
    }
    // Tables in tests are small: an index is passed over only where it does not help.
    try connection.execute("SET LOCAL enable_seqscan = off", [])
    return try connection.rows("EXPLAIN \(question.sql)", question.values) { $0.text(0) }
  }

  /// Whether a question begins within an index at a value of a column: what lies before that is not read.
  static func isRange(_ question: Question, of column: String, _ connection: any Connection) throws -> Bool {
    let lines = try Self.plan(question, connection).map { $0.filter { $0 != " " }.replacing("ROW(", with: "(") }
    // Of two ranges put together one may hold everything.
    guard !lines.contains(where: { $0.contains("BitmapOr") || $0.contains("MULTI-INDEXOR") }) else { return false }
    let marks = ["(\(column)<", "(\(column)>", "(\(column),", "AND\(column)<", "AND\(column)>"]
    return lines.contains { line in
      (line.contains("IndexCond:") || line.hasPrefix("SEARCH")) && marks.contains { line.contains($0) }
    }
  }

  /// The lines of a question's plan in which a table is read from end to end: not along an index that gives the order asked for.
  static func scans(_ question: Question, of tables: Set<String>, _ connection: any Connection) throws -> [String] {
    let plan = try Self.plan(question, connection)
    if connection.dialect == .postgres { return plan.filter { line in tables.contains { line.contains("Seq Scan on \($0) ") } } }
    let isSorted = plan.contains { $0.contains("TEMP B-TREE") }
    return plan.filter { line in
      guard line.hasPrefix("SCAN "), isSorted || !line.contains(" USING ") else { return false }
      return line.split(separator: " ").dropFirst().first.map { tables.contains(String($0)) } ?? false
    }
  }
}

private struct WatchedConnection: Connection {
  let inner: any Connection
  let note: (WatchedDatabase.Question) -> Void

  var dialect: Dialect { inner.dialect }

  func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int { try inner.execute(sql, values) }

  func insert(_ bulk: BulkInsert, _ body: (any Row) throws -> Void) throws -> Int { try inner.insert(bulk, body) }

  func each(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws {
    note(.init(sql: sql, values: values))
    try inner.each(sql, values, body)
  }

  func stream(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws {
    note(.init(sql: sql, values: values))
    try inner.stream(sql, values, body)
  }

  func script(_ sql: String) throws { try inner.script(sql) }
}
