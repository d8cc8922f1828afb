import CLibpq
import SQL

/// A transaction on one connection, in libpq's pipeline mode: `BEGIN`, and whatever was posted, travel with the next statement that someone
/// waits for. Lives only inside a transaction's body.
final class PostgresSession: Connection {
  let dialect = Dialect.postgres
  private let link: PostgresLink
  private let connection: OpaquePointer
  /// Statements sent whose results have not been read.
  private var pending = 0
  private var pendingBytes = 0
  private var cursors = 0
  /// Set once a statement has failed: the server undoes the transaction whatever is asked from then on.
  private var failure: (any Error)?

  /// Answers that may wait in the socket's buffers, at most; more could block both sides.
  private static let maximumPending = 200
  private static let maximumPendingBytes = 64 * 1_024
  /// Rows fetched at a time by `stream`.
  private static let stretch = 2_000

  init(link: PostgresLink, connection: OpaquePointer, beginning: [String]) throws {
    self.link = link
    self.connection = connection
    guard PQenterPipelineMode(connection) == 1 else { throw DatabaseFailure.gone(link.address.description, "pipeline mode") }
    for statement in beginning { try send(statement) }
  }

  // MARK: Statements

  func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
    var changed = 0
    try ask(sql, values) {
      changed = Self.changed($0)
      return false
    }
    return changed
  }

  func post(_ sql: String, _ values: [any SQLBindable]) throws {
    let statement = try statement(sql)
    try send(statement, encoded(values, for: statement, sql), sql)
    if pending >= Self.maximumPending || pendingBytes >= Self.maximumPendingBytes { try settle(sql) }
  }

  func each(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws {
    var result: OpaquePointer?
    defer { PQclear(result) }
    try ask(sql, values) {
      result = $0
      return true
    }
    try Self.rows(result, body)
  }

  func stream(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws {
    let cursor = "holdfast_\(cursors)"
    cursors += 1
    defer { cursors -= 1 }
    _ = try execute("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", values)
    var goesOn = true
    while goesOn {
      var count = 0
      try each("FETCH \(Self.stretch) FROM \(cursor)", []) { row in
        count += 1
        goesOn = try body(row)
        return goesOn
      }
      if count < Self.stretch { break }
    }
    try post("CLOSE \(cursor)", [])
  }

  func insert(_ bulk: BulkInsert, _ body: (any Row) throws -> Void) throws -> Int {
    guard bulk.count > 0 else { return 0 }
    let arrays = bulk.columns.enumerated().map { "$\($0 + 1)::\(Self.arrayType($1.values))" }.joined(separator: ", ")
    let sql = "\(bulk.head) SELECT * FROM unnest(\(arrays))\(bulk.tail)"
    let statement = try statement(sql)
    guard bulk.returning.isEmpty else {
      var result: OpaquePointer?
      defer { PQclear(result) }
      try send(statement, bulk.columns.map { Wire.bytes($0.values) }, sql)
      try settle(sql) {
        result = $0
        return true
      }
      try Self.rows(result) {
        try body($0)
        return true
      }
      return result.map { Int(PQntuples($0)) } ?? 0
    }
    var changed = 0
    try send(statement, bulk.columns.map { Wire.bytes($0.values) }, sql)
    try settle(sql) {
      changed = Self.changed($0)
      return false
    }
    return changed
  }

  func script(_ sql: String) throws {
    try settle("")
    try link.inCommandMode { try noting { try link.command(sql) } }
  }

  // MARK: The end

  /// Ends the transaction and leaves pipeline mode.
  /// - Throws: `DatabaseFailure`; of kind `outcomeUnknown` where the connection went away once the commit was under way.
  func commit() throws {
    if let failure {
      rollback()
      throw failure
    }
    // What was posted is settled first: only a loss during the commit itself leaves its outcome open.
    try settle("")
    do {
      try send("COMMIT")
      try settle("COMMIT") { result in
        // A transaction that had failed unseen answers ROLLBACK.
        guard PQcmdStatus(result).map({ String(cString: $0) }) == "COMMIT" else {
          throw DatabaseFailure(kind: .other, message: "\(link.address) did not commit", detail: "COMMIT answered ROLLBACK")
        }
        return false
      }
    } catch let failure as DatabaseFailure where failure.kind == .lost {
      throw DatabaseFailure(
        kind: .outcomeUnknown, message: "the connection to \(link.address) was lost during a commit: it may or may not have taken place",
        detail: failure.detail)
    }
    leave()
  }

  func rollback() {
    guard link.stands else { return }
    do {
      // What is outstanding fails or not: all of it is undone.
      if pending > 0 { try? settle("") }
      failure = nil
      try send("ROLLBACK")
      try settle("ROLLBACK")
      leave()
    } catch {
      // A connection that cannot even undo is given up; the server undoes what it had begun.
      link.close()
    }
  }

  private func leave() {
    if PQexitPipelineMode(connection) != 1 { link.close() }
  }

  // MARK: Pipeline

  /// Sends a statement with what was posted before it, and waits for all of it.
  private func ask(_ sql: String, _ values: [any SQLBindable], _ body: (OpaquePointer) throws -> Bool) throws {
    let statement = try statement(sql)
    // A plan made for some list may read a whole table for a long one, or was made while the table was small.
    try send(statement, encoded(values, for: statement, sql), sql, isPlannedAnew: values.contains { $0.parameter.isLongList })
    try settle(sql, body)
  }

  private func statement(_ sql: String) throws -> PostgresLink.Prepared {
    try requireStanding()
    return try noting {
      if link.knows(sql) { return try link.prepare(sql) }
      try settle(sql)
      return try link.prepare(sql)
    }
  }

  private func encoded(_ values: [any SQLBindable], for statement: PostgresLink.Prepared, _ sql: String) throws -> [[UInt8]?] {
    guard values.count == statement.types.count else {
      throw DatabaseFailure(
        kind: .other, message: "a statement of Holdfast is wrong: this is a bug",
        detail: "\(values.count) values for \(statement.types.count) parameters in: \(sql)")
    }
    do {
      return try zip(values, statement.types).map { try Wire.bytes($0.parameter, as: $1) }
    } catch let mismatch as Wire.Mismatch {
      throw DatabaseFailure(
        kind: .other, message: "a statement of Holdfast is wrong: this is a bug",
        detail: "a value does not fit type \(mismatch.type) in: \(sql)")
    }
  }

  private func send(_ sql: String) throws {
    try requireStanding()
    guard PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) == 1 else { throw gone() }
    pending += 1
  }

  private func send(
    _ statement: PostgresLink.Prepared, _ values: [[UInt8]?], _ sql: String, isPlannedAnew: Bool = false
  ) throws {
    let lengths = values.map { Int32($0?.count ?? 0) }
    let formats = [Int32](repeating: 1, count: values.count)
    // One block for all values: their addresses must hold until libpq has copied them.
    var block: [UInt8] = []
    block.reserveCapacity(lengths.reduce(1) { $0 + Int($1) })
    for value in values { if let value { block += value } }
    block.append(0)
    let sent = block.withUnsafeBytes { bytes in
      var offset = 0
      let pointers = values.map { value -> UnsafePointer<CChar>? in
        guard let value else { return nil }
        defer { offset += value.count }
        return bytes.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
      }
      let asBinary: Int32 = link.manner.isForeign ? 0 : 1
      if isPlannedAnew {
        return PQsendQueryParams(connection, sql, Int32(values.count), statement.types, pointers, lengths, formats, asBinary)
      }
      return PQsendQueryPrepared(connection, statement.name, Int32(values.count), pointers, lengths, formats, asBinary)
    }
    guard sent == 1 else { throw gone() }
    pending += 1
    pendingBytes += block.count
  }

  /// Waits for everything sent; `body` gets the last result, and tells whether it keeps it.
  private func settle(_ sql: String, _ body: (OpaquePointer) throws -> Bool = { _ in false }) throws {
    guard pending > 0 else { return }
    try requireStanding()
    let count = pending
    pending = 0
    pendingBytes = 0
    try noting {
      guard PQpipelineSync(connection) == 1 else { throw gone() }
      try link.collect(count, sql) { index, result in index == count - 1 ? try body(result) : false }
    }
  }

  private func requireStanding() throws {
    if let failure { throw failure }
    guard link.stands else { throw gone() }
  }

  private func noting<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch {
      failure = failure ?? error
      throw error
    }
  }

  private func gone() -> DatabaseFailure {
    DatabaseFailure.gone(link.address.description, String(cString: PQerrorMessage(connection)).trimmed)
  }

  // MARK: Results

  private static func changed(_ result: OpaquePointer) -> Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

  private static func rows(_ result: OpaquePointer?, _ body: (any Row) throws -> Bool) throws {
    guard let result else { return }
    for row in 0..<PQntuples(result) {
      guard try body(PostgresRow(result: result, row: row)) else { return }
    }
  }

  private static func arrayType(_ values: BulkInsert.Column.Values) -> String {
    switch values {
    case .integers: "bigint[]"
    case .reals: "double precision[]"
    case .texts: "text[]"
    case .blobs: "bytea[]"
    }
  }
}

extension SQLParameter {
  fileprivate var isLongList: Bool {
    switch self {
    case .value: false
    case .integers(let numbers): numbers.count > 50
    case .texts(let texts): texts.count > 50
    }
  }
}
