import Foundation
import GRDBSQLite

/// An SQLite file with nothing around it.
final class BareFile: BareConnection {
  private var handle: OpaquePointer?

  init(_ path: String) throws {
    try check(sqlite3_open(path, &handle))
    try check(sqlite3_busy_timeout(handle, 60_000))
  }

  deinit { sqlite3_close(handle) }

  func run(_ sql: String) throws { try check(sqlite3_exec(handle, sql, nil, nil, nil)) }

  func number(_ sql: String) throws -> Int {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
    defer { sqlite3_finalize(statement) }
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return Int(sqlite3_column_int64(statement, 0))
    case SQLITE_DONE: return 0
    default: throw failure
    }
  }

  func inBulk(_ body: () throws -> Void) throws {
    for pragma in ["journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"] { try run("PRAGMA \(pragma)") }
    try run("BEGIN EXCLUSIVE")
    try body()
    try run("COMMIT")
    for pragma in ["synchronous = FULL", "journal_mode = WAL"] { try run("PRAGMA \(pragma)") }
  }

  fileprivate func prepare(_ sql: String) throws -> OpaquePointer? {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
    return statement
  }

  fileprivate func check(_ code: Int32) throws { if code != SQLITE_OK { throw failure } }
  fileprivate var failure: Failure { Failure("SQLite: \(String(cString: sqlite3_errmsg(handle)))") }
}

/// A loop over one prepared insert into a table shaped like the log: what the file takes at best.
struct BareLog {
  private let file: BareFile
  private let statement: OpaquePointer?

  /// As durable as Holdfast's own.
  init(_ file: BareFile) throws {
    self.file = file
    try file.run("PRAGMA journal_mode = WAL")
    try file.run("PRAGMA synchronous = FULL")
    try file.run(
      """
      CREATE TABLE event (position INTEGER PRIMARY KEY, shard INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT, contact TEXT, anonymous TEXT,
        customer TEXT, message_id TEXT NOT NULL, at INTEGER NOT NULL, version INTEGER NOT NULL, received_at INTEGER NOT NULL,
        payload TEXT NOT NULL) STRICT
      """)
    statement = try file.prepare(
      """
      INSERT INTO event (shard, kind, name, contact, anonymous, customer, message_id, at, version, received_at, payload)
      VALUES (?, 'event', ?, ?, NULL, ?, ?, ?, ?, ?, ?)
      """)
  }

  /// Call once, before the file goes.
  func close() { sqlite3_finalize(statement) }

  /// Inserts events in one transaction.
  func append(_ events: [Workload.Event], at: Int64) throws {
    try file.run("BEGIN IMMEDIATE")
    for event in events { try insert(event, at: at) }
    try file.run("COMMIT")
  }

  private func insert(_ event: Workload.Event, at: Int64) throws {
    sqlite3_bind_int64(statement, 1, sqlite3_int64(event.customer % 64))
    bind(2, event.name)
    bind(3, Workload.contact(event))
    bind(4, Workload.customer(event.customer))
    bind(5, event.message)
    for column in Int32(6)...8 { sqlite3_bind_int64(statement, column, at) }
    bind(9, #"{"plan":""# + event.plan + #"","items":"# + String(event.items) + "}")
    guard sqlite3_step(statement) == SQLITE_DONE else { throw file.failure }
    try file.check(sqlite3_reset(statement))
  }

  private func bind(_ column: Int32, _ text: String) {
    // -1 is SQLITE_TRANSIENT, a C macro that Swift cannot import: SQLite copies the text.
    sqlite3_bind_text(statement, column, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
  }
}
