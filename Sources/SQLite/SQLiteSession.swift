import GRDB
import GRDBSQLite
import SQL

/// GRDB's connection behind the seam. Lives only inside a transaction's body.
///
/// GRDB opens, queues, begins, commits and caches statements. Values are bound and rows read by SQLite's own functions: GRDB's general way
/// of binding took a sixth of the processor time of a server at full speed.
struct SQLiteSession: Connection {
  let db: GRDB.Database
  var dialect: Dialect { .sqlite }

  func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
    try run(sql, values) { _ in true }
    return Int(sqlite3_changes(db.sqliteConnection))
  }

  func each(_ sql: String, _ values: [any SQLBindable], _ body: (any SeamRow) throws -> Bool) throws {
    try run(sql, values) { try body(SQLiteRow(statement: $0)) }
  }

  func insert(_ bulk: BulkInsert, _ body: (any SeamRow) throws -> Void) throws -> Int {
    let parameters = (1...max(1, bulk.columns.count)).map { "$\($0)" }.joined(separator: ", ")
    let sql = "\(bulk.head) VALUES (\(parameters))\(bulk.tail)"
    guard bulk.count > 0 else { return 0 }
    var written = 0
    try prepared(sql) { statement in
      for row in 0..<bulk.count {
        defer { sqlite3_reset(statement) }
        for (index, column) in bulk.columns.enumerated() {
          let code = Self.bind(column.values, row, to: statement, Int32(index + 1))
          guard code == SQLITE_OK else { throw failure(code, sql) }
        }
        try step(statement, sql) {
          try body(SQLiteRow(statement: $0))
          return true
        }
        written += Int(sqlite3_changes(db.sqliteConnection))
      }
    }
    return written
  }

  /// A value of a column as it is, without a detour by way of `SQLValue`: rows come by the million.
  private static func bind(_ values: BulkInsert.Column.Values, _ row: Int, to statement: OpaquePointer, _ column: Int32) -> Int32 {
    switch values {
    case .integers(let values): values[row].map { sqlite3_bind_int64(statement, column, $0) } ?? sqlite3_bind_null(statement, column)
    case .reals(let values): values[row].map { sqlite3_bind_double(statement, column, $0) } ?? sqlite3_bind_null(statement, column)
    case .texts(let values): values[row].map { bind($0, to: statement, column) } ?? sqlite3_bind_null(statement, column)
    case .blobs(let values): values[row].map { bind($0, to: statement, column) } ?? sqlite3_bind_null(statement, column)
    }
  }

  func stream(_ sql: String, _ values: [any SQLBindable], _ body: (any SeamRow) throws -> Bool) throws {
    try each(sql, values, body)
  }

  func script(_ sql: String) throws {
    try db.execute(sql: sql)
  }

  /// Runs a statement and calls `body` for each row, until it returns false.
  private func run(_ sql: String, _ values: [any SQLBindable], _ body: (OpaquePointer) throws -> Bool) throws {
    try prepared(sql) { statement in
      try bind(values, to: statement, sql)
      try step(statement, sql, body)
    }
  }

  /// Lends a statement that is ready to be bound.
  private func prepared(_ sql: String, _ body: (OpaquePointer) throws -> Void) throws {
    // Some failures roll the transaction back; nothing may be written outside of it by one who goes on all the same.
    guard sqlite3_get_autocommit(db.sqliteConnection) == 0 else {
      throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction was aborted", sql: sql)
    }
    var prepared = try db.cachedStatement(sql: sql)
    if sqlite3_stmt_busy(prepared.sqliteStatement) != 0 { prepared = try db.makeStatement(sql: sql) }
    try withExtendedLifetime(prepared) {
      let statement = prepared.sqliteStatement
      defer {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
      }
      try body(statement)
    }
  }

  private func step(_ statement: OpaquePointer, _ sql: String, _ body: (OpaquePointer) throws -> Bool) throws {
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_DONE: return
      case SQLITE_ROW: guard try body(statement) else { return }
      // GRDB interrupts a read whose task was cancelled.
      case SQLITE_INTERRUPT: throw CancellationError()
      case let code: throw failure(code, sql)
      }
    }
  }

  func bind(_ values: [any SQLBindable], to statement: OpaquePointer, _ sql: String) throws {
    guard sqlite3_bind_parameter_count(statement) == values.count else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "\(values.count) values are not as many as the parameters", sql: sql)
    }
    var column: Int32 = 0
    for value in values {
      column += 1
      let code =
        switch value.parameter {
        case .value(.null): sqlite3_bind_null(statement, column)
        case .value(.integer(let number)): sqlite3_bind_int64(statement, column, number)
        case .value(.real(let number)): sqlite3_bind_double(statement, column, number)
        case .value(.text(let text)): Self.bind(text, to: statement, column)
        case .value(.blob(let bytes)): Self.bind(bytes, to: statement, column)
        case .integers(let numbers): Self.bind("[\(numbers.map(String.init).joined(separator: ","))]", to: statement, column)
        case .texts(let texts): Self.bind(JSONList.of(texts), to: statement, column)
        }
      guard code == SQLITE_OK else { throw failure(code, sql) }
    }
  }

  /// SQLITE_TRANSIENT, a C macro that Swift cannot import: SQLite copies the bytes before the call returns.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private static func bind(_ text: String, to statement: OpaquePointer, _ column: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        // Without an address it would be NULL, not the empty text.
        guard let start = characters.baseAddress else { return sqlite3_bind_text(statement, column, "", 0, transient) }
        return sqlite3_bind_text64(statement, column, start, UInt64(characters.count), transient, UInt8(SQLITE_UTF8))
      }
    }
  }

  private static func bind(_ bytes: [UInt8], to statement: OpaquePointer, _ column: Int32) -> Int32 {
    bytes.isEmpty
      ? sqlite3_bind_zeroblob(statement, column, 0) : sqlite3_bind_blob64(statement, column, bytes, UInt64(bytes.count), transient)
  }

  private func failure(_ code: Int32, _ sql: String) -> DatabaseError {
    let connection = db.sqliteConnection
    return DatabaseError(
      resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql)
  }
}

/// The row that a statement stands on.
struct SQLiteRow: SeamRow {
  let statement: OpaquePointer

  var count: Int { Int(sqlite3_column_count(statement)) }
  func name(_ column: Int) -> String { sqlite3_column_name(statement, Int32(column)).map { String(cString: $0) } ?? "" }
  func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }
  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }
  func real(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

  func text(_ column: Int) -> String {
    guard let start = sqlite3_column_text(statement, Int32(column)) else { return "" }
    return String(decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))), as: UTF8.self)
  }

  func text(_ column: Int, is text: String) -> Bool {
    let start = sqlite3_column_text(statement, Int32(column))
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))).spell(text)
  }

  func blob(_ column: Int) -> [UInt8] {
    guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
  }
}

/// Texts as a list in JSON, which SQLite takes apart by `json_each`.
private enum JSONList {
  static func of(_ texts: [String]) -> String {
    var list: [UInt8] = [UInt8(ascii: "[")]
    list.reserveCapacity(texts.reduce(2) { $0 + $1.utf8.count + 3 })
    for text in texts {
      if list.count > 1 { list.append(UInt8(ascii: ",")) }
      list.append(UInt8(ascii: "\""))
      for byte in text.utf8 { append(byte, to: &list) }
      list.append(UInt8(ascii: "\""))
    }
    list.append(UInt8(ascii: "]"))
    return String(decoding: list, as: UTF8.self)
  }

  private static func append(_ byte: UInt8, to list: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): list += [UInt8(ascii: "\\"), byte]
    case 0..<0x20:
      let digits = Array("0123456789abcdef".utf8)
      list += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    default: list.append(byte)
    }
  }
}
