import SQL
import Synchronization

/// A PostgreSQL database of the user's, read in short transactions that the server itself keeps from writing.
public final class PostgresSourceDatabase: ForeignDatabase {
  private let database: PostgresDatabase
  /// A statement goes on that nobody waits for any more.
  private let isAbandoned = Mutex(false)

  public var dialect: Dialect { .postgres }

  /// Milliseconds that a page may take: the first may have to sort everything there is.
  private static let statementTimeout = 300_000
  /// Rows fetched at a time, so that large ones do not fill the memory before they are counted.
  private static let stretch = 100

  /// Opens nothing yet: the first page does.
  /// - Parameter pause: waits in the clock of the composition root.
  /// - Throws: `ForeignFailure` that says what is wrong with the address, without it.
  public init(url: String, pause: @escaping @Sendable (_ seconds: Double) async throws -> Void) throws {
    do {
      database = PostgresDatabase(address: try PostgresAddress(url), application: "holdfast source", isForeign: true, pause: pause)
    } catch let failure as DatabaseFailure {
      throw ForeignFailure(.unreachable, failure.message)
    }
  }

  public func rows(_ sql: String, _ values: [SQLValue], maximumBytes: Int) async throws -> ForeignRows {
    try Task.checkCancellation()
    let answer = Answer()
    // libpq waits for the server without hearing of a cancellation. Whoever is told to stop stops; the statement ends by itself, at the
    // latest by its time-out.
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        answer.await(continuation)
        Task {
          answer.give(await Self.rows(database, sql, values, maximumBytes))
          if isAbandoned.withLock({ $0 }) { try? await database.close() }
        }
      }
    } onCancel: {
      isAbandoned.withLock { $0 = true }
      answer.give(.failure(CancellationError()))
    }
  }

  private static func rows(
    _ database: PostgresDatabase, _ sql: String, _ values: [SQLValue], _ maximumBytes: Int
  ) async -> Result<ForeignRows, any Error> {
    do {
      return .success(
        try await database.read(patience: .unbounded) { connection in
          try connection.execute("SET LOCAL statement_timeout = \(statementTimeout)")
          try connection.execute("DECLARE page NO SCROLL CURSOR FOR \(sql)", values)
          return try fetch(maximumBytes, connection)
        })
    } catch let failure as DatabaseFailure {
      // What has a code of its own was answered by the server to the query.
      return .failure(ForeignFailure(failure.sqlState == nil ? .unreachable : .query, failure.message))
    } catch {
      return .failure(error)
    }
  }

  private static func fetch(_ maximumBytes: Int, _ connection: any Connection) throws -> ForeignRows {
    var rows = ForeignRows(columns: [], rows: [])
    var bytes = 0
    var count = 0
    repeat {
      count = 0
      try connection.each("FETCH \(stretch) FROM page", []) { row in
        count += 1
        let values = (0..<row.count).map { row.isNull($0) ? SQLValue.null : .text(row.text($0)) }
        bytes += values.reduce(0) { if case .text(let text) = $1 { $0 + text.utf8.count } else { $0 } }
        if rows.rows.isEmpty { rows.columns = (0..<row.count).map { row.name($0) } }
        rows.isCut = bytes > maximumBytes && !rows.rows.isEmpty
        if !rows.isCut { rows.rows.append(values) }
        return !rows.isCut
      }
    } while count == stretch && !rows.isCut
    return rows
  }

  public func close() async throws {
    // Closing waits for what is under way; an abandoned statement closes when it ends.
    if isAbandoned.withLock({ $0 }) { return }
    try await database.close()
  }
}

/// The first answer counts: that of the database or that of the cancellation.
private final class Answer: Sendable {
  private enum State {
    case nobodyAsks(Result<ForeignRows, any Error>?)
    case asked(CheckedContinuation<ForeignRows, any Error>)
    case given
  }
  private let state = Mutex(State.nobodyAsks(nil))

  func await(_ continuation: CheckedContinuation<ForeignRows, any Error>) {
    let known: Result<ForeignRows, any Error>? = state.withLock { state in
      guard case .nobodyAsks(let result?) = state else {
        state = .asked(continuation)
        return nil
      }
      state = .given
      return result
    }
    if let known { continuation.resume(with: known) }
  }

  func give(_ result: Result<ForeignRows, any Error>) {
    let continuation: CheckedContinuation<ForeignRows, any Error>? = state.withLock { state in
      switch state {
      case .asked(let continuation):
        state = .given
        return continuation
      case .nobodyAsks(nil):
        state = .nobodyAsks(result)
        return nil
      case .nobodyAsks, .given: return nil
      }
    }
    continuation?.resume(with: result)
  }
}
