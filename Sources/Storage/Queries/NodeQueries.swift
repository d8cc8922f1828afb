import Domain
import SQL

/// A process that works on the database. Its number is its fence: given once, for ever; whoever's row is gone may commit nothing more.
public struct Node: Hashable, Sendable {
  public var fence: Int64
  /// For people: host, process.
  public var name: String
  public var startedAt: Instant
  /// Counts up while the node lives. Others judge by its standing still, in their own time: clocks need not agree.
  public var beat: Int64
  /// The version of the blueprint it runs; `nil`: it is not known.
  public var blueprint: String?
  public init(fence: Int64, name: String, startedAt: Instant, beat: Int64, blueprint: String?) {
    self.fence = fence
    self.name = name
    self.startedAt = startedAt
    self.beat = beat
    self.blueprint = blueprint
  }
}

/// Nodes and what they own: tables `node`, `shard`, and the owner of routing in `log_mark`.
public enum NodeQueries {
  /// Makes a node with a number that no other ever had.
  /// - Throws: `DatabaseFailure` of kind `unusable` where a move is not finished, or the schema is a newer program's.
  public static func register(name: String, blueprint: String?, at now: Instant, _ connection: any Connection) throws -> Node {
    try Migrator.requireKnown(connection)
    let fence = try connection.first("UPDATE log_mark SET position = position + 1 WHERE name = 'fence' RETURNING position") {
      $0.integer(0)
    }
    guard let fence else {
      throw DatabaseFailure(kind: .unusable, message: "the database lacks its marks; restore a backup", detail: "fence")
    }
    // A move holds the row above while it makes its mark, and looks for nodes: one of the two sees the other.
    try MoveMark.requireNone(connection)
    try connection.execute(
      "INSERT INTO node (fence, name, started_at, beat, blueprint) VALUES ($1, $2, $3, 0, $4)", [fence, name, now.microseconds, blueprint])
    return Node(fence: fence, name: name, startedAt: now, beat: 0, blueprint: blueprint)
  }

  /// The nodes there are, by their numbers.
  public static func all(_ connection: any Connection) throws -> [Node] {
    try connection.rows("SELECT fence, name, started_at, beat, blueprint FROM node ORDER BY fence") {
      Node(
        fence: $0.integer(0), name: $0.text(1), startedAt: Instant(microseconds: $0.integer(2)), beat: $0.integer(3),
        blueprint: $0.optionalText(4))
    }
  }

  /// - Returns: whether the node is still there.
  public static func beat(_ fence: Int64, blueprint: String?, _ connection: any Connection) throws -> Bool {
    try connection.execute("UPDATE node SET beat = beat + 1, blueprint = $1 WHERE fence = $2", [blueprint, fence]) > 0
  }

  /// Holds the node in its place until this transaction is over: nobody can take it for dead meanwhile.
  /// - Throws: `DatabaseFailure` of kind `fenced` where that has already happened.
  public static func requireStanding(_ fence: Int64, _ connection: any Connection) throws {
    let lock = connection.dialect.twin(sqlite: "", postgres: " FOR KEY SHARE")
    guard try connection.first("SELECT 1 FROM node WHERE fence = $1\(lock)", [fence], { _ in true }) != nil else {
      throw DatabaseFailure(
        kind: .fenced, message: "this node was silent for too long and others have taken its work over; it joins them anew",
        detail: "fence \(fence)")
    }
  }

  /// Waits until no earlier step of the fold of this node is under way: one whose connection was lost may still be about to be committed.
  /// Held until this transaction is over.
  public static func takeTurn(_ fence: Int64, _ connection: any Connection) throws {
    // On SQLite there is one writer, and no connection to lose.
    guard connection.dialect == .postgres else { return }
    try connection.each("SELECT pg_advisory_xact_lock($1, $2)", [turns, Int64(Int32(truncatingIfNeeded: fence))]) { _ in true }
  }

  /// Sets these locks apart from others' on the same database ("hold" in ASCII).
  private static let turns: Int64 = 0x686f_6c64

  /// Ends a node: what it owned is free, what it was sending has an unknown outcome.
  /// - Parameter beat: the node's beat as it was seen to stand still; `nil`: it ends itself.
  /// - Returns: whether it was there, with that beat.
  public static func end(_ fence: Int64, beat: Int64?, at now: Instant, _ connection: any Connection) throws -> Bool {
    let condition = beat == nil ? "" : " AND beat = $2"
    let values: [any SQLBindable] = beat.map { [fence, $0] } ?? [fence]
    guard try connection.execute("DELETE FROM node WHERE fence = $1\(condition)", values) > 0 else { return false }
    try connection.execute("UPDATE shard SET owner = NULL WHERE owner = $1", [fence])
    try connection.execute("UPDATE log_mark SET owner = NULL WHERE owner = $1", [fence])
    try DeliveryQueries.sweepSending(of: fence, now: now, connection)
    return true
  }

  // MARK: Shards

  /// How many shards each node owns; without owner under 0.
  public static func owners(_ connection: any Connection) throws -> [Int64: Int] {
    let rows = try connection.rows("SELECT COALESCE(owner, 0), COUNT(*) FROM shard GROUP BY owner") { ($0.integer(0), $0.int(1)) }
    return Dictionary(rows, uniquingKeysWith: +)
  }

  public static func shards(of fence: Int64, _ connection: any Connection) throws -> Set<Int> {
    Set(try connection.rows("SELECT shard FROM shard WHERE owner = $1", [fence]) { $0.int(0) })
  }

  /// Takes up to `limit` shards that nobody owns.
  public static func take(_ limit: Int, for fence: Int64, _ connection: any Connection) throws {
    try connection.execute(
      """
      WITH picked (number) AS (
        SELECT shard FROM shard WHERE owner IS NULL ORDER BY shard LIMIT $1 \(connection.dialect.skippingLocked))
      UPDATE shard SET owner = $2 WHERE owner IS NULL AND shard IN (SELECT number FROM picked)
      """, [limit, fence])
  }

  /// Lets shards go, for others to take.
  public static func release(_ shards: [Int], of fence: Int64, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE shard SET owner = NULL WHERE owner = $1 AND shard \(connection.dialect.isAmong("$2"))",
      [fence, SQLParameter.integers(shards.map(Int64.init))])
  }

  /// Takes the routing of the log where nobody has it.
  public static func takeRouting(for fence: Int64, _ connection: any Connection) throws {
    try connection.execute("UPDATE log_mark SET owner = $1 WHERE name = 'routed' AND owner IS NULL", [fence])
  }

  /// The node that routes the log; `nil`: none.
  public static func routingOwner(_ connection: any Connection) throws -> Int64? {
    try connection.first("SELECT owner FROM log_mark WHERE name = 'routed'") { $0.optionalInteger(0) } ?? nil
  }

  // MARK: What was done for a shard

  /// Shards of `shards` whose customers were last scored under another blueprint.
  public static func scored(otherThan blueprint: String, _ connection: any Connection) throws -> Set<Int> {
    Set(try connection.rows("SELECT shard FROM shard WHERE blueprint IS NULL OR blueprint <> $1", [blueprint]) { $0.int(0) })
  }

  public static func noteScored(_ shards: [Int], under blueprint: String, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE shard SET blueprint = $1 WHERE shard \(connection.dialect.isAmong("$2"))",
      [blueprint, SQLParameter.integers(shards.map(Int64.init))])
  }

  /// When each shard was last checked by the daily batch.
  public static func checked(_ connection: any Connection) throws -> [Int: Instant] {
    let rows = try connection.rows("SELECT shard, checked_at FROM shard WHERE checked_at IS NOT NULL") {
      ($0.int(0), Instant(microseconds: $0.integer(1)))
    }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// Notes when shards were checked by the daily batch.
  public static func noteChecked(_ shards: [Int], at now: Instant, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE shard SET checked_at = $1 WHERE shard \(connection.dialect.isAmong("$2"))",
      [now.microseconds, SQLParameter.integers(shards.map(Int64.init))])
  }
}
