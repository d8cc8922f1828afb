import Domain
import SQL
import Storage

/// Writes down once a local day how the company stands: scores, and groups of customers. The daily batch counts the groups as it walks; in
/// a company so small that it costs nothing they are counted more often. Of several nodes the one that has the first shard does it.
public struct HealthRecorder: Sendable {
  /// So many tiers have a name in the record and on the page; the others are the rest.
  static let tiersNamed = 20
  /// So many are told apart in each shard.
  static let tiersCounted = 50
  /// Up to so many customers the groups are counted without waiting for the batch.
  static let fewCustomers = 20_000
  /// How often, then.
  static let groupsAge = TimeSpan.minutes(10)
  /// A history of more changes is not read to fill in the days before the first record.
  static let longestHistory = 2_000_000

  let fold: Fold

  public init(fold: Fold) { self.fold = fold }

  private var database: any Database { fold.database }
  private var isMine: Bool { fold.tenancy.tenure.shards.contains(0) }

  /// Writes today's record where it lacks, or a batch has run since; and counts the groups anew where that is cheap and they are old.
  /// - Returns: whether a record was written.
  /// - Throws: `DatabaseFailure`.
  @discardableResult
  public func runIfDue() async throws -> Bool {
    guard isMine else { return false }
    let now = fold.time.now()
    let today = LocalCalendar(timeZone: fold.current.blueprint.timeZone).day(at: now)
    try await countGroupsIfDue(at: now)
    let isDue = try await database.read { connection in
      guard let recorded = try HealthRecordQueries.day(today, connection) else { return true }
      return try NodeQueries.checked(connection).values.contains { $0 > recorded.at && $0 <= now }
    }
    return isDue ? try await record() : false
  }

  /// Writes today's record, in place of an earlier one. A company without a scored customer has nothing to write down.
  /// - Returns: whether there was something.
  /// - Throws: `DatabaseFailure`.
  @discardableResult
  public func record() async throws -> Bool {
    guard isMine else { return false }
    let blueprint = fold.current.blueprint
    let now = fold.time.now()
    let today = LocalCalendar(timeZone: blueprint.timeZone).day(at: now)
    let isFirst = try await database.read { try HealthRecordQueries.isEmpty($0) }
    let earlier = isFirst ? try await daysBefore(today, at: now, blueprint) : []
    return try await database.write { connection in
      let scores = try HealthTally.parts(connection)
      guard !scores.isEmpty else { return false }
      try HealthRecordQueries.append(earlier, connection)
      let groups = try HealthRecordQueries.groups(connection).groups.largest(Self.tiersNamed)
      try HealthRecordQueries.record(today, HealthSnapshot(at: now, scores: scores), groups: groups, connection)
      try HealthRecordQueries.prune(today: today, connection)
      return true
    }
  }

  // MARK: Groups

  private func countGroupsIfDue(at now: Instant) async throws {
    let isDue = try await database.read { connection in
      let customers = try HealthTally.parts(connection).reduce(0) { $0 + $1.customers }
      guard customers > 0, customers <= Self.fewCustomers else { return false }
      let (groups, at) = try HealthRecordQueries.groups(connection)
      guard let at, at <= now else { return true }
      let counted = groups.all.filter { $0.kind == .journey }.reduce(0) { $0 + $1.customers }
      return now - at >= Self.groupsAge || abs(customers - counted) * 10 > customers
    }
    if isDue { try await countGroups(at: now) }
  }

  /// Goes through all customers beside those who write, a stretch at a time.
  private func countGroups(at now: Instant) async throws {
    var groups = Dictionary(uniqueKeysWithValues: (0..<Shard.count).map { ($0, HealthGroups(capacity: Self.tiersCounted)) })
    let scope = StateScope(events: [], keepingFrom: Day(number: .max)).reading([.subscriptions])
    var place: CustomerPlace? = .start
    while let from = place {
      let stretch = try await database.read { try CustomerWalk.page(after: from, limit: 1_000, scope: scope, $0) }
      for customer in stretch.customers {
        groups[Shard.number(of: customer.state.id)]?.add(customer.state, customer.health, at: now)
      }
      place = stretch.end
    }
    try await database.write { [groups] in try HealthRecordQueries.save(groups, at: now, $0) }
  }

  // MARK: Days before the first record

  /// How the company stood at the hour of the batch on each day before today, as far as the history of scores tells and the record goes
  /// back: for databases from before there was a record, and companies that begin with a past.
  private func daysBefore(
    _ today: Day, at now: Instant, _ blueprint: Blueprint
  ) async throws -> [(day: Day, snapshot: HealthSnapshot)] {
    try await database.read(patience: .unbounded) { connection in
      let extent = try HealthHistory.extent(connection, upTo: Self.longestHistory + 1)
      guard let extent, extent.count <= Self.longestHistory else { return [] }
      let days = PastDays(blueprint: blueprint, from: extent.start, today: today, now: now)
      var past = PastScores(days: days.days)
      try HealthHistory.each(connection) { at, from, to in past.add(from, to, on: days.index(of: at)) }
      return past.snapshots
    }
  }
}
