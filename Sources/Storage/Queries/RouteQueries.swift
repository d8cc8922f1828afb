import Domain
import SQL

/// What one node has found out about an entry of the log for the owner of a shard: whose it is, or what moves.
public struct Route: Hashable, Sendable {
  public enum Kind: Int64, Hashable, Sendable {
    /// The actor belongs to another customer now: what it did for this one goes there.
    case move = 0
    /// A customer whose people are others than before: it is read anew.
    case recount = 1
    /// An entry to fold.
    case entry = 2
    /// What an actor that has moved brings along.
    case arrival = 3
  }
  public var position: Int64
  public var kind: Kind
  public var owner: RecordOwner
  /// The contact that the actor stands for; empty where there is none.
  public var person: String
  /// Several of one kind at one position; 0 for all but arrivals.
  public var part: Int
  /// Of an arrival.
  public var payload: String?

  public init(position: Int64, kind: Kind, owner: RecordOwner, person: String = "", part: Int = 0, payload: String? = nil) {
    self.position = position
    self.kind = kind
    self.owner = owner
    self.person = person
    self.part = part
    self.payload = payload
  }

  public var shard: Int { owner.shard }
}

/// The table of routes: the way from the node that finds the customers to those that own them. Empty where one node does both.
public enum RouteQueries {
  public static func insert(_ routes: [Route], _ connection: any Connection) throws {
    try connection.insert(
      BulkInsert(
        into: "route",
        [
          .integers("shard", routes.map { Int64($0.shard) }), .integers("position", routes.map(\.position)),
          .integers("kind", routes.map(\.kind.rawValue)), .texts("actor", routes.map(\.owner.actor)),
          .integers("part", routes.map { Int64($0.part) }), .texts("customer", routes.map(\.owner.customer)),
          .integers("pinned", routes.map { $0.owner.isPinned ? 1 : 0 }), .texts("person", routes.map(\.person)),
          .texts("payload", routes.map(\.payload)),
        ], onConflict: "(shard, position, kind, actor, part) DO NOTHING"))
  }

  public static func isEmpty(_ connection: any Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM route LIMIT 1") { _ in true } == nil
  }

  /// The oldest routes of the shards (`nil`: of all), each with its entry where it is one, in the order of the log.
  public static func next(
    of shards: Set<Int>?, limit: Int, _ connection: any Connection
  ) throws -> [(route: Route, entry: StoredEntry?)] {
    let condition = shards == nil ? "" : "WHERE shard \(connection.dialect.isAmong("$1"))"
    let values: [any SQLBindable] = shards.map { [SQLParameter.integers($0.map(Int64.init)), limit] } ?? [limit]
    let routes = try connection.rows(
      """
      SELECT position, kind, customer, actor, pinned, person, part, payload FROM route \(condition)
      ORDER BY position, kind, part LIMIT $\(values.count)
      """, values
    ) { row in
      guard let kind = Route.Kind(rawValue: row.integer(1)) else { throw unreadable("route.kind", row.text(1)) }
      return Route(
        position: row.integer(0), kind: kind,
        owner: RecordOwner(customer: row.text(2), actor: row.text(3), isPinned: row.bool(4)), person: row.text(5), part: row.int(6),
        payload: row.optionalText(7))
    }
    // Not as a join: PostgreSQL, which cannot know how many wait just now, went through the whole log for them.
    let entries = try EventQueries.entries(at: routes.filter { $0.kind == .entry }.map(\.position), connection)
    let byPosition = Dictionary(entries.map { ($0.position, $0) }, uniquingKeysWith: { first, _ in first })
    return routes.map { ($0, $0.kind == .entry ? byPosition[$0.position] : nil) }
  }

  /// Takes routes out that have been followed.
  public static func remove(_ routes: [Route], _ connection: any Connection) throws {
    if connection.dialect == .postgres {
      try connection.execute(
        """
        DELETE FROM route USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
          AS done (shard, position, kind, actor, part)
        WHERE route.shard = done.shard AND route.position = done.position AND route.kind = done.kind
          AND route.actor = done.actor COLLATE "C" AND route.part = done.part
        """,
        [
          SQLParameter.integers(routes.map { Int64($0.shard) }), SQLParameter.integers(routes.map(\.position)),
          SQLParameter.integers(routes.map(\.kind.rawValue)), SQLParameter.texts(routes.map(\.owner.actor)),
          SQLParameter.integers(routes.map { Int64($0.part) }),
        ])
    } else {
      for route in routes {
        try connection.execute(
          "DELETE FROM route WHERE shard = $1 AND position = $2 AND kind = $3 AND actor = $4 AND part = $5",
          [route.shard, route.position, route.kind.rawValue, route.owner.actor, route.part])
      }
    }
  }

  /// The position of the oldest entry that waits to be folded.
  static func oldestEntry(_ connection: any Connection) throws -> Int64? {
    try connection.first("SELECT MIN(position) FROM route WHERE kind = $1", [Route.Kind.entry.rawValue]) { $0.optionalInteger(0) } ?? nil
  }

  /// Whether what one of the actors did is on its way from one customer to another.
  static func isMoving(anyOf actors: [String], _ connection: any Connection) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM route WHERE kind IN ($1, $2) AND actor \(connection.dialect.isAmong("$3")) LIMIT 1",
      [Route.Kind.move.rawValue, Route.Kind.arrival.rawValue, SQLParameter.texts(actors)]
    ) { _ in true } != nil
  }

  /// When the first entry arrived that waits for the owner of its customer.
  public static func oldest(_ connection: any Connection) throws -> Instant? {
    // Not as a join: by a plan made while the table was empty PostgreSQL went through all routes for each entry of the log.
    try connection.first(
      "SELECT received_at FROM event WHERE position >= (SELECT MIN(position) FROM route) ORDER BY position LIMIT 1"
    ) { Instant(microseconds: $0.integer(0)) }
  }

  /// How many wait, counted up to 100 000, and the arrival of the oldest.
  public static func backlog(_ connection: any Connection) throws -> (count: Int, oldest: Instant?) {
    let oldest = try oldest(connection)
    let count = try connection.first("SELECT COUNT(*) FROM (SELECT 1 FROM route LIMIT 100000) AS waiting") { $0.int(0) } ?? 0
    return (count, oldest)
  }
}
