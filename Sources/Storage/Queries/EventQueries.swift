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

/// An entry on its way into the log, with all that can be worked out before its turn comes: appenders take turns.
public struct PreparedEntry: Sendable {
  let entry: LogEntry
  let shard: Int
  /// Of its message id; `nil` where its content tells a repeat.
  let hash: Int64?
  let payload: String

  public init(_ entry: LogEntry, ids: MessageIDs) {
    self.init(entry, hash: entry.record == nil ? ids.hash(of: entry.messageID) : nil)
  }

  init(_ entry: LogEntry, hash: Int64?) {
    self.entry = entry
    self.hash = hash
    let actor = entry.actor
    shard = Shard.number(of: actor.customer ?? actor.contact ?? actor.anonymous ?? "")
    payload = entry.fact.payloadText
  }
}

/// The log: table `event`, and the index of it by customer that the fold keeps.
public enum EventQueries {
  /// Appends entries but those whose message id, or whose record's present content, says they are a repeat. Appenders take turns, so
  /// that whoever reads the log in order misses nothing. Positions are microseconds, as near to `now` as their order lets them.
  /// - Parameter ids: `confirm` it once this is committed.
  public static func append(
    _ entries: [PreparedEntry], ids: MessageIDs, at now: Instant, _ connection: any Connection
  ) throws -> Appended {
    let mark = try connection.first("UPDATE log_mark SET position = position WHERE name = 'appended' RETURNING position") { $0.integer(0) }
    guard let mark else { throw DatabaseFailure(kind: .unusable, message: "the database lacks its marks; restore a backup", detail: "log") }
    let isNew = try areNew(entries, ids: ids, end: mark, connection)
    let accepted = isNew.contains(false) ? zip(entries, isNew).filter(\.1).map(\.0) : entries
    guard !accepted.isEmpty else { return Appended(isNew: isNew, before: mark, entries: []) }
    let first = max(mark + 1, now.microseconds)
    try insert(accepted, positions: accepted.indices.map { first + Int64($0) }, connection)
    try connection.execute(
      "UPDATE log_mark SET position = $1 WHERE name = 'appended'", [first + Int64(accepted.count) - 1])
    ids.note(through: first + Int64(accepted.count) - 1)
    let stored = accepted.enumerated().map { StoredEntry(position: first + Int64($0), entry: .success($1.entry)) }
    return Appended(isNew: isNew, before: mark, entries: stored)
  }

  static func insert(_ rows: [PreparedEntry], positions: [Int64], _ connection: any Connection) throws {
    try connection.insert(
      BulkInsert(
        into: "event",
        [
          .integers("position", positions), .integers("shard", rows.map { Int64($0.shard) }), .texts("kind", rows.map(\.entry.fact.kind)),
          .texts("name", rows.map(\.entry.fact.name)), .texts("contact", rows.map(\.entry.actor.contact)),
          .texts("anonymous", rows.map(\.entry.actor.anonymous)), .texts("customer", rows.map(\.entry.actor.customer)),
          .texts("message_id", rows.map(\.entry.messageID)), .integers("at", rows.map(\.entry.at.microseconds)),
          .integers("version", rows.map(\.entry.version.microseconds)),
          .integers("received_at", rows.map(\.entry.receivedAt.microseconds)), .texts("payload", rows.map(\.payload)),
        ]))
  }

  /// What an append came to.
  public struct Appended: Sendable {
    /// For each entry, in order, whether it was new.
    public var isNew: [Bool]
    /// The last position before.
    public var before: Int64
    /// The new ones with their places, as they would be read back.
    public var entries: [StoredEntry]
    public static let nothing = Appended(isNew: [], before: 0, entries: [])
  }

  private static func areNew(
    _ entries: [PreparedEntry], ids: MessageIDs, end: Int64, _ connection: any Connection
  ) throws -> [Bool] {
    let messages = try ids.areNew(entries.compactMap(\.hash), end: end, connection)
    if messages.count == entries.count { return messages }
    var rest = messages.makeIterator()
    var contents = try recordContents(entries.lazy.map(\.entry), connection)
    var changed: Set<RecordKey> = []
    let isNew = entries.map(\.entry).map { entry in
      guard let record = entry.record else { return rest.next() ?? true }
      let key = RecordKey(kind: entry.fact.kind, id: record)
      guard contents.updateValue(entry.messageID, forKey: key) != entry.messageID else { return false }
      changed.insert(key)
      return true
    }
    let keys = changed.sorted { ($0.kind, $0.id) < ($1.kind, $1.id) }
    try connection.insert(
      BulkInsert(
        into: "record_version",
        [.texts("kind", keys.map(\.kind)), .texts("id", keys.map(\.id)), .texts("content", keys.map { contents[$0] })],
        onConflict: "(kind, id) DO UPDATE SET content = excluded.content"))
    return isNew
  }

  private struct RecordKey: Hashable {
    var kind: String
    var id: String
  }

  /// The present content of the records that the entries state anew.
  private static func recordContents(_ entries: some Sequence<LogEntry>, _ connection: any Connection) throws -> [RecordKey: String] {
    var ids: [String: Set<String>] = [:]
    for entry in entries { if let record = entry.record { ids[entry.fact.kind, default: []].insert(record) } }
    var contents: [RecordKey: String] = [:]
    for (kind, ids) in ids {
      try connection.each(
        "SELECT id, content FROM record_version WHERE kind = $1 AND id \(connection.dialect.isAmong("$2"))",
        [kind, SQLParameter.texts(ids.sorted())]
      ) { row in
        contents[RecordKey(kind: kind, id: row.text(0))] = row.text(1)
        return true
      }
    }
    return contents
  }

  static let columns =
    """
    event.position, event.kind, event.name, event.contact, event.anonymous, event.customer, event.message_id, event.at, event.version,
    event.received_at, event.payload
    """

  /// Entries after `position`, in order.
  public static func entries(after position: Int64, limit: Int, _ connection: any Connection) throws -> [StoredEntry] {
    try connection.rows(
      "SELECT \(columns) FROM event WHERE position > $1 ORDER BY position LIMIT $2", [position, limit], stored)
  }

  /// The entries at these positions, in order.
  /// - Parameter kind: only of this kind; `nil`: of any.
  static func entries(at positions: [Int64], kind: String? = nil, _ connection: any Connection) throws -> [StoredEntry] {
    guard let first = positions.min(), let last = positions.max() else { return [] }
    // For a long list PostgreSQL would rather read the whole table, in several processes; the bounds tell it how small a part is asked for.
    return try connection.rows(
      """
      SELECT \(columns) FROM event WHERE position \(connection.dialect.isAmong("$1")) AND position BETWEEN $2 AND $3
        AND ($4 = '' OR kind = $5)
      ORDER BY position
      """, [SQLParameter.integers(positions), first, last, kind ?? "", kind ?? ""], stored)
  }

  /// The entries of one customer at or before `at`, oldest first.
  /// - Parameter trailing: entries of it that may not be in the index yet; they come last.
  public static func entries(
    of customer: String, through at: Instant, trailing: [LogIndexRow] = [], _ connection: any Connection,
    _ body: (StoredEntry, _ actor: String) throws -> Void
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
    let missing = try TrailQueries.missing(of: trailing, in: Shard.number(of: customer), connection).filter { $0.at <= at }
    guard !missing.isEmpty else { return }
    let actors = Dictionary(missing.map { ($0.position, $0.owner.actor) }, uniquingKeysWith: { first, _ in first })
    for entry in try entries(at: missing.map(\.position), connection) { try body(entry, actors[entry.position] ?? "") }
  }

  /// Entries of one customer, newest first, before a place in that order.
  /// - Parameter trailing: entries of it that may not be in the index yet.
  public static func latest(
    of customer: String, kind: String?, before: (at: Int64, position: Int64)?, limit: Int, trailing: [LogIndexRow] = [],
    _ connection: any Connection
  ) throws -> [StoredEntry] {
    let missing = try TrailQueries.missing(of: trailing, in: Shard.number(of: customer), connection)
    let indexed = try indexed(of: customer, kind: kind, before: before, limit: limit, connection)
    guard !missing.isEmpty else { return indexed }
    let bound = before ?? (.max, .max)
    let places = missing.map { (at: $0.at.microseconds, position: $0.position) }.filter { $0 < bound }.sorted { $0 > $1 }
    // Of another kind some may be: all are looked at.
    let late = try entries(at: places.map(\.position), kind: kind, connection)
    var at = Dictionary(places.map { ($0.position, $0.at) }, uniquingKeysWith: { first, _ in first })
    for entry in indexed { if case .success(let entry_) = entry.entry { at[entry.position] = entry_.at.microseconds } }
    let all = (indexed + late).sorted { (at[$0.position] ?? 0, $0.position) > (at[$1.position] ?? 0, $1.position) }
    return Array(all.prefix(limit))
  }

  private static func indexed(
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

  /// When the log begins; `nil`: it is empty.
  public static func beginning(_ connection: any Connection) throws -> Instant? {
    try connection.first("SELECT MIN(position) FROM event") { $0.optionalInteger(0).map(Instant.init(microseconds:)) } ?? nil
  }

  /// How many entries there are.
  public static func count(_ connection: any Connection) throws -> Int {
    try connection.first("SELECT COUNT(*) FROM event") { $0.int(0) } ?? 0
  }

  /// When the first entry after `position` arrived.
  public static func oldest(after position: Int64, _ connection: any Connection) throws -> Instant? {
    try connection.first("SELECT received_at FROM event WHERE position > $1 ORDER BY position LIMIT 1", [position]) {
      Instant(microseconds: $0.integer(0))
    }
  }

  /// How many entries lie after `position`, counted up to 100 000, and the arrival of the oldest.
  public static func backlog(after position: Int64, _ connection: any Connection) throws -> (count: Int, oldest: Instant?) {
    try connection.first(
      "SELECT COUNT(*), MIN(received_at) FROM (SELECT received_at FROM event WHERE position > $1 ORDER BY position LIMIT 100000) AS tail",
      [position]
    ) { ($0.int(0), $0.optionalInteger(1).map(Instant.init(microseconds:))) } ?? (0, nil)
  }

  static func stored(_ row: any Row) throws -> StoredEntry {
    let entry: Result<LogEntry, FactCodingError>
    do throws(FactCodingError) {
      let fact = try Fact(kind: row.text(1), name: row.optionalText(2), payloadText: row.text(10))
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
