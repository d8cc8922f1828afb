import SQL

/// A PostgreSQL database, 15 or later, through libpq: a bounded number of connections, each with its own thread; some for writers, the
/// others for readers, so that a slow page never keeps an event from being stored.
///
/// A transaction that the server undid, or whose connection went away before its commit, is run again. One whose connection went away
/// during the commit is not: the caller learns that its outcome is unknown.
public final class PostgresDatabase: Database {
  public let address: PostgresAddress
  public var dialect: Dialect { .postgres }
  private let readers: PostgresPool
  private let writers: PostgresPool
  private let pause: @Sendable (_ seconds: Double) async throws -> Void

  /// How often a transaction is tried.
  private static let trials = 5

  /// Opens nothing yet: the first transaction does.
  /// - Parameters:
  ///   - application: the name under which the server's monitoring shows these connections.
  ///   - isForeign: a database of the user's own, read by the user's own queries: columns of any type come as text, and failures in the
  ///     server's words.
  ///   - pause: waits in the clock of the composition root.
  public init(
    address: PostgresAddress, application: String = "holdfast", isForeign: Bool = false,
    pause: @escaping @Sendable (_ seconds: Double) async throws -> Void
  ) {
    self.address = address
    self.pause = pause
    let manner = PostgresLink.Manner(
      application: application, isForeign: isForeign, statementTimeout: 30_000, lockTimeout: 10_000, idleTimeout: 10_000)
    // Never fewer than long work, the fold and a sign of life need beside each other.
    let forWriters = max(3, address.connections * 2 / 5)
    writers = PostgresPool(address: address, manner: manner, count: forWriters)
    readers = PostgresPool(address: address, manner: manner, count: max(1, address.connections - forWriters))
  }

  public func read<T: Sendable>(
    patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T {
    let begin = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] + Self.limits(patience)
    return try await transact(on: readers, begin, body)
  }

  public func write<T: Sendable>(
    patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T {
    let begin = ["BEGIN ISOLATION LEVEL READ COMMITTED"] + Self.limits(patience)
    // The receipt of what has been done outside must be kept even where the caller's task was cancelled.
    return try await Task { try await transact(on: writers, begin, body) }.value
  }

  /// Patience without bound lifts what the connection was given when it was made, for this transaction.
  private static func limits(_ patience: Patience) -> [String] {
    switch patience {
    case .usual: []
    case .unbounded: ["SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"]
    }
  }

  private func transact<T: Sendable>(
    on pool: PostgresPool, _ begin: [String], _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T {
    var trial = 1
    while true {
      let link = try await pool.acquire()
      let outcome: Result<T, any Error>
      do {
        outcome = .success(try await link.run { try Self.transaction(on: $0, begin, body) })
      } catch {
        outcome = .failure(error)
      }
      switch outcome {
      case .success(let result):
        pool.release(link)
        return result
      case .failure(let failure as CannotConnect):
        // While the server is away each connection asks for it more and more rarely, not in a tight circle.
        try? await pause(Self.pause(afterFailures: failure.count))
        pool.release(link, because: failure.reason)
        throw failure.reason
      case .failure(let failure as DatabaseFailure) where (failure.kind == .lost || failure.kind == .conflict) && trial < Self.trials:
        pool.release(link)
        try? await pause(0.01 * Double(1 << trial))
        trial += 1
      case .failure(let error):
        pool.release(link)
        throw error
      }
    }
  }

  /// There is no connection: trying again at once is of no use.
  private struct CannotConnect: Error {
    var reason: any Error
    /// How often in a row.
    var count: Int
  }

  /// Seconds until a connection that could not be made is tried again: 0.1, 0.2, 0.4 … 3.
  private static func pause(afterFailures count: Int) -> Double { min(3, 0.1 * Double(1 << min(max(count, 1) - 1, 5))) }

  private static func transaction<T>(
    on link: PostgresLink, _ begin: [String], _ body: (any Connection) throws -> T
  ) throws -> T {
    do { try link.open() } catch { throw CannotConnect(reason: error, count: link.failures) }
    guard let connection = link.connection else { throw DatabaseFailure.gone(link.address.description, "no connection") }
    let session = try PostgresSession(link: link, connection: connection, beginning: begin)
    let result: T
    do {
      result = try body(session)
    } catch {
      session.rollback()
      throw error
    }
    try session.commit()
    return result
  }

  public func close() async throws {
    await readers.close()
    await writers.close()
  }
}
