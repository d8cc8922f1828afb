import SQL
import Synchronization

/// A bounded number of connections, handed out in the order in which they are asked for. Each is made at its first use.
final class PostgresPool: Sendable {
  private typealias Waiting = CheckedContinuation<PostgresLink, any Error>

  private struct State {
    var idle: [PostgresLink]
    var waiting: [Waiting] = []
    /// Where in `waiting` the line begins; what is before it has been served.
    var served = 0
    /// Links that could not connect when they were last asked.
    var down: Set<Int> = []
    var isClosed = false

    mutating func takeNext() -> Waiting? {
      guard served < waiting.count else { return nil }
      defer {
        served += 1
        // Under a steady load the line is never empty: those served must not pile up in front of it.
        if served * 2 > waiting.count {
          waiting.removeFirst(served)
          served = 0
        }
      }
      return waiting[served]
    }

    mutating func takeLine() -> [Waiting] {
      defer { (waiting, served) = ([], 0) }
      return Array(waiting[served...])
    }
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

  /// - Parameter failure: why the link could not connect, where it could not. When none of them can, whoever waits is refused at once
  ///   instead of one after the other: they would only find the same.
  func release(_ link: PostgresLink, because failure: (any Error)? = nil) {
    let (next, refused) = state.withLock { state -> (Waiting?, [Waiting]) in
      if failure == nil { state.down.remove(link.number) } else { state.down.insert(link.number) }
      if failure != nil, state.down.count == links.count {
        state.idle.append(link)
        return (nil, state.takeLine())
      }
      guard let next = state.takeNext() else {
        state.idle.append(link)
        return (nil, [])
      }
      return (next, [])
    }
    next?.resume(returning: link)
    if let failure { for waiting in refused { waiting.resume(throwing: failure) } }
  }

  /// How many wait.
  var length: Int { state.withLock { $0.waiting.count - $0.served } }
  /// How many places the line takes in memory.
  var places: Int { state.withLock { $0.waiting.count } }

  /// Refuses whoever waits, and closes every connection once its transaction is over.
  func close() async {
    let waiting = state.withLock { state in
      state.isClosed = true
      return state.takeLine()
    }
    for continuation in waiting { continuation.resume(throwing: DatabaseFailure.gone(place, "closed")) }
    for link in links { try? await link.run { $0.close() } }
  }
}
