import GRDB
import GRDBSQLite
import SQL

/// A SQLite file of the user's, opened to be read and nothing else: it is never made, changed, or turned into another journal mode.
public final class SQLiteSourceFile: ForeignDatabase {
  private let queue: DatabaseQueue
  private let path: String

  public var dialect: Dialect { .sqlite }

  /// - Throws: `ForeignFailure` where there is no such file, or it is no database.
  public init(path: String) throws {
    self.path = path
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(15)
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      // A file is looked into by its first statement only.
      try queue.read { db in _ = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") }
    } catch let error as GRDB.DatabaseError {
      throw Self.failure(error, path)
    }
  }

  public func rows(_ sql: String, _ values: [SQLValue], maximumBytes: Int) async throws -> ForeignRows {
    let path = path
    do {
      return try await queue.read { db in try Self.rows(sql, values, maximumBytes, db) }
    } catch let error as GRDB.DatabaseError {
      throw Self.failure(error, path)
    }
  }

  public func close() async throws { try queue.close() }

  private static func rows(_ sql: String, _ values: [SQLValue], _ maximumBytes: Int, _ db: GRDB.Database) throws -> ForeignRows {
    let prepared = try db.makeStatement(sql: sql)
    return try withExtendedLifetime(prepared) {
      let statement = prepared.sqliteStatement
      guard sqlite3_stmt_readonly(statement) != 0 else { throw ForeignFailure(.query, "the query writes; sources only read") }
      try SQLiteSession(db: db).bind(values, to: statement, sql)
      let width = sqlite3_column_count(statement)
      let isBoolean = (0..<width).map { Self.isBoolean(sqlite3_column_decltype(statement, $0)) }
      var result = ForeignRows(columns: (0..<width).map { String(cString: sqlite3_column_name(statement, $0)) }, rows: [])
      var bytes = 0
      while true {
        switch sqlite3_step(statement) {
        case SQLITE_DONE: return result
        case SQLITE_ROW:
          let row = (0..<width).map { Self.value(statement, $0, isBoolean: isBoolean[Int($0)]) }
          bytes += row.reduce(0) { $0 + $1.byteCount }
          if bytes > maximumBytes, !result.rows.isEmpty {
            result.isCut = true
            return result
          }
          result.rows.append(row)
        // GRDB interrupts a read whose task was cancelled.
        case SQLITE_INTERRUPT: throw CancellationError()
        case let code:
          throw GRDB.DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection)), sql: sql)
        }
      }
    }
  }

  private static func value(_ statement: OpaquePointer, _ column: Int32, isBoolean: Bool) -> SQLValue {
    let row = SQLiteRow(statement: statement)
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER:
      let number = row.integer(Int(column))
      return isBoolean && (number == 0 || number == 1) ? .text(number == 1 ? "true" : "false") : .integer(number)
    case SQLITE_FLOAT: return .real(row.real(Int(column)))
    case SQLITE_TEXT: return .text(row.text(Int(column)))
    case SQLITE_BLOB: return .blob(row.blob(Int(column)))
    default: return .null
    }
  }

  /// SQLite keeps truth as 0 and 1; only the column's declaration tells it from a number.
  private static func isBoolean(_ declaration: UnsafePointer<CChar>?) -> Bool {
    guard let declaration else { return false }
    return ["bool", "boolean"].contains(String(cString: declaration).lowercased())
  }

  private static func failure(_ error: GRDB.DatabaseError, _ path: String) -> ForeignFailure {
    let said = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    return switch error.resultCode {
    case .SQLITE_CANTOPEN:
      ForeignFailure(.unreachable, "\(path) cannot be opened: is it there, and may Holdfast read it and its folder?")
    case .SQLITE_NOTADB: ForeignFailure(.unreachable, "\(path) is not a SQLite database")
    case .SQLITE_BUSY, .SQLITE_LOCKED: ForeignFailure(.unreachable, "\(path) is locked by another process")
    case .SQLITE_CORRUPT, .SQLITE_IOERR: ForeignFailure(.unreachable, "\(path) cannot be read: \(said)")
    case .SQLITE_READONLY: ForeignFailure(.query, "the query writes; sources only read")
    default: ForeignFailure(.query, "the database refuses the query: \(said)")
    }
  }
}

extension SQLValue {
  fileprivate var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .blob(let bytes): bytes.count
    default: 8
    }
  }
}
