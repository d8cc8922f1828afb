import Domain
import SQL
import Storage

/// Counts once a day how often each alert rule was right, from the alerts of the last half year and what became of their customers.
public struct PrecisionKeeper: Sendable {
  /// The name of the schedule.
  static let job = "alert precision"
  /// Of more alerts of a kind the newest are looked at.
  static let limit = 10_000

  let database: any Database
  let current: CurrentBlueprint
  let time: any TimeSource

  public init(database: any Database, current: CurrentBlueprint, time: any TimeSource) {
    self.database = database
    self.current = current
    self.time = time
  }

  /// Counts where the day's time has come and no other node has it. - Returns: whether it was due.
  /// - Throws: `DatabaseFailure`; it is due still, then.
  @discardableResult
  public func runIfDue() async throws -> Bool {
    let (blueprint, now) = (current.blueprint, time.now())
    let lastRun = try await database.read { try HousekeepingQueries.lastRun(of: Self.job, $0) }
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    guard schedule.isDue(at: now, lastRun: lastRun) else { return false }
    guard try await database.write({ try HousekeepingQueries.claimRun(of: Self.job, lastRun: lastRun, at: now, $0) }) else { return false }
    do { try await run() } catch {
      try? await database.write { try HousekeepingQueries.noteRun(of: Self.job, at: lastRun ?? .epoch, $0) }
      throw error
    }
    return true
  }

  /// Counts now. A rule that never opened an alert is not written down.
  /// - Throws: `DatabaseFailure`.
  public func run() async throws {
    for kind in Alert.Kind.allCases {
      guard let precision = try await precision(of: kind) else { continue }
      try await database.write { try AlertPrecisionQueries.save(precision, $0) }
    }
  }

  private func precision(of kind: Alert.Kind) async throws -> AlertPrecision? {
    let now = time.now()
    let mark = now - AlertPrecision.window
    let (old, young) = try await database.read { connection in
      (
        try AlertPrecisionQueries.opened(kind, after: now - AlertPrecision.oldest, through: mark, limit: Self.limit + 1, connection),
        try AlertPrecisionQueries.opened(kind, after: mark, through: now, limit: Self.limit + 1, connection).count
      )
    }
    var precision = AlertPrecision(
      kind: kind, at: now, young: min(young, Self.limit), isSample: old.count > Self.limit || young > Self.limit)
    let alerts = Array(old.prefix(Self.limit))
    guard !alerts.isEmpty || young > 0 else { return nil }
    let scope = StateScope(events: [], keepingFrom: Day(number: .max)).reading([.subscriptions])
    for start in stride(from: 0, to: alerts.count, by: 500) {
      let part = alerts[start..<min(start + 500, alerts.count)]
      let ids = Set(part.map(\.customer)).sorted()
      let customers = try await database.read { try CustomerWalk.customers(ids, scope: scope, $0).customers }
      let states = Dictionary(customers.map { ($0.state.id, $0.state) }, uniquingKeysWith: { first, _ in first })
      for alert in part {
        if let state = states[alert.customer] { precision.add(state.outcome(ofAlertAt: alert.openedAt)) }
      }
    }
    return precision
  }
}
