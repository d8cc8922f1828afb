import Domain

/// What this process may do of the work that exactly one process must do: the customers it folds and scores, and whether it finds the
/// customers of the log's entries for all.
public struct Tenure: Hashable, Sendable {
  /// The number of this node, which every commit checks; `nil` where this is the only process there is.
  public var fence: Int64?
  public var shards: Set<Int>
  public var routes: Bool

  public init(fence: Int64?, shards: Set<Int>, routes: Bool) {
    self.fence = fence
    self.shards = shards
    self.routes = routes
  }

  public static let everyShard = Set(0..<Shard.count)

  /// All of it, with nobody beside.
  public static let sole = Tenure(fence: nil, shards: everyShard, routes: true)

  /// Entries go from the log to their customers in one step.
  public var isWhole: Bool { routes && shards.count == Shard.count }

  /// The shards to ask the database for; `nil`: all, without a condition.
  var asked: Set<Int>? { shards.count == Shard.count ? nil : shards }
}

/// Who knows what this process owns at the moment.
public protocol Tenancy: Sendable {
  var tenure: Tenure { get }
}

/// Nobody else works on this database.
public struct SoleTenancy: Tenancy {
  public init() {}
  public var tenure: Tenure { .sole }
}
