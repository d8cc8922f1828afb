import Domain
import Foundation
import GRDBSQLite

/// What this machine can do at best, measured in the same run: a figure of Holdfast means something only beside it.
enum Yardsticks {
  /// Appends of 4 KiB to a file, each made durable on its own: the time of each.
  static func durableAppends(in directory: String, seconds: Double) throws -> Samples {
    let path = directory + "/appends"
    let file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
    guard file >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    defer {
      close(file)
      unlink(path)
    }
    let block = [UInt8](repeating: 0x55, count: 4_096)
    var samples = Samples()
    let end = Clock.seconds() + seconds
    while Clock.seconds() < end {
      try Interruption.check()
      let start = Clock.seconds()
      guard write(file, block, block.count) == block.count, flush(file) == 0 else {
        throw Failure("\(path): \(String(cString: strerror(errno)))")
      }
      samples.add(Clock.seconds() - start)
    }
    return samples
  }

  private static func flush(_ file: Int32) -> Int32 {
    #if canImport(Darwin)
      fcntl(file, F_FULLFSYNC)
    #else
      fdatasync(file)
    #endif
  }

  /// Rows a second of a bare loop over one prepared insert into a table shaped like the log, 1,000 rows a transaction, as durable as
  /// Holdfast's own.
  static func bareInserts(in directory: String, seconds: Double, workload: Workload) throws -> Double {
    let path = directory + "/bare.db"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
    let database = try BareDatabase(path)
    var workload = workload
    let now = Clock.now()
    let start = Clock.seconds()
    var rows = 0
    while Clock.seconds() < start + seconds {
      try Interruption.check()
      let events = (0..<1_000).map { _ in workload.next() }
      try database.run("BEGIN IMMEDIATE")
      for event in events { try database.insert(event, at: now.microseconds) }
      try database.run("COMMIT")
      rows += events.count
    }
    return Double(rows) / (Clock.seconds() - start)
  }
}

/// SQLite with nothing around it.
private final class BareDatabase {
  private var handle: OpaquePointer?
  private var statement: OpaquePointer?

  init(_ path: String) throws {
    try check(sqlite3_open(path, &handle))
    try run("PRAGMA journal_mode = WAL")
    try run("PRAGMA synchronous = FULL")
    try run(
      """
      CREATE TABLE event (position INTEGER PRIMARY KEY, shard INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT, contact TEXT, anonymous TEXT,
        customer TEXT, message_id TEXT NOT NULL, at INTEGER NOT NULL, version INTEGER NOT NULL, received_at INTEGER NOT NULL,
        payload TEXT NOT NULL) STRICT
      """)
    try check(
      sqlite3_prepare_v2(
        handle,
        """
        INSERT INTO event (shard, kind, name, contact, anonymous, customer, message_id, at, version, received_at, payload)
        VALUES (?, 'event', ?, ?, NULL, ?, ?, ?, ?, ?, ?)
        """, -1, &statement, nil))
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close(handle)
  }

  func run(_ sql: String) throws { try check(sqlite3_exec(handle, sql, nil, nil, nil)) }

  func insert(_ event: Workload.Event, at: Int64) throws {
    sqlite3_bind_int64(statement, 1, sqlite3_int64(event.customer % 64))
    bind(2, event.name)
    bind(3, Workload.contact(event))
    bind(4, "c-\(event.customer)")
    bind(5, event.message)
    for column in Int32(6)...8 { sqlite3_bind_int64(statement, column, at) }
    bind(9, #"{"plan":""# + event.plan + #"","items":"# + String(event.items) + "}")
    guard sqlite3_step(statement) == SQLITE_DONE else { throw failure }
    try check(sqlite3_reset(statement))
  }

  private func bind(_ column: Int32, _ text: String) {
    // -1 is SQLITE_TRANSIENT, a C macro that Swift cannot import: SQLite copies the text.
    sqlite3_bind_text(statement, column, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
  }

  private func check(_ code: Int32) throws { if code != SQLITE_OK { throw failure } }
  private var failure: Failure { Failure("SQLite: \(String(cString: sqlite3_errmsg(handle)))") }
}
