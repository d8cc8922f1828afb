import Domain
import SQL

/// The signals that a model reads, each once, as columns over the stored data.
struct SignalSQL: Sendable {
  let catalog: Catalog
  let dialect: Dialect
  private var usage: UsageSQL
  private var tickets: TicketSQL
  private var subscriptions: SubscriptionSQL
  private var attributes: AttributeSQL
  private var names = ColumnNames()
  private var columns: [(signal: Signal, fragment: SQLFragment, name: String)] = []
  private var positions: [Signal: Int] = [:]

  /// Prepares columns for every signal in these formulas, and in the goals that they ask for.
  init(catalog: Catalog, dialect: Dialect, formulas: [Formula]) {
    self.catalog = catalog
    self.dialect = dialect
    usage = UsageSQL(catalog: catalog, dialect: dialect)
    tickets = TicketSQL(dialect: dialect)
    subscriptions = SubscriptionSQL(dialect: dialect)
    attributes = AttributeSQL(dialect: dialect)
    for name in ["shard", "customer_id", "last_activity"] { _ = names.take(name) }
    for formula in formulas { prepare(formula.term) }
  }

  private mutating func prepare(_ term: Term) {
    for signal in term.signals where positions[signal] == nil {
      // A goal's own condition asks for no goals.
      for goal in goals(of: signal) { if case .condition(let formula) = goal.reached { prepare(formula.term) } }
      positions[signal] = columns.count
      let name = names.take(Self.name(of: signal))
      columns.append((signal, .missing, name))
      let position = columns.count - 1
      columns[position].fragment = fragment(for: signal)
    }
  }

  private func goals(of signal: Signal) -> [GoalDeclaration] {
    switch signal {
    case .goals: catalog.goals
    case .goal(let key): catalog.goals.first { $0.key == key }.map { [$0] } ?? []
    default: []
    }
  }

  /// A signal as formulas refer to it: its column of `signals`.
  func reference(to signal: Signal) -> SQLFragment {
    guard let position = positions[signal], columns[position].fragment.type != nil else { return .missing }
    var fragment = columns[position].fragment
    fragment.sql = "signals.\(SQLText.identifier(columns[position].name))"
    fragment.isSimple = true
    return fragment
  }

  // MARK: Meaning

  private mutating func fragment(for signal: Signal) -> SQLFragment {
    switch signal {
    case .age(let selector): return usage.age(of: selector)
    case .count(let selector, let days): return usage.count(of: selector, days: days)
    case .trend(let selector, let days): return usage.trend(of: selector, days: days)
    case .features(let core, let within): return usage.features(core: core, within: within)
    case .activeContacts(let span): return usage.activeContacts(within: span)
    case .seatsUsed(let span): return seatsUsed(within: span)
    case .goals:
      let reached = catalog.goals.map { "CASE WHEN \(condition(of: $0)) THEN 1 ELSE 0 END" }
      return .count("CAST(\(reached.isEmpty ? "0" : reached.joined(separator: " + ")) AS DOUBLE PRECISION)")
    case .goal: return .boolean(goals(of: signal).first.map { "(\(condition(of: $0))) IS TRUE" } ?? "FALSE")
    case .tenure: return .duration("clock.at - \(attributes.startedAt().sql)")
    case .journey: return journey()
    case .customerID: return .text("customers.id")
    case .customerName: return attributes.fragment(named: "name", as: .text)
    case .attribute(let key, let type):
      return attributes.fragment(named: catalog.attributes.first { $0.key == key }?.trait ?? key, as: type)
    case .score, .band: return .missing
    default:
      if let fragment = tickets.fragment(for: signal) { return fragment }
      return subscription(signal)
    }
  }

  private mutating func subscription(_ signal: Signal) -> SQLFragment {
    let fallback = SubscriptionSQL.fallback(of: signal).map { attributes.fragment(named: $0.name, as: $0.type).sql }
    return subscriptions.fragment(for: signal, attribute: fallback ?? "NULL") ?? .missing
  }

  private mutating func seatsUsed(within span: TimeSpan) -> SQLFragment {
    let used = usage.activeContacts(within: span).sql
    let seats = subscription(.seats).sql
    return .number(
      "(SELECT CASE WHEN seats > 0 THEN \(used) / seats END FROM (SELECT \(seats) AS seats\(dialect.fence)) AS bought)", top: 1e27,
      grain: 1e-43)
  }

  private mutating func condition(of goal: GoalDeclaration) -> String {
    switch goal.reached {
    case .event(let event): return usage.happened(event).sql
    case .condition(let formula):
      // Columns beside this one: their expressions stand for their names.
      let columns = columns
      let positions = positions
      let terms = TermSQL(dialect: dialect) { signal in
        guard let position = positions[signal] else { return .missing }
        var fragment = columns[position].fragment
        fragment.isSimple = false
        return fragment
      }
      return terms.condition(formula.term)
    }
  }

  private mutating func journey() -> SQLFragment {
    let age = "clock.at - \(attributes.startedAt().sql)"
    let stages: [(JourneyStage, Int64)] = [(.onboarding, 15), (.activation, 31), (.engagement, 91)]
    let cases = stages.map { "WHEN age < \(TimeSpan.days($1).microseconds) THEN '\($0.rawValue)'" }.joined(separator: " ")
    return .text(
      dialect.bytewise(
        "(SELECT CASE \(cases) ELSE '\(JourneyStage.renewal.rawValue)' END FROM (SELECT \(age) AS age\(dialect.fence)) AS tenure)"))
  }

  private static func name(of signal: Signal) -> String {
    func word(_ selector: EventSelector) -> String {
      switch selector {
      case .named(let name): SQLText.word(name)
      case .usage: "usage"
      case .activity: "activity"
      }
    }
    func span(_ span: TimeSpan?) -> String { span.map { "_\(SQLText.suffix($0))" } ?? "" }
    return switch signal {
    case .age(let selector): "age_of_\(word(selector))"
    case .count(let selector, let days): "count_of_\(word(selector))\(days.map { "_\($0)d" } ?? "")"
    case .trend(let selector, let days): "trend_of_\(word(selector))_\(days)d"
    case .features(let core, let within): (core ? "core_features" : "features") + span(within)
    case .goal(let key): "goal_\(SQLText.word(key))"
    case .activeContacts(let within): "active_contacts\(span(within))"
    case .seatsUsed(let within): "seats_used\(span(within))"
    case .unresolvedTickets(let age): "unresolved_tickets\(span(age))"
    case .tickets(let within): "tickets\(span(within))"
    case .reopenedTickets(let within): "reopened_tickets\(span(within))"
    case .resolutionTime(let within): "resolution_time\(span(within))"
    case .ticketSatisfaction(let within): "ticket_satisfaction\(span(within))"
    case .attribute(let key, _): "attribute_\(SQLText.word(key))"
    case .customerID: "own_id"
    case .customerName: "own_name"
    default: "\(Builtins.word(for: signal))_signal"
    }
  }

  // MARK: Queries

  /// Everything up to and with `signals`.
  /// - Parameter isFixed: the clock is a literal and may stand wherever it is used; else it is read once.
  func queries(clock: String, today: String, isFixed: Bool, shards: String) -> [SQLQuery] {
    let clock = SQLQuery(
      name: "clock", comments: ["The instant, in microseconds since 1970, and its UTC day, in days since 1970."],
      columns: [.init(expression: clock, name: "at"), .init(expression: today, name: "today")], isMaterialized: !isFixed)
    return [clock, usage.query(shards: shards)] + [usage.contactsQuery(shards: shards)].compactMap(\.self)
      + tickets.queries(shards: shards) + subscriptions.queries(shards: shards) + attributes.queries(shards: shards) + [signals(shards)]
  }

  private func signals(_ shards: String) -> SQLQuery {
    var query = SQLQuery(
      name: "signals", comments: ["One row a customer: every signal that the model reads. Durations and instants are in microseconds."],
      columns: [
        .init(expression: "customers.shard"), .init(expression: "customers.id", name: "customer_id"),
        .init(expression: "usage.last_activity"),
      ],
      source: [attributes.isNeeded ? "customers" : "customer AS customers", "CROSS JOIN clock"],
      conditions: attributes.isNeeded || shards.isEmpty ? [] : ["customers.\(shards)"], tail: dialect.fenceOfMany)
    for column in columns where column.fragment.type != nil { query.add(column.fragment.sql, as: column.name) }
    var parts = ["usage"]
    if usage.contactsQuery(shards: "") != nil { parts.append("contacts") }
    if !tickets.queries(shards: "").isEmpty { parts.append("tickets") }
    let billing = subscriptions.queries(shards: "").map(\.name)
    parts += ["subscriptions", "nps"].filter(billing.contains)
    query.source += parts.map { "LEFT JOIN \($0) ON \($0).shard = customers.shard AND \($0).customer = customers.id" }
    return query
  }
}
