import Synchronization

/// Adds up what is told from any thread.
final class Told: Sendable {
  private let sum = Mutex(0)
  var count: Int { sum.withLock { $0 } }
  func add(_ count: Int) { sum.withLock { $0 += count } }
}
