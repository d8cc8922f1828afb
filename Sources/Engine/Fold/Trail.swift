import Domain
import Storage
import Synchronization

/// What is folded and not yet in the roll-ups and the log's index. They trail, so that rows which lie side by side are written together:
/// while events pour in, each step brings a few shards up to date, in rotation. Always droppable: the log has all of it.
final class Trail: Sendable {
  private struct State {
    var shards = [[String: [LogIndexRow]]](repeating: [:], count: Shard.count)
    var count = 0
    /// The shard whose turn is next.
    var next = 0
  }
  private let state = Mutex(State())

  /// So many rows of a step bring one shard up to date: about 128 times as many are missing at a time.
  private static let rowsPerShard = 2_000

  var count: Int { state.withLock { $0.count } }
  var isEmpty: Bool { count == 0 }

  /// Rows of one customer, in the order of the log.
  func rows(of customer: String) -> [LogIndexRow] {
    state.withLock { $0.shards[Shard.number(of: customer)][customer] ?? [] }
  }

  /// Rows of a shard, customer by customer.
  func rows(in shard: Int) -> [LogIndexRow] {
    state.withLock { state in state.shards[shard].sorted { $0.key < $1.key }.flatMap(\.value) }
  }

  /// Customers whom something named that an actor did.
  func pinnedCustomers(of actor: String) -> Set<String> {
    state.withLock { state in
      var found: Set<String> = []
      for shard in state.shards {
        for (customer, rows) in shard where rows.contains(where: { $0.owner.isPinned && $0.owner.actor == actor }) {
          found.insert(customer)
        }
      }
      return found
    }
  }

  /// The shards to bring up to date in a step of so many rows.
  func turn(rows: Int) -> Set<Int> {
    state.withLock { state in
      let count = min(Shard.count, 1 + rows / Self.rowsPerShard)
      let start = state.next
      return Set((0..<count).map { (start + $0) % Shard.count })
    }
  }

  /// What a committed step came to.
  /// - Parameters:
  ///   - complete: shards that lack nothing of what was here before.
  ///   - rows: what is missing since.
  func settle(complete: Set<Int>, rows: [LogIndexRow], turned: Int) {
    state.withLock { state in
      for shard in complete {
        state.count -= state.shards[shard].reduce(0) { $0 + $1.value.count }
        state.shards[shard] = [:]
      }
      for row in rows { state.shards[row.owner.shard][row.owner.customer, default: []].append(row) }
      state.count += rows.count
      state.next = (state.next + turned) % Shard.count
    }
  }
}
