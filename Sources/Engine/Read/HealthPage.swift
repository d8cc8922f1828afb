import Domain
import SQL
import Storage

extension Inquiries {
  /// So many days back the course of scores is told.
  private static let daysShown = 180

  /// What the page on the company's health shows: sums kept as scores change, the record by day, and what is found in the background.
  /// - Throws: `DatabaseFailure`.
  public func healthOverview() async throws -> HealthOverview {
    let now = time.now()
    let today = LocalCalendar(timeZone: current.blueprint.timeZone).day(at: now)
    let recent = try await recentMovers()
    return try await database.read { connection in
      let (groups, groupsAt) = try HealthRecordQueries.groups(connection)
      return HealthOverview(
        now: HealthSnapshot(at: now, scores: try HealthTally.parts(connection)), today: today,
        yesterday: try HealthRecordQueries.snapshot(of: today - 1, connection),
        weekAgo: try HealthRecordQueries.snapshot(of: today - 7, connection),
        days: try HealthRecordQueries.days((today - Self.daysShown)...today, connection), flows: recent?.flows ?? [],
        flowsAt: recent?.at, movers: recent?.largest(10) ?? [], groups: groups.largest(HealthRecorder.tiersNamed).all,
        groupsAt: groupsAt)
    }
  }

  /// How often each alert rule was right, as it was last counted; empty before the first count.
  /// - Throws: `DatabaseFailure`.
  public func alertPrecision() async throws -> [AlertPrecision] {
    try await database.read { try AlertPrecisionQueries.all($0) }
  }

  /// A customer's score from an instant on: of more than 500 changes the newest. `nil`: no such customer.
  /// - Throws: `DatabaseFailure`.
  public func scoreHistory(_ id: String, from: Instant) async throws -> ScoreHistory? {
    try await database.read { connection in
      guard try CustomerQueries.exists(id, connection) else { return nil }
      let (changes, before, isCut) = try HealthQueries.changes(of: id, from: from, limit: 500, connection)
      let start = before.map { ScoreHistory.Start(at: isCut ? $0.at : from, score: $0.to, band: $0.bandTo) }
      return ScoreHistory(start: start, changes: changes, isCut: isCut)
    }
  }
}
