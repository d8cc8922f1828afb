import Domain

/// Makes the log of a believable company that sells a subscription product: customers that sign up, work, get into trouble, are won
/// back or leave. The same seed makes the same entries, byte for byte. One day at a time: memory holds the customers and a day, not the
/// history.
public struct CompanyGenerator: Sendable {
  /// How many days it makes in all.
  public let totalDays: Int
  /// How many customers there are by the end.
  public let totalCustomers: Int
  /// Where the first day begins. Customers older than that arrive with the first day, with their times from before it.
  public let startsAt: Instant
  /// The end of the last day; no entry happens or arrives later.
  public let endsAt: Instant
  /// Days already handed out.
  public private(set) var day = 0

  private var customers: [SimulatedCustomer] = []
  private let seed: UInt64

  /// - Parameters:
  ///   - customers: how many there are on the last day, churned ones included.
  ///   - days: length of the history.
  ///   - endingAt: where the history ends: usually now, passed in.
  public init(seed: UInt64, customers: Int = 2_000, days: Int = 180, endingAt: Instant) {
    self.seed = seed
    totalCustomers = max(customers, 0)
    totalDays = max(days, 0)
    // Whole seconds, so that what is printed of an instant is all of it.
    endsAt = Instant(microseconds: endingAt.microseconds - floorModulo(endingAt.microseconds, 1_000_000))
    startsAt = endsAt - .days(Int64(totalDays))
    self.customers.reserveCapacity(totalCustomers)
    for number in 0..<totalCustomers {
      self.customers.append(SimulatedCustomer(number: number, seed: seed, startsAt: startsAt, days: totalDays))
    }
  }

  /// The next day's entries, ordered by when they happened; `nil` after the last day.
  public mutating func nextDay() -> [LogEntry]? {
    guard day < totalDays else { return nil }
    let today = SimulatedDay(index: day, start: startsAt + .days(Int64(day)))
    var entries: [LogEntry] = []
    for index in customers.indices { customers[index].live(through: today, into: &entries) }
    day += 1
    entries.sort { ($0.at, $0.messageID) < ($1.at, $1.messageID) }
    return entries
  }
}
