import Domain
import SQL

/// Snoozes of alerts: set by people, whichever node they reach, while the alert itself belongs to the node that owns the customer. So they
/// are written apart from it.
public enum SnoozeQueries {
  /// What stands in the audit log when an alert is snoozed, and when it is not any more.
  public static let (snoozed, awakened) = ("alert.snoozed", "alert.awakened")

  /// Writes when and why an alert is snoozed, or that it is not, and has it looked at when that is over (at once, where it is not).
  /// - Returns: whether the alert is there and, for a snooze, not closed; else nothing has changed.
  @discardableResult
  public static func write(_ alert: Alert, at now: Instant, _ connection: any Connection) throws -> Bool {
    let condition = alert.snoozedUntil == nil ? "" : " AND state <> 'closed'"
    let isWritten =
      try connection.execute(
        "UPDATE alert SET snoozed_until = $1, snooze_reason = $2 WHERE shard = $3 AND customer = $4 AND id = $5\(condition)",
        [alert.snoozedUntil?.microseconds, alert.snoozeReason, Shard.number(of: alert.customer), alert.customer, alert.id]) > 0
    guard isWritten else { return false }
    // One that is awakened while it waits out its delay goes on waiting.
    guard alert.snoozedUntil != nil || alert.state != .waiting else { return true }
    let timer = StoredTimer(
      kind: StoredTimer.alert, customer: alert.customer, subject: alert.id, dueAt: alert.snoozedUntil ?? now)
    try TimerQueries.hasten(timer, connection)
    return true
  }

  /// When alerts about a customer were snoozed or awakened, newest first.
  public static func history(customer: String, limit: Int, _ connection: any Connection) throws -> [AuditEntry] {
    try connection.rows(
      """
      SELECT id, at, actor, action, subject, value_from, value_to FROM audit
      WHERE customer = $1 AND action IN ($2, $3) ORDER BY at DESC, id DESC LIMIT $4
      """, [customer, snoozed, awakened, limit]
    ) { row in
      AuditEntry(
        id: row.text(0), at: Instant(microseconds: row.integer(1)), actor: row.text(2), action: row.text(3), subject: row.text(4),
        customer: customer, from: row.optionalText(5), to: row.optionalText(6))
    }
  }
}
