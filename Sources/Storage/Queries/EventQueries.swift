import Domain
import SQL

/// An entry of the log with its place; `entry` is a failure where the stored fact cannot be read.
public struct StoredEntry: Sendable {
  public var position: Int64
  public var entry: Result<LogEntry, FactCodingError>
  public init(position: Int64, entry: Result<LogEntry, FactCodingError>) {
    self.position = position
    self.entry = entry
  }
}

/// The log: table `event`, and the index of it by customer that the fold keeps.
public enum EventQueries {
  /// Appends one entry unless its message id, or its record's present content, says it is a repeat.
  /// - Returns: whether it was new.
  public static func append(_ entry: LogEntry, hash: SipHash, shard: Int, _ connection: any Connection) throws -> Bool {
    if let record = entry.record {
      let changed = try connection.execute(
        """
        INSERT INTO record_version (kind, id, content) VALUES ($1, $2, $3)
        ON CONFLICT (kind, id) DO UPDATE SET content = excluded.content WHERE record_version.content <> excluded.content
        """, [entry.fact.kind, record, entry.messageID])
      guard changed > 0 else { return false }
    } else {
      let key = Int64(bitPattern: hash(entry.messageID))
      guard try connection.execute("INSERT INTO message_id (hash) VALUES ($1) ON CONFLICT DO NOTHING", [key]) > 0 else { return false }
    }
    try connection.execute(
      """
      INSERT INTO event (shard, kind, name, contact, anonymous, customer, message_id, at, version, received_at, payload)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """,
      [
        shard, entry.fact.kind, entry.fact.name, entry.actor.contact, entry.actor.anonymous, entry.actor.customer, entry.messageID,
        entry.at.microseconds, entry.version.microseconds, entry.receivedAt.microseconds, entry.fact.payload.printed(),
      ])
    return true
  }

  private static let columns =
    "event.position, kind, name, contact, anonymous, event.customer, message_id, event.at, version, received_at, payload"

  /// Entries after `position`, in order.
  public static func entries(after position: Int64, limit: Int, _ connection: any Connection) throws -> [StoredEntry] {
    try connection.rows(
      "SELECT \(columns) FROM event WHERE position > $1 ORDER BY position LIMIT $2", [position, limit], stored)
  }

  /// The entries of one customer at or before `at`, oldest first.
  public static func entries(
    of customer: String, through at: Instant, _ connection: any Connection, _ body: (StoredEntry, _ actor: String) throws -> Void
  ) throws {
    try connection.each(
      """
      SELECT \(columns), customer_event.actor FROM customer_event JOIN event ON event.position = customer_event.position
      WHERE customer_event.shard = $1 AND customer_event.customer = $2 AND customer_event.at <= $3
      ORDER BY customer_event.at, customer_event.position
      """, [Shard.number(of: customer), customer, at.microseconds]
    ) { row in
      try body(stored(row), row.text(11))
      return true
    }
  }

  /// Entries of one customer, newest first, before a place in that order.
  public static func latest(
    of customer: String, kind: String?, before: (at: Int64, position: Int64)?, limit: Int, _ connection: any Connection
  ) throws -> [StoredEntry] {
    try connection.rows(
      """
      SELECT \(columns) FROM customer_event JOIN event ON event.position = customer_event.position
      WHERE customer_event.shard = $1 AND customer_event.customer = $2
        AND (customer_event.at < $3 OR (customer_event.at = $3 AND customer_event.position < $4)) AND ($5 = '' OR event.kind = $5)
      ORDER BY customer_event.at DESC, customer_event.position DESC LIMIT $6
      """,
      [Shard.number(of: customer), customer, before?.at ?? .max, before?.position ?? .max, kind ?? "", limit], stored)
  }

  /// The last position and the arrival of the oldest entry after `position`.
  public static func backlog(after position: Int64, _ connection: any Connection) throws -> (count: Int, oldest: Instant?) {
    try connection.first(
      "SELECT COUNT(*), MIN(received_at) FROM (SELECT received_at FROM event WHERE position > $1 ORDER BY position LIMIT 100000) AS tail",
      [position]
    ) { ($0.int(0), $0.optionalInteger(1).map(Instant.init(microseconds:))) } ?? (0, nil)
  }

  static func stored(_ row: any Row) throws -> StoredEntry {
    let entry: Result<LogEntry, FactCodingError>
    do throws(FactCodingError) {
      let payload: JSON
      do {
        payload = try JSON.parse(row.text(10))
      } catch {
        throw FactCodingError(kind: row.text(1), member: "payload")
      }
      let fact = try Fact(kind: row.text(1), name: row.optionalText(2), payload: payload)
      entry = .success(
        LogEntry(
          messageID: row.text(6), at: Instant(microseconds: row.integer(7)), version: Instant(microseconds: row.integer(8)),
          receivedAt: Instant(microseconds: row.integer(9)),
          actor: Actor(contact: row.optionalText(3), anonymous: row.optionalText(4), customer: row.optionalText(5)), fact: fact))
    } catch {
      entry = .failure(error)
    }
    return StoredEntry(position: row.integer(0), entry: entry)
  }
}
