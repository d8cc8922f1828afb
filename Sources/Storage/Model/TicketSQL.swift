import Domain
import SQL

/// The state of tickets at the instant, folded from what several people may have stated of each: what `Ticket` and `TicketSignals` say.
struct TicketSQL {
  let dialect: Dialect
  private var columns: [(expression: String, name: String)] = []
  private var needsRatings = false

  init(dialect: Dialect) { self.dialect = dialect }

  private mutating func column(_ expression: String, _ name: String) -> String {
    if !columns.contains(where: { $0.expression == expression }) { columns.append((expression, name)) }
    return "tickets.\(name)"
  }

  private func number(_ column: String) -> String { "CAST(COALESCE(\(column), 0) AS DOUBLE PRECISION)" }

  private mutating func count(_ condition: String, _ name: String) -> SQLFragment {
    .count(number(column("COUNT(*) FILTER (WHERE \(condition))", name)))
  }

  private func solved(within span: TimeSpan) -> String { "NOT is_open AND since > clock.at - \(span.microseconds)" }

  mutating func fragment(for signal: Signal) -> SQLFragment? {
    switch signal {
    case .openTickets: return count("is_open", "open_tickets")
    case .unresolvedTickets(let age):
      return count("is_open AND opened_at <= clock.at - \(age.microseconds)", "unresolved_\(SQLText.suffix(age))")
    case .tickets(let span): return count("opened_at > clock.at - \(span.microseconds)", "tickets_\(SQLText.suffix(span))")
    case .reopenedTickets(let span):
      return count("reopened_at > clock.at - \(span.microseconds)", "reopened_\(SQLText.suffix(span))")
    case .oldestOpenTicket:
      return .duration("clock.at - \(column("MIN(opened_at) FILTER (WHERE is_open)", "oldest_open"))")
    case .resolutionTime(let span):
      // In whole seconds each, so that the sum is exact.
      let mean = "CAST(SUM((since - opened_at) / 1000000) FILTER (WHERE \(solved(within: span))) AS BIGINT)"
      let count = "NULLIF(COUNT(*) FILTER (WHERE \(solved(within: span))), 0)"
      return .duration(column("\(mean) / \(count) * 1000000", "resolution_\(SQLText.suffix(span))"))
    case .ticketSatisfaction(let span):
      needsRatings = true
      let rated = "\(solved(within: span)) AND rating IS NOT NULL"
      let units = Self.units("rating", dialect)
      let mean = """
        CASE WHEN COALESCE(SUM(ABS(\(units))) FILTER (WHERE \(rated)), 0) < 9e15
            THEN COALESCE(SUM(\(units)) FILTER (WHERE \(rated)), 0) / (10000.0 * NULLIF(COUNT(*) FILTER (WHERE \(rated)), 0)) END
        """
      return .number(column(mean, "satisfaction_\(SQLText.suffix(span))"))
    default: return nil
    }
  }

  /// A decimal amount in whole ten-thousandths, as a number: see `DecimalSum`.
  static func units(_ amount: String, _ dialect: Dialect) -> String {
    let whole = "CAST(\(dialect.whole("ABS(\(amount)) * 10000 + 0.5")) AS DOUBLE PRECISION)"
    return "CASE WHEN ABS(\(amount)) >= 1e11 THEN 0.0 WHEN \(amount) < 0 THEN -\(whole) ELSE \(whole) END"
  }

  // MARK: Queries

  func queries(shards: String) -> [SQLQuery] {
    guard !columns.isEmpty else { return [] }
    let rows = shards.isEmpty ? [] : ["ticket.\(shards)"]
    var summary = SQLQuery(
      name: "tickets", comments: ["Each customer's tickets."],
      columns: [.init(expression: "ticket_now.shard"), .init(expression: "ticket_now.customer")],
      source: ["ticket_now"] + (columns.contains { $0.expression.contains("clock.") } ? ["CROSS JOIN clock"] : []),
      grouping: ["ticket_now.shard", "ticket_now.customer"])
    for column in columns { summary.add(column.expression, as: column.name) }
    if needsRatings {
      summary.source.append(
        "LEFT JOIN ticket_rating ON ticket_rating.shard = ticket_now.shard AND ticket_rating.customer = ticket_now.customer\n"
          + "    AND ticket_rating.id = ticket_now.id")
    }
    return [change(rows), step, turn, now] + (needsRatings ? [rating(rows)] : []) + [summary]
  }

  private func change(_ conditions: [String]) -> SQLQuery {
    let rank = TicketStatus.allCases.enumerated().map { " WHEN '\($1.rawValue)' THEN \($0)" }.joined()
    return SQLQuery(
      name: "ticket_change", comments: ["Changes of status, each once: several people may have told of the same ticket."],
      columns: [
        .init(expression: "ticket.shard"), .init(expression: "ticket.customer"), .init(expression: "ticket.id"),
        .init(expression: "CAST(change.value ->> 0 AS BIGINT)", name: "changed_at"),
        .init(expression: "CASE change.value ->> 1\(rank) END", name: "status"),
      ],
      isDistinct: true, source: [dialect.elements(of: "ticket", column: "state", member: "transitions")], conditions: conditions)
  }

  private let ticket = "PARTITION BY shard, customer, id"

  private var step: SQLQuery {
    let open = TicketStatus.allCases.count(where: \.isOpen)
    return SQLQuery(
      name: "ticket_step", comments: ["The same in their order."],
      columns: [
        .init(expression: "shard"), .init(expression: "customer"), .init(expression: "id"), .init(expression: "changed_at"),
        .init(expression: "status < \(open)", name: "is_open"),
        .init(expression: "ROW_NUMBER() OVER (\(ticket) ORDER BY changed_at, status)", name: "number"),
        .init(expression: "COUNT(*) OVER (\(ticket))", name: "steps"),
      ],
      source: ["ticket_change"])
  }

  private var turn: SQLQuery {
    SQLQuery(
      name: "ticket_turn", comments: ["A ticket keeps its first and its latest \(Ticket.maximumTransitions - 1) changes."],
      columns: [
        .init(expression: "shard"), .init(expression: "customer"), .init(expression: "id"), .init(expression: "changed_at"),
        .init(expression: "is_open"), .init(expression: "number"),
        .init(expression: "LAG(is_open) OVER (\(ticket) ORDER BY number)", name: "was_open"),
      ],
      source: ["ticket_step"], conditions: ["number = 1 OR number > steps - \(Ticket.maximumTransitions - 1)"])
  }

  private var now: SQLQuery {
    SQLQuery(
      name: "ticket_now", comments: ["Each ticket as it stands; the first change is its opening."],
      columns: [
        .init(expression: "shard"), .init(expression: "customer"), .init(expression: "id"),
        .init(expression: "MIN(changed_at)", name: "opened_at"),
        .init(
          expression: "MAX(2 * number + CASE WHEN is_open THEN 1 ELSE 0 END) % 2 = 1", name: "is_open",
          comments: ["The last turn's side, packed behind its number."]),
        .init(expression: "MAX(changed_at)", name: "since"),
        .init(expression: "MAX(changed_at) FILTER (WHERE is_open AND number > 1)", name: "reopened_at"),
      ],
      source: ["ticket_turn", "CROSS JOIN clock"], conditions: ["changed_at <= clock.at", "(was_open IS NULL OR was_open <> is_open)"],
      grouping: ["shard", "customer", "id"])
  }

  private func rating(_ conditions: [String]) -> SQLQuery {
    let document = dialect.document("ticket.state")
    let inner = SQLQuery(
      name: "",
      columns: [
        .init(expression: "ticket.shard"), .init(expression: "ticket.customer"), .init(expression: "ticket.id"),
        .init(expression: "CAST(\(document) ->> 'satisfaction' AS DOUBLE PRECISION)", name: "rating"),
        .init(
          expression: """
            ROW_NUMBER() OVER (PARTITION BY ticket.shard, ticket.customer, ticket.id
              ORDER BY CAST(\(document) ->> 'version' AS BIGINT) DESC,
                CAST(\(document) ->> 'satisfaction' AS DOUBLE PRECISION) DESC NULLS LAST)
            """, name: "place"),
      ], source: ["ticket"], conditions: conditions)
    return SQLQuery(
      name: "ticket_rating", comments: ["What the latest record says of the customer's satisfaction."],
      columns: ["shard", "customer", "id", "rating"].map { .init(expression: $0) },
      source: ["(", inner.select(indent: "    "), "  ) AS statement"], conditions: ["place = 1"])
  }
}
