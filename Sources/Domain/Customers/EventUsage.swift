/// How often and when one kind of event happened. Merging is commutative: order does not matter.
public struct EventUsage: Hashable, Sendable {
  public var total: Int
  public var first: Instant
  public var last: Instant
  /// Only as far back as windows reach.
  public var days: DayCounts

  public init(total: Int = 0, first: Instant = .distantFuture, last: Instant = .distantPast) {
    self.total = total
    self.first = first
    self.last = last
    days = DayCounts()
  }

  /// Adds `count` events of one day. Days before `keepingFrom` are counted in total only.
  public mutating func add(count: Int, day: Day, first: Instant, last: Instant, keepingFrom: Day) {
    total += count
    self.first = min(self.first, first)
    self.last = max(self.last, last)
    days.add(count, on: day, keepingFrom: keepingFrom)
  }
}
