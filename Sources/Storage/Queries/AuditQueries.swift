import Domain
import SQL

/// The table of who did what.
public enum AuditQueries {
  public static func insert(_ entry: AuditEntry, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO audit (id, at, actor, action, subject, customer, value_from, value_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      [entry.id, entry.at.microseconds, entry.actor, entry.action, entry.subject, entry.customer, entry.from, entry.to])
  }
}
