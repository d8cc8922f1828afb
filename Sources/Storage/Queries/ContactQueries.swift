import Domain
import SQL

/// The people at a customer, as its page names them.
public enum ContactQueries {
  /// A contact, with when it last did something at this customer.
  public struct Contact: Sendable {
    public var id: String
    public var attributes: Attributes
    public var seenAt: Instant?
  }

  /// Those that sort first by id.
  public static func first(of customer: String, limit: Int, _ connection: any Connection) throws -> [Contact] {
    try connection.rows(
      """
      SELECT id, attributes, (
        SELECT MAX(last) FROM usage_daily WHERE usage_daily.shard = contact.shard AND usage_daily.customer = contact.customer
          AND usage_daily.actor = contact.id)
      FROM contact WHERE shard = $1 AND customer = $2 ORDER BY id LIMIT $3
      """, [Shard.number(of: customer), customer, limit]
    ) { row in
      Contact(
        id: row.text(0), attributes: try StateCoding.attributes(row.text(1)),
        seenAt: row.optionalInteger(2).map(Instant.init(microseconds:)))
    }
  }

  /// How many there are, counted up to 10 000.
  public static func count(of customer: String, _ connection: any Connection) throws -> Int {
    try connection.first(
      "SELECT COUNT(*) FROM (SELECT 1 FROM contact WHERE shard = $1 AND customer = $2 LIMIT 10000) AS part",
      [Shard.number(of: customer), customer]
    ) { $0.int(0) } ?? 0
  }
}
