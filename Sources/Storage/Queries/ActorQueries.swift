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
    // Nearly everyone is their own root: those are not in the index.
    try connection.rows(
      "SELECT \(columns) FROM actor WHERE id = $1 AND root = id UNION ALL SELECT \(columns) FROM actor WHERE root = $2 AND root <> id",
      [root, root], record
    ).sorted { $0.id.precedesInBytes($1.id) }
  }

  /// What is known of those ids of whom anything is.
  public static func load(_ ids: [String], _ connection: any Connection) throws -> [ActorRecord] {
    guard !ids.isEmpty else { return [] }
    return try connection.rows(
      "SELECT \(columns) FROM actor WHERE id \(connection.dialect.isAmong("$1"))", [SQLParameter.texts(ids)], record)
  }

  /// Inserts or replaces what is known of ids, each once.
  public static func save(_ actors: [ActorRecord], _ connection: any Connection) throws {
    try connection.insert(
      BulkInsert(
        into: "actor",
        [
          .texts("id", actors.map(\.id)), .integers("is_contact", actors.map { Identity.isAnonymous($0.id) ? 0 : 1 }),
          .texts("link", actors.map(\.link?.value)), .integers("link_at", actors.map(\.link?.version.microseconds)),
          .texts("tie", actors.map(\.tie?.value)), .integers("tie_at", actors.map(\.tie?.version.microseconds)),
          .texts("root", actors.map(\.root)), .texts("customer", actors.map(\.customer)),
        ],
        onConflict: """
          (id) DO UPDATE SET link = excluded.link, link_at = excluded.link_at, tie = excluded.tie, tie_at = excluded.tie_at,
            root = excluded.root, customer = excluded.customer
          """))
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
