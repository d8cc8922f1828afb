import Domain
import SQL

/// The table of changes that somebody made. What is in it stays as it is: there is no statement that changes or removes an entry.
public enum AuditQueries {
  private static let columns = "id, at, actor, action, subject, customer, value_from, value_to"

  /// Writes an entry; to be called in the transaction of the change itself, so that there is neither without the other.
  public static func insert(_ entry: AuditEntry, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO audit (\(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      [entry.id, entry.at.microseconds, entry.actor, entry.action, entry.subject, entry.customer, entry.from, entry.to])
  }

  /// Newest first.
  /// - Parameters:
  ///   - actor: only those of this one (`AuditEntry.Actor.label`).
  ///   - action: only those of this kind.
  ///   - cursor: `next` of the page before.
  /// - Throws: `AlertQueries.InvalidCursor`, `DatabaseFailure`.
  public static func list(
    actor: String? = nil, action: String? = nil, limit: Int, cursor: String?, _ connection: any Connection
  ) throws -> Page<AuditEntry> {
    let from = try cursor.map(TimeCursor.init) ?? .newest
    var values: [any SQLBindable] = [from.at, from.id]
    var condition = "(at, id) < ($1, $2)"
    if let actor {
      values.append(actor)
      condition += " AND actor = $\(values.count)"
    }
    if let action {
      values.append(action)
      condition += " AND action = $\(values.count)"
    }
    values.append(limit + 1)
    var items = try connection.rows(
      "SELECT \(columns) FROM audit WHERE \(condition) ORDER BY at DESC, id DESC LIMIT $\(values.count)", values, entry)
    guard items.count > limit, limit > 0 else { return Page(items: items, next: nil) }
    items.removeLast()
    return Page(items: items, next: items.last.map { TimeCursor($0.at, $0.id).text })
  }

  /// What was done about a customer, newest first.
  /// - Parameter before: only what happened before then.
  public static func list(customer: String, before: Instant, limit: Int, _ connection: any Connection) throws -> [AuditEntry] {
    try connection.rows(
      "SELECT \(columns) FROM audit WHERE customer = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3",
      [customer, before.microseconds, limit], entry)
  }

  /// Who has entries, at most `limit`, in alphabetical order.
  public static func actors(limit: Int, _ connection: any Connection) throws -> [String] { try names("actor", limit, connection) }

  /// What has been done, at most `limit` words, in alphabetical order.
  public static func actions(limit: Int, _ connection: any Connection) throws -> [String] { try names("action", limit, connection) }

  /// The different values of an indexed column. It steps from one to the next: its time goes by how many there are, not by the entries.
  private static func names(_ column: String, _ limit: Int, _ connection: any Connection) throws -> [String] {
    try connection.rows(
      """
      WITH RECURSIVE names (name) AS (
        SELECT MIN(\(column)) FROM audit
        UNION ALL SELECT (SELECT MIN(\(column)) FROM audit WHERE \(column) > names.name) FROM names WHERE names.name IS NOT NULL)
      SELECT name FROM names WHERE name IS NOT NULL LIMIT $1
      """, [limit]
    ) { $0.text(0) }
  }

  private static func entry(_ row: any Row) -> AuditEntry {
    AuditEntry(
      id: row.text(0), at: Instant(microseconds: row.integer(1)), actor: row.text(2), action: row.text(3), subject: row.text(4),
      customer: row.optionalText(5), from: row.optionalText(6), to: row.optionalText(7))
  }
}
