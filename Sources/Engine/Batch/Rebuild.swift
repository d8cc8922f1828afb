import Domain
import SQL
import Storage

/// Makes everything that follows from the log anew, from the log alone, and tells what that changed: nothing, if all is well.
public struct Rebuild: Sendable {
  let fold: Fold

  public init(fold: Fold) { self.fold = fold }

  /// What a rebuild found.
  public struct Report: Hashable, Sendable {
    public var entries = 0
    public var customers = 0
    /// Names of derived tables whose rows differ now.
    public var changedTables: [String] = []
    /// "acme: 40 → 55"
    public var changedScores: [String] = []
    public var isUnchanged: Bool { changedTables.isEmpty && changedScores.isEmpty }
  }

  /// One transaction: readers see the old tables until it is done.
  /// - Parameter progress: called with the number of entries folded so far and in all.
  public func run(progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }) async throws -> Report {
    while try await fold.foldNext() > 0 {}
    while try await fold.passTime() > 0 {}
    try await fold.rollUp()
    let blueprint = fold.current.blueprint
    let now = fold.time.now()
    let tenure = fold.tenancy.tenure
    let report = try await fold.database.write(patience: .unbounded) { [fold] connection in
      if let fence = tenure.fence {
        try NodeQueries.requireStanding(fence, connection)
        try NodeQueries.takeTurn(fence, connection)
      }
      fold.forget()
      var report = Report()
      let before = try DerivedTables.digests(connection)
      try DerivedTables.clear(connection)
      let end = try HousekeepingQueries.position(connection)
      let count = try EventQueries.count(connection)
      var again = try FoldTransaction(memory: FoldMemory(), blueprint: blueprint, now: now, connection: connection, scores: false)
      // What the fold once set aside stays aside.
      let unfoldable = try HousekeepingQueries.unfoldable(connection)
      var position: Int64 = 0
      while position < end {
        let entries = try EventQueries.entries(after: position, limit: 5_000, connection).filter { $0.position <= end }
        guard let last = entries.last else { break }
        for stored in entries where !unfoldable.contains(stored.position) {
          if case .success(let entry) = stored.entry { try again.apply(entry, position: stored.position) }
        }
        try again.finish()
        again.memory.trim()
        position = last.position
        report.entries += entries.count
        progress(report.entries, count)
      }
      let after = try DerivedTables.digests(connection)
      report.changedTables = after.keys.filter { before[$0] != after[$0] }.sorted()
      try Self.rescore(blueprint: blueprint, now: now, report: &report, connection)
      return report
    }
    fold.forget()
    return report
  }

  private static func rescore(blueprint: Blueprint, now: Instant, report: inout Report, _ connection: any Connection) throws {
    var scoring = try FoldTransaction(memory: FoldMemory(), blueprint: blueprint, now: now, connection: connection)
    try CustomerWalk.each(scope: scoring.scope, connection) { customers in
      for customer in customers {
        let id = customer.state.id
        let cell = scoring.memory.remember(customer)
        let at = max(now, customer.health?.calculatedAt ?? now)
        let arrivals = scoring.memory.arrivals ?? Arrivals()
        let health = scoring.evaluator.health(of: customer.state, at: at, arrivals: arrivals, unless: customer.health)
        guard let health else { continue }
        if health.score != customer.health?.score || health.points != customer.health?.points || health.band != customer.health?.band {
          report.changedScores.append("\(id): \(customer.health.map { "\($0.score)" } ?? "none") → \(health.score)")
        }
        try scoring.record(health, of: cell, cause: .repair, newest: .distantPast)
      }
      report.customers += customers.count
    }
    // A customer that turned out to be none leaves no score behind.
    try HealthQueries.deleteOrphans(of: nil, countedUnder: scoring.tallyShard, connection)
    try scoring.flush()
  }
}
