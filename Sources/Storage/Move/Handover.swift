import Dispatch
import Synchronization

/// Hands things from the synchronous body of a transaction, on its database's own thread, to a task that may wait: at most a few ahead, so
/// that whoever is faster waits for the other.
final class Handover<Item: Sendable>: Sendable {
  private let (items, giving) = AsyncStream.makeStream(of: Item.self)
  private let room: DispatchSemaphore
  private let isAbandoned = Mutex(false)

  /// - Parameter ahead: how many may be given before the first is done with.
  init(ahead: Int) {
    // Made with 0: a semaphore must not end with less than it began with.
    room = DispatchSemaphore(value: 0)
    for _ in 0..<ahead { room.signal() }
  }

  /// Nobody takes any more.
  struct Abandoned: Error {}

  /// Gives one, waiting for room. Only from a thread that may be held up. - Throws: `Abandoned`.
  func give(_ item: Item) throws {
    room.wait()
    if isAbandoned.withLock({ $0 }) { throw Abandoned() }
    giving.yield(item)
  }

  /// There is no more to give.
  func end() { giving.finish() }

  /// Takes all, one after the other, until the end or until `body` throws.
  func take(_ body: (Item) async throws -> Void) async throws {
    defer {
      isAbandoned.withLock { $0 = true }
      room.signal()
    }
    for await item in items {
      try await body(item)
      room.signal()
    }
    try Task.checkCancellation()
  }
}
