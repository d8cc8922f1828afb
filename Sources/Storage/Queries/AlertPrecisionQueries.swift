import Domain
import SQL

/// How often alert rules were right: table `alert_precision`, and the alerts it is counted from.
public enum AlertPrecisionQueries {
  /// Opened alerts of a time, the newest first; those that still wait out their delay are none yet.
  public static func opened(
    _ kind: Alert.Kind, after start: Instant, through end: Instant, limit: Int, _ connection: any Connection
  ) throws -> [(customer: String, openedAt: Instant)] {
    try connection.rows(
      """
      SELECT customer, opened_at FROM alert WHERE opened_at > $1 AND opened_at <= $2 AND kind = $3 AND state <> 'waiting'
      ORDER BY opened_at DESC, id LIMIT $4
      """, [start.microseconds, end.microseconds, kind.rawValue, limit]
    ) { ($0.text(0), Instant(microseconds: $0.integer(1))) }
  }

  /// Inserts or replaces what is known of a rule.
  public static func save(_ precision: AlertPrecision, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO alert_precision (kind, at, counted, cancellations, downgrades, without_subscription, young, is_sample)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (kind) DO UPDATE SET at = excluded.at, counted = excluded.counted, cancellations = excluded.cancellations,
        downgrades = excluded.downgrades, without_subscription = excluded.without_subscription, young = excluded.young,
        is_sample = excluded.is_sample
      """,
      [
        precision.kind.rawValue, precision.at.microseconds, precision.counted, precision.cancellations, precision.downgrades,
        precision.withoutSubscription, precision.young, precision.isSample,
      ])
  }

  /// What is known of each rule, by kind.
  public static func all(_ connection: any Connection) throws -> [AlertPrecision] {
    try connection.rows(
      """
      SELECT kind, at, counted, cancellations, downgrades, without_subscription, young, is_sample FROM alert_precision ORDER BY kind
      """
    ) { row in
      guard let kind = Alert.Kind(rawValue: row.text(0)) else { throw unreadable("alert_precision.kind", row.text(0)) }
      return AlertPrecision(
        kind: kind, at: Instant(microseconds: row.integer(1)), counted: row.int(2), cancellations: row.int(3), downgrades: row.int(4),
        withoutSubscription: row.int(5), young: row.int(6), isSample: row.bool(7))
    }
  }
}
