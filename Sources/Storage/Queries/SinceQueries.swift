import Domain
import SQL

/// What has happened since an instant, counted along indexes and only so far.
public enum SinceQueries {
  /// Alerts opened, without those that still wait out their delay.
  public static func alertsOpened(_ mark: Instant, _ connection: any Connection) throws -> TodayDigest.Count {
    try count("alert WHERE opened_at >= $1 AND state <> 'waiting'", mark, connection)
  }

  public static func alertsClosed(_ mark: Instant, _ connection: any Connection) throws -> TodayDigest.Count {
    try count("alert WHERE closed_at >= $1", mark, connection)
  }

  /// Deliveries that ended in a state, each counted so far: of more than the limit together the newest ones are counted.
  public static func deliveries(_ mark: Instant, _ connection: any Connection) throws -> [Delivery.State: TodayDigest.Count] {
    let rows = try connection.rows(
      """
      SELECT state, COUNT(*) FROM (SELECT state FROM delivery WHERE finished_at >= $1 ORDER BY finished_at DESC LIMIT $2) AS ended
      GROUP BY state
      """, [mark.microseconds, TodayDigest.Count.limit + 1]
    ) { (Delivery.State(rawValue: $0.text(0)), $0.int(1)) }
    let isMore = rows.reduce(0) { $0 + $1.1 } > TodayDigest.Count.limit
    return rows.reduce(into: [:]) { counts, row in
      guard let state = row.0 else { return }
      var count = TodayDigest.Count(row.1)
      count.isMore = isMore
      counts[state] = count
    }
  }

  private static func count(_ rows: String, _ mark: Instant, _ connection: any Connection) throws -> TodayDigest.Count {
    let counted = try connection.first(
      "SELECT COUNT(*) FROM (SELECT 1 FROM \(rows) LIMIT $2) AS counted", [mark.microseconds, TodayDigest.Count.limit + 1]
    ) { $0.int(0) }
    return TodayDigest.Count(counted ?? 0)
  }
}
