import SQL

/// What is stored, as text: for comparing databases.
enum Tables {
  /// What follows from the log alone, without what numbers the order of arrival. The next change of a score is only a bound, see
  /// `House.missedChanges`.
  private static let derived: [String: String] = [
    "actor": "SELECT id, link, link_at, tie, tie_at, root, customer FROM actor",
    "customer": "SELECT shard, id, first_seen, first_heard, is_named, attributes, sort_name, started_at FROM customer",
    "contact": "SELECT shard, customer, id, attributes FROM contact",
    "usage_daily":
      """
    SELECT shard, customer, actor, pinned, event_name.name, day, count, first, last FROM usage_daily
    JOIN event_name ON event_name.id = usage_daily.event
    """,
    "customer_event":
      """
    SELECT customer_event.shard, customer_event.customer, customer_event.at, event.message_id, actor, pinned FROM customer_event
    JOIN event ON event.position = customer_event.position
    """,
    "ticket": "SELECT shard, customer, id, actor, pinned, state FROM ticket",
    "subscription": "SELECT shard, customer, id, actor, pinned, state FROM subscription",
    "survey_response": "SELECT shard, customer, id, actor, pinned, state FROM survey_response",
    "arrival": "SELECT kind, last_at FROM arrival",
    "health": "SELECT shard, customer, score, band, coverage, model, points FROM health",
    "health_tally":
      "SELECT score, band, CAST(SUM(customers) AS BIGINT) FROM health_tally GROUP BY score, band HAVING SUM(customers) <> 0",
  ]

  static func derived(_ database: any Database) async throws -> [String: [String]] { try await read(derived, database) }

  private static func read(_ texts: [String: String], _ database: any Database) async throws -> [String: [String]] {
    try await database.read { connection in
      var tables: [String: [String]] = [:]
      for (table, sql) in texts { tables[table] = try rows(sql, connection).sorted() }
      return tables
    }
  }

  /// What was decided, when, and why.
  private static let decided: [String: String] = [
    "health_change":
      "SELECT shard, customer, at, ordinal, score_from, score_to, band_from, band_to, cause, model, points FROM health_change",
    "alert":
      """
    SELECT shard, customer, id, kind, reason, state, opened_at, updated_at, closed_at, notified_at, held_back, score, band, snoozed_until,
      snooze_reason
    FROM alert
    """,
    "task": "SELECT shard, customer, id, title, owner, due_at, priority, created_at, created_by, alert, closed_at FROM task",
    "timer": "SELECT shard, kind, customer, subject, due_at FROM timer",
    "delivery": "SELECT shard, key, customer, channel, payload, title, created_at FROM delivery",
  ]

  static func decided(_ database: any Database) async throws -> [String: [String]] { try await read(decided, database) }

  /// Everything.
  static func all(_ database: any Database) async throws -> [String: [String]] {
    try await database.read { connection in
      let names = try connection.rows(
        connection.dialect.twin(
          sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
          postgres: "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
      ) { $0.text(0) }
      var tables: [String: [String]] = [:]
      for name in names {
        let columns = try connection.rows(
          connection.dialect.twin(
            sqlite: "SELECT name FROM pragma_table_info('\(name)')",
            postgres: "SELECT column_name::text FROM information_schema.columns WHERE table_name = '\(name)' ORDER BY ordinal_position")
        ) { $0.text(0) }
        tables[name] = try rows("SELECT \(columns.joined(separator: ", ")) FROM \(name)", connection).sorted()
      }
      return tables
    }
  }

  private static func rows(_ sql: String, _ connection: any Connection) throws -> [String] {
    let width = sql[sql.index(sql.startIndex, offsetBy: 7)...].firstRange(of: " FROM ").map { range in
      sql[..<range.lowerBound].split(separator: ",").count
    }
    return try connection.rows(sql) { row in
      (0..<(width ?? 0)).map { row.isNull($0) ? "–" : row.text($0) }.joined(separator: " | ")
    }
  }

  /// The rows that one has and the other has not, a line each.
  static func differences(_ a: [String: [String]], _ b: [String: [String]]) -> String {
    a.keys.sorted().flatMap { table -> [String] in
      let (left, right) = (a[table] ?? [], b[table] ?? [])
      return left.filter { !right.contains($0) }.map { "\(table) - \($0)" } + right.filter { !left.contains($0) }.map { "\(table) + \($0)" }
    }.joined(separator: "\n")
  }
}
