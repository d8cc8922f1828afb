import Domain
import SQL

/// One roll-up row: how often one actor did one thing on one UTC day, for one customer.
public struct UsageKey: Hashable, Sendable {
  /// Empty for a visitor nobody knows yet.
  public var customer: String
  public var actor: String
  /// The event itself named its customer; such usage stays there whatever becomes of its actor.
  public var isPinned: Bool
  public var event: Int64
  public var day: Day
  public init(customer: String, actor: String, isPinned: Bool, event: Int64, day: Day) {
    self.customer = customer
    self.actor = actor
    self.isPinned = isPinned
    self.event = event
    self.day = day
  }

  /// Rows of unknown visitors are spread by visitor.
  public static func shard(customer: String, actor: String) -> Int { Shard.number(of: customer.isEmpty ? actor : customer) }
}

extension UsageKey {
  /// The order of the table's key, in which writing is cheapest.
  static func inOrder(_ a: UsageKey, _ b: UsageKey) -> Bool {
    (a.customer, a.actor, a.event, a.day.number, a.isPinned ? 1 : 0) < (b.customer, b.actor, b.event, b.day.number, b.isPinned ? 1 : 0)
  }
}

/// Whose an entry of the log is, and when it was.
public struct LogIndexRow: Hashable, Sendable {
  public var owner: RecordOwner
  public var at: Instant
  public var position: Int64
  /// `nil` for what is no event, or where only the index is meant.
  public var events: Events?

  /// Events from `at` on, on the same UTC day.
  public struct Events: Hashable, Sendable {
    /// The number of their name.
    public var name: Int64
    public var count: Int
    public var last: Instant
    public init(name: Int64, count: Int, last: Instant) {
      self.name = name
      self.count = count
      self.last = last
    }
  }

  public init(owner: RecordOwner, at: Instant, position: Int64, events: Events? = nil) {
    self.owner = owner
    self.at = at
    self.position = position
    self.events = events
  }
}

/// Roll-ups: table `usage_daily`, and the dictionary of event names.
public enum UsageQueries {
  /// More distinct event names than this are not rolled up; they stay in the log.
  public static let maximumNames = 2_000

  public static func names(_ connection: any Connection) throws -> [String: Int64] {
    try Dictionary(
      connection.rows("SELECT name, id FROM event_name") { ($0.text(0), $0.integer(1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The number of a name; a new one gets the next. Several nodes may ask at the same time: each name keeps the first number it got.
  public static func number(of name: String, _ connection: any Connection) throws -> Int64 {
    for _ in 0..<100 {
      if let id = try connection.first("SELECT id FROM event_name WHERE name = $1", [name], { $0.integer(0) }) { return id }
      try connection.execute(
        "INSERT INTO event_name (id, name) SELECT COALESCE(MAX(id), 0) + 1, $1 FROM event_name WHERE true ON CONFLICT DO NOTHING", [name])
    }
    throw DatabaseFailure(kind: .conflict, message: "no number could be had for an event name", detail: "event_name")
  }

  /// Puts entries into the log's index, and events into the roll-ups. Cheapest where neighbours in the order of the keys come together.
  public static func rollUp(_ rows: [LogIndexRow], _ connection: any Connection) throws {
    guard !rows.isEmpty else { return }
    var usage: [UsageKey: EventUsage] = [:]
    for row in rows {
      guard let events = row.events else { continue }
      let owner = row.owner
      let key = UsageKey(customer: owner.customer, actor: owner.actor, isPinned: owner.isPinned, event: events.name, day: row.at.day)
      usage[key, default: EventUsage()].add(
        count: events.count, day: key.day, first: row.at, last: events.last, keepingFrom: Day(number: .max))
    }
    try add(usage, connection)
    try index(rows, connection)
  }

  /// Adds to roll-up rows, or makes them.
  public static func add(_ usage: [UsageKey: EventUsage], _ connection: any Connection) throws {
    let rows = usage.sorted { UsageKey.inOrder($0.key, $1.key) }
    let keys = rows.map(\.key)
    try notePinned(keys, connection)
    try connection.insert(
      BulkInsert(
        into: "usage_daily",
        [
          .integers("shard", keys.map { Int64(UsageKey.shard(customer: $0.customer, actor: $0.actor)) }),
          .texts("customer", keys.map(\.customer)), .texts("actor", keys.map(\.actor)),
          .integers("pinned", keys.map { $0.isPinned ? 1 : 0 }), .integers("event", keys.map(\.event)),
          .integers("day", keys.map { Int64($0.day.number) }), .integers("count", rows.map { Int64($0.value.total) }),
          .integers("first", rows.map(\.value.first.microseconds)), .integers("last", rows.map(\.value.last.microseconds)),
        ],
        onConflict: """
          (shard, customer, actor, pinned, event, day) DO UPDATE SET count = usage_daily.count + excluded.count,
            first = CASE WHEN excluded.first < usage_daily.first THEN excluded.first ELSE usage_daily.first END,
            last = CASE WHEN excluded.last > usage_daily.last THEN excluded.last ELSE usage_daily.last END
          """))
  }

  /// Notes which customers the actors' events have named.
  private static func notePinned(_ keys: [UsageKey], _ connection: any Connection) throws {
    struct Pair: Hashable {
      var actor: String
      var customer: String
    }
    let pairs = Set(keys.lazy.filter(\.isPinned).map { Pair(actor: $0.actor, customer: $0.customer) })
      .sorted { ($0.actor, $0.customer) < ($1.actor, $1.customer) }
    try connection.insert(
      BulkInsert(
        into: "pinned_actor", [.texts("actor", pairs.map(\.actor)), .texts("customer", pairs.map(\.customer))],
        onConflict: "DO NOTHING"))
  }

  /// Notes whose entries of the log they are.
  public static func index(_ rows: [LogIndexRow], _ connection: any Connection) throws {
    try connection.insert(
      BulkInsert(
        into: "customer_event",
        [
          .integers("shard", rows.map { Int64($0.owner.shard) }), .texts("customer", rows.map(\.owner.customer)),
          .integers("at", rows.map(\.at.microseconds)), .integers("position", rows.map(\.position)),
          .texts("actor", rows.map(\.owner.actor)), .integers("pinned", rows.map { $0.owner.isPinned ? 1 : 0 }),
        ]))
  }

  /// Takes out what was noted of entries of the log. - Returns: the positions of those of which it was.
  static func unindex(_ rows: [LogIndexRow], _ connection: any Connection) throws -> Set<Int64> {
    guard connection.dialect == .postgres else {
      let gone = try rows.filter { row in
        try connection.execute(
          "DELETE FROM customer_event WHERE shard = $1 AND customer = $2 AND at = $3 AND position = $4",
          [row.owner.shard, row.owner.customer, row.at.microseconds, row.position]) > 0
      }
      return Set(gone.map(\.position))
    }
    let gone = try connection.rows(
      """
      DELETE FROM customer_event USING unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS gone (shard, customer, at, position)
      WHERE customer_event.shard = gone.shard AND customer_event.customer = gone.customer COLLATE "C"
        AND customer_event.at = gone.at AND customer_event.position = gone.position
      RETURNING customer_event.position
      """,
      [
        SQLParameter.integers(rows.map { Int64($0.owner.shard) }), SQLParameter.texts(rows.map(\.owner.customer)),
        SQLParameter.integers(rows.map(\.at.microseconds)), SQLParameter.integers(rows.map(\.position)),
      ]
    ) { $0.integer(0) }
    return Set(gone)
  }

  /// An expression for the person that an actor stands for; nobody where the scope leaves contacts out. Looked up row by row: joined,
  /// PostgreSQL would read all actors for each stretch of customers.
  static func person(of actor: String, _ scope: StateScope) -> String {
    scope.parts.contains(.contacts) ? "COALESCE((SELECT root FROM actor WHERE actor.id = \(actor)), \(actor))" : "''"
  }

  /// Calls `body` with each roll-up row of a customer and the person its actor stands for.
  public static func each(
    of customer: String, scope: StateScope, _ connection: any Connection,
    _ body: (_ name: String, _ day: Day, _ count: Int, _ first: Instant, _ last: Instant, _ person: String) -> Void
  ) throws {
    try connection.each(
      """
      SELECT event_name.name, day, count, first, last, \(person(of: "usage_daily.actor", scope)) FROM usage_daily
      JOIN event_name ON event_name.id = usage_daily.event WHERE shard = $1 AND usage_daily.customer = $2
      """, [Shard.number(of: customer), customer]
    ) { row in
      body(
        row.text(0), Day(number: Int32(row.integer(1))), row.int(2), Instant(microseconds: row.integer(3)),
        Instant(microseconds: row.integer(4)), row.text(5))
      return true
    }
  }

  /// Customers for whom an actor did something that named them itself.
  public static func pinnedCustomers(of actor: String, _ connection: any Connection) throws -> [String] {
    try connection.rows("SELECT customer FROM pinned_actor WHERE actor = $1 ORDER BY customer", [actor]) {
      $0.text(0)
    }
  }

  /// Moves what an actor did, unless its events named their customer themselves, from one customer to
  /// another: roll-ups, log index and records.
  public static func move(actor: String, from: String, to: String, _ connection: any Connection) throws {
    let source = UsageKey.shard(customer: from, actor: actor)
    let target = UsageKey.shard(customer: to, actor: actor)
    try connection.execute(
      "UPDATE usage_daily SET shard = $1, customer = $2 WHERE shard = $3 AND customer = $4 AND actor = $5 AND pinned = 0",
      [target, to, source, from, actor])
    try connection.execute(
      "UPDATE customer_event SET shard = $1, customer = $2 WHERE shard = $3 AND customer = $4 AND actor = $5 AND pinned = 0",
      [target, to, source, from, actor])
    try RecordQueries.move(actor: actor, from: from, to: to, connection)
  }
}
