import SQL

/// What analysts look at: real timestamps, readable names, one view a subject. On PostgreSQL in a schema of its own, `analytics`, which
/// can be granted apart; on SQLite, which has none, under names that begin with `analytics_`.
enum Migration0004 {
  static let migration = Migration(sqlite: views(.sqlite), postgres: "CREATE SCHEMA IF NOT EXISTS analytics;\n" + views(.postgres))

  private struct View {
    var name: String
    var columns: [(expression: String, name: String)]
    var source: String
  }

  private static func views(_ dialect: Dialect) -> String {
    all(dialect).map { view in
      let name = dialect.twin(sqlite: "analytics_\(view.name)", postgres: "analytics.\(view.name)")
      let columns = view.columns.map { "\($0.expression) AS \($0.name)" }.joined(separator: ",\n  ")
      return "CREATE VIEW \(name) AS SELECT\n  \(columns)\nFROM \(view.source);\n"
    }.joined()
  }

  private static func all(_ dialect: Dialect) -> [View] {
    let time = { (column: String) in dialect.timestamp(column) }
    let yes = { (column: String) in dialect.twin(sqlite: column, postgres: "\(column) <> 0") }
    let member = { (column: String, path: String) in dialect.member(path, of: column) }
    return [
      View(
        name: "customers",
        columns: [
          ("customer.id", "customer_id"), (time("customer.first_seen"), "first_seen"), (time("customer.first_heard"), "first_heard"),
          (yes("customer.is_named"), "is_named"), ("health.score", "health_score"), ("health.band", "health_status"),
          ("health.coverage", "coverage"), (time("health.calculated_at"), "calculated_at"),
          (time("health.next_change_at"), "next_change_at"), ("health.model", "model"), ("customer.attributes", "attributes"),
        ], source: "customer LEFT JOIN health ON health.shard = customer.shard AND health.customer = customer.id"),
      View(
        name: "contacts",
        columns: [("contact.id", "contact_id"), ("contact.customer", "customer_id"), ("contact.attributes", "attributes")],
        source: "contact WHERE contact.customer <> ''"),
      View(
        name: "events",
        columns: [
          ("event.position", "position"), ("customer_event.customer", "customer_id"), ("event.name", "event"),
          ("event.contact", "contact_id"),
          ("event.anonymous", "anonymous_id"), (time("event.at"), "happened_at"), (time("event.received_at"), "received_at"),
          ("event.message_id", "message_id"), ("event.payload", "properties"),
        ],
        source: """
          customer_event JOIN event ON event.position = customer_event.position
          WHERE event.kind = 'event' AND customer_event.customer <> ''
          """),
      View(
        name: "usage_by_day",
        columns: [
          ("usage_daily.customer", "customer_id"), ("usage_daily.actor", "contact_id"), ("event_name.name", "event"),
          (
            dialect.twin(sqlite: "date(usage_daily.day * 86400, 'unixepoch')", postgres: "DATE '1970-01-01' + usage_daily.day::integer"),
            "day"
          ),
          ("usage_daily.count", "events"), (time("usage_daily.first"), "first_at"), (time("usage_daily.last"), "last_at"),
        ], source: "usage_daily JOIN event_name ON event_name.id = usage_daily.event WHERE usage_daily.customer <> ''"),
      View(
        name: "tickets",
        columns: [
          ("ticket.customer", "customer_id"), ("ticket.id", "ticket_id"), (time(member("ticket.state", "opened")), "opened_at"),
          (member("ticket.state", "priority"), "priority"), (member("ticket.state", "satisfaction"), "satisfaction"),
          (dialect.lastStatus, "status"),
        ], source: "ticket WHERE ticket.customer <> ''"),
      View(
        name: "subscriptions",
        columns: [
          ("subscription.customer", "customer_id"), ("subscription.id", "subscription_id"),
          (member("subscription.state", "record.plan"), "plan"), (member("subscription.state", "record.tier"), "tier"),
          (member("subscription.state", "record.mrr"), "mrr"), (member("subscription.state", "record.seats"), "seats"),
          (member("subscription.state", "record.status"), "status"),
          (time(member("subscription.state", "record.started_at")), "started_at"),
          (time(member("subscription.state", "record.renews_at")), "renews_at"),
          (time(member("subscription.state", "record.canceled_at")), "canceled_at"),
        ], source: "subscription WHERE subscription.customer <> ''"),
      View(
        name: "health_changes",
        columns: [
          ("health_change.customer", "customer_id"), (time("health_change.at"), "changed_at"), ("health_change.score_from", "score_from"),
          ("health_change.score_to", "score_to"), ("health_change.band_from", "status_from"), ("health_change.band_to", "status_to"),
          ("health_change.cause", "cause"), ("health_change.model", "model"), ("health_change.points", "points"),
        ], source: "health_change"),
      View(
        name: "alerts",
        columns: [
          ("alert.customer", "customer_id"), ("alert.kind", "kind"), ("alert.reason", "reason"), ("alert.state", "state"),
          ("alert.score", "health_score"), (time("alert.opened_at"), "opened_at"), (time("alert.notified_at"), "notified_at"),
          (time("alert.closed_at"), "closed_at"), (time("alert.snoozed_until"), "snoozed_until"),
        ], source: "alert"),
      View(
        name: "deliveries",
        columns: [
          ("delivery.customer", "customer_id"), ("delivery.channel", "channel"), ("delivery.title", "title"), ("delivery.state", "state"),
          ("delivery.attempts", "attempts"), (time("delivery.created_at"), "created_at"), (time("delivery.finished_at"), "finished_at"),
          ("delivery.last_error", "last_error"),
        ], source: "delivery"),
    ]
  }
}

extension Dialect {
  /// Microseconds since 1970 as people read them; nothing for an instant that stands for "not known".
  fileprivate func timestamp(_ column: String) -> String {
    let edges = "-62135596800000000 AND 253402300799999998"
    return twin(
      sqlite: """
        CASE WHEN CAST(\(column) AS INTEGER) BETWEEN \(edges)
          THEN strftime('%Y-%m-%dT%H:%M:%fZ', CAST(\(column) AS INTEGER) / 1000000.0, 'unixepoch') END
        """,
      postgres: """
        CASE WHEN (\(column))::bigint BETWEEN \(edges)
          THEN TIMESTAMPTZ 'epoch' + (\(column))::bigint * INTERVAL '1 microsecond' END
        """)
  }

  /// A member of a JSON column, by its path, as text (PostgreSQL) or as the value it is (SQLite).
  fileprivate func member(_ path: String, of column: String) -> String {
    let steps = path.split(separator: ".").joined(separator: ",")
    return twin(sqlite: "json_extract(\(column), '$.\(path)')", postgres: "(\(column)::jsonb #>> '{\(steps)}')")
  }

  /// The status that a ticket's last change names.
  fileprivate var lastStatus: String {
    twin(sqlite: "json_extract(ticket.state, '$.transitions[#-1][1]')", postgres: "(ticket.state::jsonb #>> '{transitions,-1,1}')")
  }
}
