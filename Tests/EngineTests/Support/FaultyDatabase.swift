import SQL
import Synchronization

/// A database whose writes fail when the test says so: at the n-th statement, or at the commit.
final class FaultyDatabase: Database {
  enum Fault: Hashable, Sendable {
    /// Counted from 0 within a transaction.
    case statement(Int)
    case commit
    /// The commit takes place, and its answer is lost on the way.
    case answer
  }

  private struct State {
    var fault: Fault?
    var executed = 0
    var commits = 0
    var isAway = false
    var refused = 0
  }

  private let inner: any Database
  private let state = Mutex(State())

  init(_ inner: any Database) { self.inner = inner }

  var dialect: Dialect { inner.dialect }

  static let failure = DatabaseFailure(kind: .other, message: "the test pulled the plug", detail: "test")
  static let silence = DatabaseFailure(kind: .outcomeUnknown, message: "the test cut the line", detail: "test")

  /// While it is, every write is refused as by a server that is not there.
  var isAway: Bool {
    get { state.withLock { $0.isAway } }
    set { state.withLock { $0.isAway = newValue } }
  }

  /// Writes that were refused because the server was away.
  var refused: Int { state.withLock { $0.refused } }

  /// The next fault; gone once it has struck.
  var fault: Fault? {
    get { state.withLock { $0.fault } }
    set { state.withLock { $0.fault = newValue } }
  }

  /// Write transactions that have been committed.
  var commits: Int { state.withLock { $0.commits } }

  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await inner.read(patience: patience, body)
  }

  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    let isAway = state.withLock { state in
      if state.isAway { state.refused += 1 }
      return state.isAway
    }
    if isAway { throw DatabaseFailure(kind: .lost, message: "the test has taken the server away", detail: "test") }
    let result = try await inner.write(patience: patience) { [self] connection in
      state.withLock { $0.executed = 0 }
      let result = try body(FaultyConnection(inner: connection, beforeStatement: beforeStatement))
      try strike { $0.fault == .commit }
      return result
    }
    state.withLock { $0.commits += 1 }
    try strike(with: Self.silence) { $0.fault == .answer }
    return result
  }

  private func beforeStatement() throws {
    try strike { state in
      defer { state.executed += 1 }
      return state.fault == .statement(state.executed)
    }
  }

  private func strike(with failure: DatabaseFailure = failure, _ isDue: (inout State) -> Bool) throws {
    let strikes = state.withLock { state in
      let strikes = isDue(&state)
      if strikes { state.fault = nil }
      return strikes
    }
    if strikes { throw failure }
  }

  func close() async throws { try await inner.close() }
}

/// A connection that asks before each statement whether it may go on.
struct FaultyConnection: Connection {
  let inner: any Connection
  let beforeStatement: () throws -> Void

  func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
    try beforeStatement()
    return try inner.execute(sql, values)
  }

  var dialect: Dialect { inner.dialect }

  func insert(_ bulk: BulkInsert, _ body: (any Row) throws -> Void) throws -> Int {
    try beforeStatement()
    return try inner.insert(bulk, body)
  }

  func stream(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws {
    try beforeStatement()
    try inner.stream(sql, values, body)
  }

  func each(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws {
    try beforeStatement()
    try inner.each(sql, values, body)
  }

  func script(_ sql: String) throws {
    try beforeStatement()
    try inner.script(sql)
  }
}
