import Domain
import SQL

/// The table of alerts.
public enum AlertQueries {
  private static let columns =
    "id, customer, kind, reason, state, opened_at, updated_at, closed_at, notified_at, held_back, score, band, snoozed_until, snooze_reason"

  /// A cursor that `list` did not give out.
  public struct InvalidCursor: Error, Hashable {
    public init() {}
  }

  /// The newest alert of an identity, open or closed; it carries when people were last told.
  public static func newest(customer: String, kind: Alert.Kind, reason: String, _ connection: any Connection) throws -> Alert? {
    try connection.first(
      """
      SELECT \(columns) FROM alert WHERE shard = $1 AND customer = $2 AND kind = $3 AND reason = $4
      ORDER BY opened_at DESC, id DESC LIMIT 1
      """, [Shard.number(of: customer), customer, kind.rawValue, reason], alert)
  }

  public static func load(id: String, customer: String, _ connection: any Connection) throws -> Alert? {
    try connection.first(
      "SELECT \(columns) FROM alert WHERE shard = $1 AND customer = $2 AND id = $3", [Shard.number(of: customer), customer, id], alert)
  }

  /// Inserts or replaces by id. The snooze of one that is there stays: people set it meanwhile, see `SnoozeQueries`.
  public static func save(_ alert: Alert, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO alert (shard, \(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      ON CONFLICT (shard, customer, id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at,
        closed_at = excluded.closed_at, notified_at = excluded.notified_at, held_back = excluded.held_back, score = excluded.score,
        band = excluded.band
      """,
      [
        Shard.number(of: alert.customer), alert.id, alert.customer, alert.kind.rawValue, alert.reason, alert.state.rawValue,
        alert.openedAt.microseconds, alert.updatedAt.microseconds, alert.closedAt?.microseconds, alert.notifiedAt?.microseconds,
        alert.heldBack, alert.score, alert.band.rawValue, alert.snoozedUntil?.microseconds, alert.snoozeReason,
      ])
  }

  /// Newest first; in one state or all.
  /// - Parameter cursor: `next` of the page before.
  /// - Throws: `InvalidCursor`, `DatabaseFailure`.
  public static func list(state: Alert.State?, limit: Int, cursor: String?, _ connection: any Connection) throws -> Page<Alert> {
    let from = try cursor.map(TimeCursor.init) ?? .newest
    var values: [any SQLBindable] = [from.at, from.id]
    if let state { values.append(state.rawValue) }
    values.append(limit + 1)
    let items = try connection.rows(
      """
      SELECT \(columns) FROM alert WHERE (opened_at, id) < ($1, $2)\(state == nil ? "" : " AND state = $3")
      ORDER BY opened_at DESC, id DESC LIMIT $\(values.count)
      """, values, alert)
    return page(items, limit: limit)
  }

  /// Those that are silent now because somebody wanted it so, newest first.
  /// - Throws: `InvalidCursor`, `DatabaseFailure`.
  public static func snoozed(at now: Instant, limit: Int, cursor: String?, _ connection: any Connection) throws -> Page<Alert> {
    let from = try cursor.map(TimeCursor.init) ?? .newest
    let items = try connection.rows(
      """
      SELECT \(columns) FROM alert WHERE (opened_at, id) < ($1, $2) AND snoozed_until > $3 AND state <> 'closed'
      ORDER BY opened_at DESC, id DESC LIMIT $4
      """, [from.at, from.id, now.microseconds, limit + 1], alert)
    return page(items, limit: limit)
  }

  private static func page(_ items: [Alert], limit: Int) -> Page<Alert> {
    guard items.count > limit, limit > 0 else { return Page(items: items, next: nil) }
    let shown = Array(items.prefix(limit))
    return Page(items: shown, next: shown.last.map { TimeCursor($0.openedAt, $0.id).text })
  }

  /// All alerts of a customer, newest first.
  public static func list(customer: String, limit: Int, _ connection: any Connection) throws -> [Alert] {
    try connection.rows(
      "SELECT \(columns) FROM alert WHERE shard = $1 AND customer = $2 ORDER BY opened_at DESC, id DESC LIMIT $3",
      [Shard.number(of: customer), customer, limit], alert)
  }

  private static func alert(_ row: any Row) throws -> Alert {
    guard let kind = Alert.Kind(rawValue: row.text(2)) else { throw unreadable("alert.kind", row.text(2)) }
    guard let state = Alert.State(rawValue: row.text(4)) else { throw unreadable("alert.state", row.text(4)) }
    guard let band = Band(rawValue: row.text(11)) else { throw unreadable("alert.band", row.text(11)) }
    return Alert(
      id: row.text(0), customer: row.text(1), kind: kind, reason: row.text(3), state: state,
      openedAt: Instant(microseconds: row.integer(5)), updatedAt: Instant(microseconds: row.integer(6)),
      closedAt: row.optionalInteger(7).map(Instant.init(microseconds:)),
      notifiedAt: row.optionalInteger(8).map(Instant.init(microseconds:)), heldBack: row.optionalText(9), score: row.int(10), band: band,
      snoozedUntil: row.optionalInteger(12).map(Instant.init(microseconds:)), snoozeReason: row.optionalText(13))
  }
}
