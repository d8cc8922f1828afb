import CLibpq
import Dispatch
import SQL

/// One connection with its thread: everything libpq is asked happens there, one after the other.
///
/// @unchecked: what varies is touched on `queue` only.
final class PostgresLink: @unchecked Sendable {
  /// What can be told of a connection apart from its transactions.
  struct Manner: Sendable {
    var application: String
    /// Statements of the user's own: results as text, the server's messages shown as they are.
    var isForeign: Bool
    /// Milliseconds; 0 is for ever.
    var statementTimeout: Int
    var lockTimeout: Int
    var idleTimeout: Int
  }

  private let queue: DispatchQueue
  let number: Int
  let address: PostgresAddress
  let manner: Manner
  private(set) var connection: OpaquePointer?
  /// How often in a row no connection could be made.
  private(set) var failures = 0
  /// What it knows of its prepared statements is not true any more.
  private var isStale = false
  /// Statements that the server has prepared, with their parameters' types.
  private var prepared: [String: Prepared] = [:]

  struct Prepared {
    var name: String
    var types: [Oid]
  }

  /// The server keeps no more prepared statements than this for a connection; beyond it they are made anew.
  private static let maximumPrepared = 500

  init(address: PostgresAddress, manner: Manner, number: Int) {
    self.address = address
    self.manner = manner
    self.number = number
    queue = DispatchQueue(label: "holdfast.postgres.\(number)")
  }

  /// Runs `body` on this connection's thread.
  func run<T: Sendable>(_ body: @escaping @Sendable (PostgresLink) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { [self] in continuation.resume(with: Result { try body(self) }) }
    }
  }

  /// Makes the connection if there is none. - Throws: `DatabaseFailure`.
  func open() throws {
    if let connection {
      if PQstatus(connection) == CONNECTION_OK, !isStale { return }
      close()
    }
    failures += 1
    let made = PQconnectdb(address.conninfo)
    guard let made, PQstatus(made) == CONNECTION_OK else {
      defer { PQfinish(made) }
      throw DatabaseFailure(connecting: made, to: address.description)
    }
    connection = made
    // Notices ("relation already exists, skipping") are not for standard error.
    PQsetNoticeProcessor(made, { _, _ in }, nil)
    do {
      guard PQserverVersion(made) >= 150_000 else {
        throw DatabaseFailure(
          kind: .unusable, message: "\(address) is PostgreSQL \(PQserverVersion(made) / 10_000); Holdfast needs 15 or later",
          detail: "server version")
      }
      try command(
        """
        SET application_name = '\(manner.application)'; SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';
        SET synchronous_commit = on; SET statement_timeout = \(manner.statementTimeout); SET lock_timeout = \(manner.lockTimeout);
        SET idle_in_transaction_session_timeout = \(manner.idleTimeout); SET tcp_user_timeout = \(manner.idleTimeout)
        """)
    } catch {
      close()
      throw error
    }
    failures = 0
  }

  func close() {
    PQfinish(connection)
    connection = nil
    isStale = false
    prepared = [:]
  }

  /// Whether the connection still stands after a failure; one that does not is made again at the next use.
  var stands: Bool { connection.map { PQstatus($0) == CONNECTION_OK } ?? false }

  /// Runs statements without parameters or results.
  func command(_ sql: String) throws {
    guard let connection else { throw DatabaseFailure.gone(address.description, "no connection") }
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    let status = PQresultStatus(result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY else {
      throw failure(result, sql)
    }
  }

  /// The statement as the server knows it; prepared on first use. Not while results are outstanding.
  func prepare(_ sql: String) throws -> Prepared {
    if let known = prepared[sql] { return known }
    guard let connection else { throw DatabaseFailure.gone(address.description, "no connection") }
    if prepared.count >= Self.maximumPrepared {
      try inCommandMode { try command("DEALLOCATE ALL") }
      prepared = [:]
    }
    let name = "s\(prepared.count)"
    guard PQsendPrepare(connection, name, sql, 0, nil) == 1, PQsendDescribePrepared(connection, name) == 1,
      PQpipelineSync(connection) == 1
    else { throw DatabaseFailure.gone(address.description, lastMessage) }
    var types: [Oid] = []
    try collect(2, sql) { index, result in
      if index == 1 { types = (0..<PQnparams(result)).map { PQparamtype(result, $0) } }
      return false
    }
    let made = Prepared(name: name, types: types)
    prepared[sql] = made
    return made
  }

  func knows(_ sql: String) -> Bool { prepared[sql] != nil }

  /// Reads the results of `count` statements and the synchronization point behind them; `body` gets each that went well, and tells whether
  /// it keeps it and clears it itself.
  /// - Throws: the first failure.
  func collect(_ count: Int, _ sql: String, _ body: (Int, OpaquePointer) throws -> Bool) throws {
    guard let connection else { throw DatabaseFailure.gone(address.description, "no connection") }
    var failure: (any Error)?
    for index in 0..<count {
      while let result = PQgetResult(connection) {
        var isKept = false
        defer { if !isKept { PQclear(result) } }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
          guard failure == nil else { continue }
          do { isKept = try body(index, result) } catch { failure = error }
        case PGRES_PIPELINE_ABORTED: continue
        default: if failure == nil { failure = self.failure(result, sql) }
        }
        guard PQstatus(connection) == CONNECTION_OK else { throw lost(failure) }
      }
      guard PQstatus(connection) == CONNECTION_OK else { throw lost(failure) }
    }
    let end = PQgetResult(connection)
    defer { PQclear(end) }
    guard PQresultStatus(end) == PGRES_PIPELINE_SYNC else {
      // Out of step with the server: such a connection is good for nothing more.
      let detail = lastMessage
      close()
      throw failure ?? DatabaseFailure.gone(address.description, "no synchronization point: \(detail)")
    }
    if let failure { throw failure }
  }

  /// Leaves pipeline mode for `body`.
  func inCommandMode(_ body: () throws -> Void) throws {
    guard PQexitPipelineMode(connection) == 1 else { throw DatabaseFailure.gone(address.description, lastMessage) }
    defer { PQenterPipelineMode(connection) }
    try body()
  }

  func failure(_ result: OpaquePointer?, _ sql: String) -> any Error {
    guard let connection else { return DatabaseFailure.gone(address.description, "no connection") }
    let failure = DatabaseFailure(
      result: result, connection: connection, sql: sql, place: address.description, isForeign: manner.isForeign)
    // A statement that the server has forgotten, or whose result changed its shape under a new view: prepared anew at the next use. The
    // connection itself is still read from, and closed by whoever opens it next.
    if failure.sqlState == "26000" || failure.sqlState == "0A000" {
      isStale = true
      // To the user's own queries the second says that PostgreSQL cannot do what they ask.
      if !manner.isForeign { return lost(failure) }
    }
    return PQstatus(connection) == CONNECTION_OK ? failure : lost(failure)
  }

  private func lost(_ failure: (any Error)?) -> any Error {
    let detail = (failure as? DatabaseFailure)?.detail ?? lastMessage
    return DatabaseFailure.gone(address.description, detail)
  }

  private var lastMessage: String { connection.map { String(cString: PQerrorMessage($0)).trimmed } ?? "" }
}
