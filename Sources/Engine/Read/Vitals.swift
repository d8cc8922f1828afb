import Domain
import Storage

/// How the machinery is, in numbers that cost the same however many customers there are.
public struct Vitals: Sendable {
  /// What waits to go out by a channel.
  public struct Pending: Hashable, Sendable {
    public var channel: String
    public var count: Int
    /// For how long the one that is due first has been due; below zero while it is not.
    public var dueFor: TimeSpan
    public init(channel: String, count: Int, dueFor: TimeSpan) {
      self.channel = channel
      self.count = count
      self.dueFor = dueFor
    }
  }

  public var statistics: Inquiries.Statistics
  public var bands: [Band: Int]
  /// Mean score; `nil` without customers.
  public var average: Double?
  public var pending: [Pending]
  /// Since then the daily batch has looked at every customer; `nil`: it never has.
  public var dailyBatchAt: Instant?
  /// Counted up to 100.
  public var incidents: Int

  public init(
    statistics: Inquiries.Statistics, bands: [Band: Int], average: Double?, pending: [Pending], dailyBatchAt: Instant?,
    incidents: Int
  ) {
    self.statistics = statistics
    self.bands = bands
    self.average = average
    self.pending = pending
    self.dailyBatchAt = dailyBatchAt
    self.incidents = incidents
  }
}

extension Inquiries {
  /// - Throws: `DatabaseFailure`.
  public func vitals() async throws -> Vitals {
    let statistics = try await statistics()
    let now = time.now()
    return try await database.read { connection in
      let parts = try HealthTally.parts(connection)
      let customers = parts.reduce(0) { $0 + $1.customers }
      return Vitals(
        statistics: statistics, bands: Dictionary(parts.map { ($0.band, $0.customers) }, uniquingKeysWith: +),
        average: customers > 0 ? Double(parts.reduce(0) { $0 + $1.score * $1.customers }) / Double(customers) : nil,
        pending: try DeliveryQueries.pending(connection).map {
          Vitals.Pending(channel: $0.channel, count: $0.count, dueFor: now - $0.dueAt)
        },
        dailyBatchAt: try NodeQueries.checked(connection).values.min(),
        incidents: try HousekeepingQueries.incidents(connection).count)
    }
  }
}
