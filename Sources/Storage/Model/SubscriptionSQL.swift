import Domain
import SQL

/// Running subscriptions and survey answers at the instant, of several statements of each the latest: what `SubscriptionSignals` says.
struct SubscriptionSQL {
  let dialect: Dialect
  private var columns: [(expression: String, name: String)] = []
  private(set) var needsAnswers = false
  private var leading: Set<String> = []

  init(dialect: Dialect) { self.dialect = dialect }

  private mutating func column(_ expression: String, _ name: String) -> String {
    if !columns.contains(where: { $0.expression == expression }) { columns.append((expression, name)) }
    return "subscriptions.\(name)"
  }

  private mutating func running() -> String { column("COUNT(*) FILTER (WHERE is_running)", "running") }

  /// The sum of decimal amounts over running subscriptions; NULL where too large to be exact.
  private mutating func sum(_ amount: String) -> String {
    let units = TicketSQL.units(amount, dialect)
    return column(
      """
      CASE WHEN COALESCE(SUM(ABS(\(units))) FILTER (WHERE is_running), 0) < 9e15
          THEN COALESCE(SUM(\(units)) FILTER (WHERE is_running), 0) / 10000.0 END
      """, amount)
  }

  /// The attribute that counts where no subscription tells.
  static func fallback(of signal: Signal) -> (name: String, type: ValueType)? {
    switch signal {
    case .plan: ("plan", .text)
    case .tier: ("tier", .text)
    case .mrr: ("mrr", .number)
    case .seats: ("seats", .number)
    default: nil
    }
  }

  /// - Parameter attribute: the SQL of the fallback.
  mutating func fragment(for signal: Signal, attribute: String) -> SQLFragment? {
    switch signal {
    case .plan: return leading("plan", attribute)
    case .tier: return leading("tier", attribute)
    case .mrr:
      let known = column("COUNT(*)", "known")
      return .number("CASE WHEN \(known) > 0 THEN \(sum("mrr")) ELSE \(attribute) END")
    case .seats:
      let stated = column("COUNT(*) FILTER (WHERE is_running AND seats IS NOT NULL)", "with_seats")
      return .number("CASE WHEN \(stated) > 0 THEN \(sum("seats")) ELSE \(attribute) END")
    case .subscribed: return .boolean("COALESCE(\(running()), 0) > 0")
    case .canceled:
      let started = column("COUNT(*) FILTER (WHERE started_at <= clock.at)", "started")
      return .boolean("COALESCE(\(running()), 0) = 0 AND COALESCE(\(started), 0) > 0")
    case .paymentFailed:
      let failed = column("COUNT(*) FILTER (WHERE is_running AND status IN ('past_due', 'unpaid'))", "unpaid")
      return .boolean("COALESCE(\(failed), 0) > 0")
    case .untilRenewal:
      return .duration("\(column("MIN(renews_at) FILTER (WHERE is_running AND renews_at >= clock.at)", "next_renewal")) - clock.at")
    case .nps:
      needsAnswers = true
      return .number(AttributeSQL.believed("nps.score"))
    default: return nil
    }
  }

  private mutating func leading(_ field: String, _ attribute: String) -> SQLFragment {
    leading.insert(field)
    let text = column("MAX(\(field)) FILTER (WHERE is_running AND \(field)_place = 1)", field)
    return .text("COALESCE(\(text), \(attribute))")
  }

  // MARK: Queries

  func queries(shards: String) -> [SQLQuery] {
    (columns.isEmpty ? [] : [statement(shards), now, summary]) + (needsAnswers ? [answers(shards)] : [])
  }

  private func field(_ name: String, _ type: String) -> String {
    let value = "document -> 'record' ->> '\(name)'"
    return type == "TEXT" ? dialect.bytewise(value) : "CAST(\(value) AS \(type))"
  }

  private func statement(_ shards: String) -> SQLQuery {
    let inner = SQLQuery(
      name: "",
      columns: ["shard", "customer", "id", "state"].map { .init(expression: $0) } + [
        .init(expression: dialect.document("state"), name: "document")
      ], source: ["subscription"], conditions: shards.isEmpty ? [] : [shards], tail: dialect.fence)
    var query = SQLQuery(
      name: "subscription_statement", comments: ["What was stated of each subscription; the latest first."],
      columns: ["shard", "customer", "id"].map { .init(expression: $0) },
      source: ["(", inner.select(indent: "    "), "  ) AS statement"])
    let version = "CAST(document ->> 'version' AS BIGINT)"
    query.add(version, as: "version")
    query.add(
      "ROW_NUMBER() OVER (PARTITION BY shard, customer, id ORDER BY \(version) DESC, \(dialect.bytewise("state")) DESC)", as: "place")
    for (name, type) in [
      ("status", "TEXT"), ("plan", "TEXT"), ("tier", "TEXT"), ("seats", "DOUBLE PRECISION"), ("started_at", "BIGINT"),
      ("renews_at", "BIGINT"), ("canceled_at", "BIGINT"),
    ] { query.add(field(name, type), as: name) }
    query.add("COALESCE(\(field("mrr", "DOUBLE PRECISION")), 0)", as: "mrr")
    return query
  }

  private var now: SQLQuery {
    SQLQuery(
      name: "subscription_now", comments: ["Each subscription, and whether it is running."],
      columns: ["shard", "customer", "id", "status", "plan", "tier", "seats", "mrr", "started_at", "renews_at"].map {
        .init(expression: $0)
      } + [
        .init(
          expression: """
            started_at <= clock.at
              AND COALESCE(canceled_at, CASE WHEN status IN ('canceled', 'incomplete_expired') THEN version END, clock.at + 1) > clock.at
            """, name: "is_running")
      ],
      source: ["subscription_statement", "CROSS JOIN clock"], conditions: ["place = 1"])
  }

  private var summary: SQLQuery {
    var query = SQLQuery(
      name: "subscriptions", comments: ["Each customer's subscriptions."],
      columns: ["shard", "customer"].map { .init(expression: $0) }, source: ["subscription_now", "CROSS JOIN clock"],
      grouping: ["shard", "customer"])
    for column in columns { query.add(column.expression, as: column.name) }
    guard !leading.isEmpty else { return query }
    var inner = SQLQuery(name: "", columns: [.init(expression: "subscription_now.*")], source: ["subscription_now"])
    for field in leading.sorted() {
      inner.add(
        """
        ROW_NUMBER() OVER (PARTITION BY shard, customer
          ORDER BY CASE WHEN is_running AND \(field) IS NOT NULL THEN 0 ELSE 1 END, mrr DESC, id)
        """, as: "\(field)_place", "Of several the one with the highest MRR gives the \(field).")
    }
    query.source = ["(", inner.select(indent: "    "), "  ) AS subscription_now", "CROSS JOIN clock"]
    return query
  }

  private func answers(_ shards: String) -> SQLQuery {
    let document = dialect.document("survey_response.state")
    let at = "CAST(\(document) ->> 'at' AS BIGINT)"
    let statement = SQLQuery(
      name: "",
      columns: ["shard", "customer", "id"].map { .init(expression: "survey_response.\($0)") } + [
        .init(expression: "\(document) -> 'record' ->> 'survey'", name: "survey"),
        .init(expression: "CAST(\(document) -> 'record' ->> 'score' AS DOUBLE PRECISION)", name: "score"),
        .init(expression: at, name: "at"),
        .init(
          expression: """
            ROW_NUMBER() OVER (PARTITION BY survey_response.shard, survey_response.customer, survey_response.id
              ORDER BY CAST(\(document) ->> 'version' AS BIGINT) DESC, \(at) DESC, \(dialect.bytewise("survey_response.state")) DESC)
            """, name: "place"),
      ], source: ["survey_response"], conditions: shards.isEmpty ? [] : ["survey_response.\(shards)"])
    let latest = SQLQuery(
      name: "",
      columns: ["shard", "customer", "score"].map { .init(expression: $0) } + [
        .init(
          expression: "ROW_NUMBER() OVER (PARTITION BY shard, customer ORDER BY statement.at DESC, id DESC)", name: "latest")
      ],
      source: ["(", statement.select(indent: "        "), "      ) AS statement", "CROSS JOIN clock"],
      conditions: ["place = 1", "survey = 'nps'", "score IS NOT NULL", "statement.at <= clock.at"])
    return SQLQuery(
      name: "nps", comments: ["The latest NPS answer."], columns: ["shard", "customer", "score"].map { .init(expression: $0) },
      source: ["(", latest.select(indent: "    "), "  ) AS answer"], conditions: ["latest = 1"])
  }
}
