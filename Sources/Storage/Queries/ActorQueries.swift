import Domain
import SQL

/// Who is who: table `actor`.
public enum ActorQueries {
  private static let columns = "id, link, link_at, tie, tie_at, root, customer"

  public static func load(_ id: String, _ connection: any Connection) throws -> ActorRecord? {
    try connection.first("SELECT \(columns) FROM actor WHERE id = $1", [id], record)
  }

  /// All records that stand for the same person.
  public static func members(root: String, _ connection: any Connection) throws -> [ActorRecord] {
    try connection.rows("SELECT \(columns) FROM actor WHERE root = $1 ORDER BY id", [root], record)
  }

  /// Inserts or replaces what is known of an id.
  public static func save(_ actor: ActorRecord, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO actor (id, is_contact, link, link_at, tie, tie_at, root, customer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (id) DO UPDATE SET link = excluded.link, link_at = excluded.link_at, tie = excluded.tie, tie_at = excluded.tie_at,
        root = excluded.root, customer = excluded.customer
      """,
      [
        actor.id, !Identity.isAnonymous(actor.id), actor.link?.value, actor.link?.version.microseconds, actor.tie?.value,
        actor.tie?.version.microseconds, actor.root, actor.customer,
      ])
  }

  private static func record(_ row: any Row) -> ActorRecord {
    func versioned(_ column: Int) -> Versioned<String>? {
      row.optionalText(column).map { Versioned($0, version: Instant(microseconds: row.integer(column + 1))) }
    }
    var record = ActorRecord(id: row.text(0), link: versioned(1), tie: versioned(3))
    record.root = row.text(5)
    record.customer = row.text(6)
    return record
  }
}
