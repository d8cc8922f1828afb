/// How often and when one kind of event happened. Merging is commutative: order does not matter.
public struct EventUsage: Hashable, Sendable {
  public struct DayCount: Hashable, Sendable {
    public var day: Day
    public var count: Int
    public init(day: Day, count: Int) {
      self.day = day
      self.count = count
    }
  }

  public var total: Int
  public var first: Instant
  public var last: Instant
  /// Ascending; only as far back as windows reach.
  public var days: [DayCount]

  public init(total: Int = 0, first: Instant = .distantFuture, last: Instant = .distantPast, days: [DayCount] = []) {
    self.total = total
    self.first = first
    self.last = last
    self.days = days
  }

  /// Adds `count` events of one day. Days before `keepingFrom` are counted in total only.
  public mutating func add(count: Int, day: Day, first: Instant, last: Instant, keepingFrom: Day) {
    total += count
    self.first = min(self.first, first)
    self.last = max(self.last, last)
    guard day >= keepingFrom else { return }
    var index = days.endIndex
    while index > days.startIndex, days[index - 1].day >= day { index -= 1 }
    if index < days.endIndex, days[index].day == day {
      days[index].count += count
    } else {
      days.insert(DayCount(day: day, count: count), at: index)
      if let stale = days.firstIndex(where: { $0.day >= keepingFrom }), stale > 0 { days.removeFirst(stale) }
    }
  }

  /// Events on the days `from`…`through`.
  func count(from: Day, through: Day) -> Int {
    var sum = 0
    for entry in days.reversed() {
      if entry.day < from { break }
      if entry.day <= through { sum += entry.count }
    }
    return sum
  }

  /// The earliest day from `from` through `through` that has events.
  func firstDay(from: Day, through: Day) -> Day? {
    days.first { $0.day >= from && $0.day <= through }?.day
  }
}
