import Domain
import SQL

/// How far the roll-ups and the log's index are. While one process folds everything they may trail behind what is folded: what is missing
/// in them is in the log, behind their marks.
public enum TrailQueries {
  /// Positions of the log up to which something has been done.
  public struct Marks: Hashable, Sendable {
    /// How far one process has folded everything; what lies behind it was folded by owners of shards, which do not trail.
    public var whole: Int64
    /// Up to here nothing is missing, in any shard.
    public var all: Int64
    /// Up to here the rows of actors lack nothing.
    public var actors: Int64
    /// Up to here nothing is missing in the shard, by its number; behind it, up to `whole`, everything is.
    public var shards: [Int64]

    /// Up to where nothing is missing in a shard.
    public func complete(_ shard: Int) -> Int64 { max(all, shards[shard]) }
  }

  /// All marks as they stand.
  public static func marks(_ connection: any Connection) throws -> Marks {
    let marks = try Dictionary(
      connection.rows("SELECT name, position FROM log_mark WHERE name IN ('whole', 'rolled_up', 'actors')") { ($0.text(0), $0.integer(1)) },
      uniquingKeysWith: max)
    var shards = [Int64](repeating: 0, count: Shard.count)
    try connection.each("SELECT shard, rolled_up FROM shard", []) { row in
      let shard = row.int(0)
      if shards.indices.contains(shard) { shards[shard] = row.integer(1) }
      return true
    }
    return Marks(whole: marks["whole"] ?? 0, all: marks["rolled_up"] ?? 0, actors: marks["actors"] ?? 0, shards: shards)
  }

  /// Those of a customer's rows that its tables lack, as this transaction sees them.
  public static func missing(of rows: [LogIndexRow], in shard: Int, _ connection: any Connection) throws -> [LogIndexRow] {
    guard !rows.isEmpty else { return [] }
    let complete = try connection.first(
      "SELECT rolled_up, (SELECT position FROM log_mark WHERE name = 'rolled_up') FROM shard WHERE shard = $1", [shard]
    ) { max($0.integer(0), $0.integer(1)) }
    return rows.filter { $0.position > complete ?? 0 }
  }

  /// Nothing is missing in these shards up to a position.
  public static func note(_ shards: Set<Int>, through position: Int64, _ connection: any Connection) throws {
    guard !shards.isEmpty else { return }
    try connection.execute(
      "UPDATE shard SET rolled_up = $1 WHERE shard \(connection.dialect.isAmong("$2"))",
      [position, SQLParameter.integers(shards.sorted().map(Int64.init))])
  }

  /// Nothing is missing in any shard up to a position.
  /// - Parameter actors: up to where the rows of actors lack nothing; `nil`: that is not known.
  public static func noteAll(through position: Int64, actors: Int64?, _ connection: any Connection) throws {
    try connection.execute("UPDATE log_mark SET position = $1 WHERE name = 'rolled_up'", [position])
    if let actors { try noteActors(through: actors, connection) }
  }

  /// The rows of actors lack nothing up to a position.
  public static func noteActors(through position: Int64, _ connection: any Connection) throws {
    try connection.execute("UPDATE log_mark SET position = $1 WHERE name = 'actors'", [position])
  }

  /// One process has folded everything up to a position.
  public static func noteWhole(through position: Int64, _ connection: any Connection) throws {
    try connection.execute("UPDATE log_mark SET position = $1 WHERE name = 'whole'", [position])
  }

  /// An entry of the log without what it says: enough to tell whose it is.
  public struct Trace: Sendable {
    public var position: Int64
    public var at: Instant
    /// Of an event.
    public var name: String?
    public var actor: Actor
    /// What is said of a person goes where the person belongs.
    public var followsContact: Bool
    /// It says that its actor belongs to the customer it names.
    public var ties: Bool
    public var version: Instant
  }

  /// Entries after one position and up to another, in order, in stretches.
  public static func traces(after start: Int64, through end: Int64, limit: Int, _ connection: any Connection) throws -> [Trace] {
    try connection.rows(
      """
      SELECT position, at, kind, name, contact, anonymous, customer, version FROM event
      WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3
      """, [start, end, limit]
    ) { row in
      let kind = row.text(2)
      return Trace(
        position: row.integer(0), at: Instant(microseconds: row.integer(1)), name: kind == "event" ? row.optionalText(3) : nil,
        actor: Actor(contact: row.optionalText(4), anonymous: row.optionalText(5), customer: row.optionalText(6)),
        followsContact: kind == "contact" || kind == "alias", ties: ["event", "usage", "contact", "customer", "alias"].contains(kind),
        version: Instant(microseconds: row.integer(7)))
    }
  }
}
