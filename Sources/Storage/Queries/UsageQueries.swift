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

/// Roll-ups: table `usage_daily`, and the dictionary of event names.
public enum UsageQueries {
  /// More distinct event names than this are not rolled up; they stay in the log.
  public static let maximumNames = 2_000

  public static func names(_ connection: any Connection) throws -> [String: Int64] {
    try Dictionary(
      connection.rows("SELECT name, id FROM event_name") { ($0.text(0), $0.integer(1)) }, uniquingKeysWith: { first, _ in first })
  }

  public static func addName(_ name: String, id: Int64, _ connection: any Connection) throws {
    try connection.execute("INSERT INTO event_name (id, name) VALUES ($1, $2)", [id, name])
  }

  /// Adds to a roll-up row, or makes it.
  public static func add(_ key: UsageKey, count: Int, first: Instant, last: Instant, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO usage_daily (shard, customer, actor, pinned, event, day, count, first, last)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT (shard, customer, actor, pinned, event, day) DO UPDATE SET count = usage_daily.count + excluded.count,
        first = CASE WHEN excluded.first < usage_daily.first THEN excluded.first ELSE usage_daily.first END,
        last = CASE WHEN excluded.last > usage_daily.last THEN excluded.last ELSE usage_daily.last END
      """,
      [
        UsageKey.shard(customer: key.customer, actor: key.actor), key.customer, key.actor, key.isPinned, key.event, key.day.number, count,
        first.microseconds, last.microseconds,
      ])
  }

  /// Notes whose entry of the log it is.
  public static func index(owner: RecordOwner, at: Instant, position: Int64, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO customer_event (shard, customer, at, position, actor, pinned) VALUES ($1, $2, $3, $4, $5, $6)",
      [owner.shard, owner.customer, at.microseconds, position, owner.actor, owner.isPinned])
  }

  /// Calls `body` with each roll-up row of a customer and the person its actor stands for.
  public static func each(
    of customer: String, _ connection: any Connection,
    _ body: (_ name: String, _ day: Day, _ count: Int, _ first: Instant, _ last: Instant, _ person: String) -> Void
  ) throws {
    try connection.each(
      """
      SELECT event_name.name, day, count, first, last, COALESCE(actor.root, usage_daily.actor) FROM usage_daily
      JOIN event_name ON event_name.id = usage_daily.event LEFT JOIN actor ON actor.id = usage_daily.actor
      WHERE shard = $1 AND usage_daily.customer = $2
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
    try connection.rows("SELECT DISTINCT customer FROM usage_daily WHERE actor = $1 AND pinned = 1 ORDER BY customer", [actor]) {
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
