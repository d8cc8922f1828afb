import Domain

/// Customers with a past, made up by the database itself: written straight into Holdfast's tables, or as the raw events they came from
/// into tables as any application has them. The same number of customers has the same past.
///
/// Of each customer two people did something on ten days: one signed in, between half a day and one and a half months ago; both used 1 to 9
/// features. Every tenth customer has an open ticket. No score is near to a change by time alone.
struct Filling {
  /// Roll-ups of a customer, and events in each.
  static let usagePerCustomer = 10
  static let eventsPerUsage = 2

  let customers: Int
  let now: Instant

  private static let second: Int64 = 1_000_000
  private static let day: Int64 = 86_400 * second

  /// Into the empty database of an installation on which no server has run yet.
  func fill(_ connection: any BareConnection) throws {
    try describe(on: connection)
    for statement in holdfast { try connection.run(statement) }
  }

  /// Into an empty database: `customer (id)`, `event (customer, name, at)` more or less in the order of time, `ticket (customer, status)`.
  func fillRaw(_ connection: any BareConnection) throws {
    try describe(on: connection)
    for statement in application { try connection.run(statement) }
  }

  /// The band of every customer as the starter `sop` has it, out of the raw events: what the procedure would do with a query every night.
  var plainQuery: String {
    """
    SELECT customer.id,
      CASE WHEN login > \(at(days: 1)) THEN 40 WHEN login > \(at(days: 7)) THEN 30 WHEN login > \(at(days: 30)) THEN 20 ELSE 0 END
      + CASE WHEN tickets IS NULL THEN 30 WHEN tickets >= 3 THEN 0 ELSE 30 - 10 * tickets END
      + CASE WHEN features IS NULL THEN 0 WHEN features >= 6 THEN 30 ELSE 5 * features END AS score
    FROM customer
    LEFT JOIN (
      SELECT customer, MAX(at) FILTER (WHERE name = '\(Workload.login)') AS login,
        COUNT(DISTINCT name) FILTER (WHERE name <> '\(Workload.login)') AS features
      FROM event GROUP BY customer) AS used ON used.customer = customer.id
    LEFT JOIN (
      SELECT customer, COUNT(*) AS tickets FROM ticket WHERE status IN ('open', 'pending') GROUP BY customer) AS asked
      ON asked.customer = customer.id
    """
  }

  private func at(days: Int64) -> Int64 { now.microseconds - days * Self.day }

  /// Who there is, and what they did: the table `filling` and the view `usage`, for this connection only.
  private func describe(on connection: any BareConnection) throws {
    try connection.run("CREATE TEMPORARY TABLE filling (place INTEGER PRIMARY KEY, number BIGINT NOT NULL, shard BIGINT NOT NULL)")
    let inOrder = (1...customers).map { (number: $0, id: Workload.customer($0), shard: Shard.number(of: Workload.customer($0))) }
      .sorted { ($0.shard, $0.id) < ($1.shard, $1.id) }
    for start in stride(from: 0, to: customers, by: 1_000) {
      try Interruption.check()
      let rows = (start..<min(start + 1_000, customers)).map { "(\($0),\(inOrder[$0].number),\(inOrder[$0].shard))" }
      try connection.run("INSERT INTO filling VALUES " + rows.joined(separator: ","))
    }
    try connection.run("CREATE TEMPORARY TABLE step (k BIGINT NOT NULL)")
    try connection.run("INSERT INTO step VALUES " + (0..<Self.usagePerCustomer).map { "(\($0))" }.joined(separator: ","))
    try connection.run("ANALYZE filling")
    try connection.run(
      """
      CREATE TEMPORARY VIEW usage AS SELECT place, number, shard, k, (number + k) % 2 AS person,
        CASE k WHEN 0 THEN 1 ELSE 2 + (k - 1) % (1 + number / 4 % 9) END AS event,
        CASE k WHEN 0 THEN
          \(now.microseconds) - (number % 3600) * \(Self.second)
          - CASE number % 4 WHEN 0 THEN \(Self.day / 2) WHEN 1 THEN \(7 * Self.day / 2) WHEN 2 THEN \(15 * Self.day) ELSE \(45 * Self.day) END
        ELSE \(now.microseconds) - k * \(3 * Self.day) - (number % 1000) * \(60 * Self.second) END AS at
      FROM filling CROSS JOIN step
      """)
  }

  private var names: String { Workload.events.enumerated().map { "(\($0 + 1), '\($1)')" }.joined(separator: ", ") }

  private var holdfast: [String] {
    [
      "INSERT INTO event_name (id, name) VALUES \(names)",
      "INSERT INTO arrival (kind, last_at) VALUES ('event', \(now.microseconds)), ('ticket', \(now.microseconds))",
      """
      INSERT INTO customer (shard, id, first_seen, first_heard, is_named, attributes, sort_name, started_at)
      SELECT shard, 'c-' || number, \(at(days: 46)), \(Instant.distantFuture.microseconds), 1,
        '{"name":["Customer ' || number || '",\(now.microseconds)]}', 'customer ' || number, \(at(days: 46))
      FROM filling ORDER BY place
      """,
      """
      INSERT INTO usage_daily (shard, customer, actor, pinned, event, day, count, first, last)
      SELECT shard, 'c-' || number, 'u-' || number || '-' || person, 1, event, at / \(Self.day), \(Self.eventsPerUsage), at, at FROM usage
      """,
      """
      INSERT INTO actor (id, is_contact, link, link_at, tie, tie_at, root, customer)
      SELECT 'u-' || number || '-' || k, 1, NULL, NULL, 'c-' || number, \(now.microseconds), 'u-' || number || '-' || k, 'c-' || number
      FROM filling CROSS JOIN step WHERE k < 2 ORDER BY 1
      """,
      "INSERT INTO pinned_actor (actor, customer) SELECT id, customer FROM actor",
      """
      INSERT INTO ticket (shard, customer, id, actor, pinned, state)
      SELECT shard, 'c-' || number, 't-' || number, '', 1, '{"opened":\(at(days: 5)),"subject":null,"priority":null,"satisfaction":null,'
        || '"version":\(at(days: 5)),"transitions":[[\(at(days: 5)),"open"]]}'
      FROM filling WHERE number / 36 % 10 = 0 ORDER BY place
      """,
    ]
  }

  private var application: [String] {
    let events = (0..<Self.usagePerCustomer).reversed().map { k in
      """
      INSERT INTO event (customer, name, at) SELECT number, name.name, usage.at
      FROM usage JOIN name ON name.id = usage.event CROSS JOIN (SELECT k FROM step WHERE k < \(Self.eventsPerUsage)) AS times
      WHERE usage.k = \(k)
      """
    }
    return [
      "CREATE TEMPORARY TABLE name (id BIGINT NOT NULL, name TEXT NOT NULL)", "INSERT INTO name VALUES \(names)",
      "CREATE TABLE customer (id BIGINT NOT NULL PRIMARY KEY)", "INSERT INTO customer SELECT number FROM filling",
      "CREATE TABLE ticket (customer BIGINT NOT NULL, status TEXT NOT NULL)",
      "INSERT INTO ticket SELECT number, 'open' FROM filling WHERE number / 36 % 10 = 0",
      "CREATE TABLE event (customer BIGINT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL)",
    ] + events
  }
}
