import GRDB
import SQL

/// The embedded database: one file in WAL mode, one writer, readers that never wait. Durable means durable: `synchronous = FULL`.
public final class SQLiteDatabase: Seam {
  private let pool: DatabasePool
  private let checkpointer: Checkpointer
  public let path: String
  public var dialect: Dialect { .sqlite }

  /// Opens or creates the database at `path`.
  /// - Throws: `DatabaseFailure` of kind `unusable` where the file cannot be opened.
  public init(path: String, readers: Int = 4) throws {
    self.path = path
    var configuration = Configuration()
    configuration.maximumReaderCount = readers
    configuration.busyMode = .timeout(15)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -16000")
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
    }
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB lowers the writer to NORMAL after `prepareDatabase`: set what we promise after opening, and look.
      checkpointer = try Checkpointer(path: path)
      let level = try pool.writeWithoutTransaction { [checkpointer] db in
        checkpointer.attach(to: db)
        try db.execute(sql: "PRAGMA synchronous = FULL")
        return try Int.fetchOne(db, sql: "PRAGMA synchronous")
      }
      guard level == 2 else {
        throw DatabaseFailure(kind: .unusable, message: "\(path): cannot be made durable", detail: "synchronous = \(level ?? -1)")
      }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseFailure(error, path: path)
    }
  }

  public func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    do {
      return try await pool.read { db in try body(SQLiteSession(db: db)) }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseFailure(error, path: path)
    }
  }

  public func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    // GRDB rolls a write back when its task is cancelled; the receipt of what has been done outside must be kept all the same.
    let pool = pool
    let path = path
    return try await Task {
      do {
        return try await pool.write { db in try body(SQLiteSession(db: db)) }
      } catch let error as GRDB.DatabaseError {
        throw DatabaseFailure(error, path: path)
      }
    }.value
  }

  public func close() async throws {
    try await pool.writeWithoutTransaction { [checkpointer] in checkpointer.close($0) }
    try pool.close()
  }
}

extension DatabaseFailure {
  init(_ error: GRDB.DatabaseError, path: String) {
    let detail = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "")\(error.sql.map { " in: \($0)" } ?? "")"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(kind: .busy, message: "the database \(path) is locked by another process", detail: detail)
    case .SQLITE_FULL:
      self.init(kind: .full, message: "no space is left for the database \(path)", detail: detail)
    case .SQLITE_CANTOPEN:
      self.init(
        kind: .unusable, message: "the database \(path) cannot be opened: does its folder exist, and may you write there?", detail: detail)
    case .SQLITE_NOTADB:
      self.init(kind: .unusable, message: "\(path) is not a database", detail: detail)
    case .SQLITE_CORRUPT:
      self.init(kind: .unusable, message: "the database \(path) is damaged; restore a backup", detail: detail)
    case .SQLITE_READONLY:
      self.init(kind: .unusable, message: "the database \(path) may not be written", detail: detail)
    case .SQLITE_CONSTRAINT:
      self.init(kind: .constraint, message: "the database refused a row: this is a bug of Holdfast", detail: detail)
    default:
      let said = "\(error.message ?? "it does not say why") (SQLite \(error.extendedResultCode.rawValue))"
      self.init(kind: .other, message: "the database \(path) failed: \(said)", detail: detail)
    }
  }
}
