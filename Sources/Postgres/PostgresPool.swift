import SQL
import Synchronization

/// A bounded number of connections, handed out in the order in which they are asked for. Each is made at its first use.
final class PostgresPool: Sendable {
  private struct State {
    var idle: [PostgresLink]
    var waiting: [CheckedContinuation<PostgresLink, any Error>] = []
    /// Where in `waiting` the line begins; what is before it has been served.
    var served = 0
    var isClosed = false
  }

  /// More callers than this are not kept waiting.
  private static let maximumWaiting = 1_000

  private let state: Mutex<State>
  private let place: String
  let links: [PostgresLink]

  init(address: PostgresAddress, manner: PostgresLink.Manner, count: Int) {
    links = (0..<count).map { PostgresLink(address: address, manner: manner, number: $0) }
    state = Mutex(State(idle: links.reversed()))
    place = address.description
  }

  func acquire() async throws -> PostgresLink {
    try await withCheckedThrowingContinuation { continuation in
      let answer: Result<PostgresLink, any Error>? = state.withLock { state in
        if state.isClosed { return .failure(DatabaseFailure.gone(place, "closed")) }
        if let link = state.idle.popLast() { return .success(link) }
        guard state.waiting.count - state.served < Self.maximumWaiting else {
          return .failure(DatabaseFailure(kind: .busy, message: "all connections to \(place) are in use", detail: "pool"))
        }
        state.waiting.append(continuation)
        return nil
      }
      if let answer { continuation.resume(with: answer) }
    }
  }

  func release(_ link: PostgresLink) {
    let next: CheckedContinuation<PostgresLink, any Error>? = state.withLock { state in
      guard state.served < state.waiting.count else {
        state.waiting.removeAll(keepingCapacity: true)
        state.served = 0
        state.idle.append(link)
        return nil
      }
      defer { state.served += 1 }
      return state.waiting[state.served]
    }
    next?.resume(returning: link)
  }

  /// Refuses whoever waits, and closes every connection once its transaction is over.
  func close() async {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isClosed = true
      return Array(state.waiting[min(state.served, state.waiting.count)...])
    }
    for continuation in waiting { continuation.resume(throwing: DatabaseFailure.gone(place, "closed")) }
    for link in links { try? await link.run { $0.close() } }
  }
}
