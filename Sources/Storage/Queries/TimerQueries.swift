import Domain
import SQL

/// Something to look at again at an instant, for one customer.
public struct StoredTimer: Hashable, Sendable {
  /// What kind of thing waits; `alert` for the alerts' own.
  public var kind: String
  public var customer: String
  /// What it is about; an alert's id. Unique with kind and customer.
  public var subject: String
  public var dueAt: Instant

  public init(kind: String, customer: String, subject: String, dueAt: Instant) {
    self.kind = kind
    self.customer = customer
    self.subject = subject
    self.dueAt = dueAt
  }

  /// The kind of `AlertEffect.wake`.
  public static let alert = "alert"
}

/// The table of timers.
public enum TimerQueries {
  private static let columns = "kind, customer, subject, due_at"

  /// Sets a timer; one of the same kind, customer and subject moves to the new instant.
  public static func put(_ timer: StoredTimer, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO timer (shard, \(columns)) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (shard, customer, kind, subject) DO UPDATE SET due_at = excluded.due_at
      """, [Shard.number(of: timer.customer), timer.kind, timer.customer, timer.subject, timer.dueAt.microseconds])
  }

  /// Sets a timer, or has one of the same kind, customer and subject come earlier; never later.
  public static func hasten(_ timer: StoredTimer, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO timer (shard, \(columns)) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (shard, customer, kind, subject) DO UPDATE
        SET due_at = CASE WHEN excluded.due_at < timer.due_at THEN excluded.due_at ELSE timer.due_at END
      """, [Shard.number(of: timer.customer), timer.kind, timer.customer, timer.subject, timer.dueAt.microseconds])
  }

  /// Timers due at `now`, longest due first.
  /// - Parameter shards: only these; `nil`: all.
  public static func due(now: Instant, of shards: Set<Int>? = nil, limit: Int, _ connection: any Connection) throws -> [StoredTimer] {
    try connection.rows(
      """
      SELECT \(columns) FROM timer WHERE due_at <= $1\(HealthQueries.condition(shards, connection))
      ORDER BY due_at, customer, kind, subject LIMIT $2
      """, [now.microseconds, limit], timer)
  }

  /// When the next timer is due; `nil`: there is none.
  public static func nextDue(_ connection: any Connection) throws -> Instant? {
    try connection.first("SELECT due_at FROM timer ORDER BY due_at LIMIT 1") { Instant(microseconds: $0.integer(0)) }
  }

  /// Removes a timer as it was read: one that was moved meanwhile stays. - Returns: whether it was there.
  @discardableResult
  public static func remove(_ timer: StoredTimer, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      "DELETE FROM timer WHERE shard = $1 AND customer = $2 AND kind = $3 AND subject = $4 AND due_at = $5",
      [Shard.number(of: timer.customer), timer.customer, timer.kind, timer.subject, timer.dueAt.microseconds]) > 0
  }

  private static func timer(_ row: any Row) -> StoredTimer {
    StoredTimer(kind: row.text(0), customer: row.text(1), subject: row.text(2), dueAt: Instant(microseconds: row.integer(3)))
  }
}
