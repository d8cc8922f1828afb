import Domain
import SQL
import Synchronization

/// A database in bad weather: while the storm lasts its transactions fail at random, by a seed, in each of the ways in which databases do.
final class StormyDatabase: Database {
  enum Fault: Hashable, Sendable {
    /// Nothing is begun.
    case refused(DatabaseFailure.Kind)
    /// The statement of that number, counted from 0, fails, and whatever follows it; where there are fewer, the commit does.
    case broken(Int, DatabaseFailure.Kind)
    /// The database undoes the transaction at that statement, or at the commit where there are fewer, and runs its body again.
    case undone(Int)
    /// The commit takes place, and nobody learns of it.
    case answerLost
    /// The commit does not take place, and nobody learns of it.
    case requestLost

    /// What it is, without where it struck.
    var name: String {
      switch self {
      case .refused(let kind): "refused: \(kind)"
      case .broken(_, let kind): "broken: \(kind)"
      case .undone: "undone"
      case .answerLost: "answer lost"
      case .requestLost: "request lost"
      }
    }
  }

  private struct State {
    var random: SplitMix64
    var isStormy = false
    var struck: [String: Int] = [:]
    var reads = 0
  }

  private let inner: any Database
  private let state: Mutex<State>

  /// The share of transactions that a storm strikes.
  private static let share = 0.4

  init(_ inner: any Database, seed: UInt64) {
    self.inner = inner
    state = Mutex(State(random: SplitMix64(seed: seed, stream: 77)))
  }

  var dialect: Dialect { inner.dialect }

  var isStormy: Bool {
    get { state.withLock { $0.isStormy } }
    set { state.withLock { $0.isStormy = newValue } }
  }

  /// How often each kind of fault has struck a writer.
  var struck: [String: Int] { state.withLock { $0.struck } }

  /// Read transactions that were asked for.
  var reads: Int { state.withLock { $0.reads } }

  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    let fault = nextFault()
    if let fault { state.withLock { $0.struck[fault.name, default: 0] += 1 } }
    switch fault {
    case nil: return try await inner.write(patience: patience, body)
    case .refused(let kind): throw Self.failure(kind)
    case .broken(let number, let kind):
      return try await inner.write(patience: patience) { connection in
        _ = try body(FaultyConnection(inner: connection, beforeStatement: Self.failing(at: number, Self.failure(kind))))
        throw Self.failure(kind)
      }
    case .undone(let number):
      do {
        try await inner.write(patience: patience) { connection in
          _ = try body(FaultyConnection(inner: connection, beforeStatement: Self.failing(at: number, Undone())))
          throw Undone()
        }
      } catch is Undone {}
      return try await inner.write(patience: patience, body)
    case .answerLost:
      _ = try await inner.write(patience: patience, body)
      throw Self.failure(.outcomeUnknown)
    case .requestLost:
      return try await inner.write(patience: patience) { connection in
        _ = try body(connection)
        throw Self.failure(.outcomeUnknown)
      }
    }
  }

  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    state.withLock { $0.reads += 1 }
    switch nextFault() {
    case .refused(let kind): throw Self.failure(kind)
    case .broken(let number, let kind):
      return try await inner.read(patience: patience) { connection in
        try body(FaultyConnection(inner: connection, beforeStatement: Self.failing(at: number, Self.failure(kind))))
      }
    default: return try await inner.read(patience: patience, body)
    }
  }

  func close() async throws { try await inner.close() }

  /// What a body meets whose transaction is run again.
  private struct Undone: Error {}

  /// Fails at a statement and, as in a transaction that is aborted, at all that follow.
  private static func failing(at number: Int, _ error: any Error) -> () throws -> Void {
    let executed = Mutex(0)
    return {
      let isDue = executed.withLock { executed in
        defer { executed += 1 }
        return executed >= number
      }
      if isDue { throw error }
    }
  }

  private static func failure(_ kind: DatabaseFailure.Kind) -> DatabaseFailure {
    DatabaseFailure(kind: kind, message: "bad weather", detail: "the storm: \(kind)")
  }

  private func nextFault() -> Fault? {
    state.withLock { state in
      guard state.isStormy, state.random.chance(Self.share) else { return nil }
      // Nearly all statements of a step are among its first forty.
      let number = state.random.below(40)
      switch state.random.below(6) {
      case 0: return .refused(state.random.pick([.busy, .full, .lost, .unusable, .other]))
      case 1, 2: return .broken(number, state.random.pick([.busy, .full, .lost, .other]))
      case 3: return .undone(number)
      case 4: return .answerLost
      default: return .requestLost
      }
    }
  }
}
