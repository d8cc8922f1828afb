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
  private var columns: [(expression: String, name: String)] = []

  init(catalog: Catalog, dialect: Dialect) {
    self.catalog = catalog
    self.dialect = dialect
    usage = UsageSQL(catalog: catalog, dialect: dialect)
    tickets = TicketSQL(dialect: dialect)
    subscriptions = SubscriptionSQL(dialect: dialect)
    attributes = AttributeSQL(dialect: dialect)
    for name in ["shard", "customer_id", "last_activity"] { _ = names.take(name) }
  }

  /// Prepares columns for every signal in these formulas, and in the goals that they ask for.
  /// - Returns: what compiles terms over these columns.
  mutating func prepare(_ formulas: [Formula]) -> TermSQL {
    let wanted = formulas.flatMap(\.term.signals)
    // What follows from others comes after them.
    var derived: [Signal] = []
    for signal in wanted where !derived.contains(signal) {
      derived += sources(of: signal).filter { !derived.contains($0) } + [signal]
    }
    var seen: Set<Signal> = []
    let ordered = derived.filter { seen.insert($0).inserted }
    var references: [(Signal, SQLFragment)] = []
    for signal in ordered {
      guard let fragment = fragment(for: signal), fragment.type != nil else { continue }
      let name = names.take(Self.name(of: signal))
      columns.append((fragment.sql, name))
      references.append((signal, reference(to: fragment, name)))
    }
    var terms = TermSQL(dialect: dialect, names: names)
    for (signal, reference) in references { terms.know(signal, as: reference) }
    for signal in ordered { derive(signal, &terms) }
    return terms
  }

  private func reference(to fragment: SQLFragment, _ name: String) -> SQLFragment {
    var reference = fragment
    reference.sql = SQLText.identifier(name)
    (reference.isSimple, reference.isLoose) = (true, false)
    return reference
  }

  /// The signals that a signal follows from; a goal's own condition asks for no goals.
  private func sources(of signal: Signal) -> [Signal] {
    switch signal {
    case .goals, .goal:
      goals(of: signal).flatMap { goal -> [Signal] in
        switch goal.reached {
        case .event(let event): [.age(.named(event))]
        case .condition(let formula): formula.term.signals.flatMap { sources(of: $0) + [$0] }
        }
      }
    case .journey: [.tenure]
    case .arr: [.mrr]
    case .seatsUsed(let span): [.activeContacts(within: span), .seats]
    default: []
    }
  }

  private func goals(of signal: Signal) -> [GoalDeclaration] {
    switch signal {
    case .goals: catalog.goals
    case .goal(let key): catalog.goals.first { $0.key == key }.map { [$0] } ?? []
    default: []
    }
  }

  // MARK: Meaning

  /// A signal over the stored data; `nil` for one that follows from others.
  private mutating func fragment(for signal: Signal) -> SQLFragment? {
    switch signal {
    case .age(let selector): usage.age(of: selector)
    case .count(let selector, let days): usage.count(of: selector, days: days)
    case .trend(let selector, let days): usage.trend(of: selector, days: days)
    case .features(let core, let within): usage.features(core: core, within: within)
    case .activeContacts(let span): usage.activeContacts(within: span)
    case .tenure: .duration("clock.at - \(attributes.startedAt().sql)")
    case .customerID: .text("customers.id")
    case .customerName: attributes.fragment(named: "name", as: .text)
    case .attribute(let key, let type):
      attributes.fragment(named: catalog.attributes.first { $0.key == key }?.trait ?? key, as: type)
    case .goals, .goal, .journey, .arr, .seatsUsed, .score, .band: nil
    default: tickets.fragment(for: signal) ?? subscription(signal)
    }
  }

  private mutating func subscription(_ signal: Signal) -> SQLFragment? {
    let fallback = SubscriptionSQL.fallback(of: signal).map { attributes.fragment(named: $0.name, as: $0.type).sql }
    return subscriptions.fragment(for: signal, attribute: fallback ?? "NULL")
  }

  /// Adds a signal that follows from others, in a step after them.
  private func derive(_ signal: Signal, _ terms: inout TermSQL) {
    func value(_ signal: Signal) -> SQLFragment { terms.exactly(.signal(signal)) }
    let fragment: SQLFragment
    switch signal {
    case .journey:
      let limits: [(JourneyStage, Int64)] = [(.onboarding, 15), (.activation, 31), (.engagement, 91)]
      let cases = limits.map { "WHEN \(value(.tenure).sql) < \(TimeSpan.days($1).microseconds) THEN '\($0.rawValue)'" }
      fragment = .text(dialect.bytewise("CASE \(cases.joined(separator: " ")) ELSE '\(JourneyStage.renewal.rawValue)' END"))
    case .arr:
      var arr = SQLFragment.number("\(value(.mrr).sql) * 12", top: 1.2e16, grain: 1e-47)
      arr.isSimple = false
      fragment = arr
    case .seatsUsed(let span):
      let (seats, used) = (value(.seats).sql, value(.activeContacts(within: span)).sql)
      fragment = .number("CASE WHEN \(seats) > 0 THEN \(used) / \(seats) END", top: 1e27, grain: 1e-43)
    case .goals, .goal:
      let reached = goals(of: signal).map { condition(of: $0, &terms) }
      let step = reached.map(\.step).max() ?? 0
      let number = reached.isEmpty ? "0" : reached.map { "CASE WHEN \($0.sql) THEN 1 ELSE 0 END" }.joined(separator: " + ")
      var goals =
        signal == .goals ? SQLFragment.count("CAST(\(number) AS DOUBLE PRECISION)") : .boolean(reached.first?.sql ?? "FALSE")
      goals.step = step
      fragment = goals
    default: return
    }
    terms.know(signal, as: terms.column(for: fragment, named: Self.name(of: signal)))
  }

  /// A column that tells whether a goal is reached.
  private func condition(of goal: GoalDeclaration, _ terms: inout TermSQL) -> SQLFragment {
    let term: Term =
      switch goal.reached {
      case .event(let event): .compare(.notEqual, .signal(.age(.named(event))), .literal(.duration(.never)))
      case .condition(let formula): formula.term
      }
    let source = if case .condition(let formula) = goal.reached { formula.source } else { "once it has happened" }
    return terms.column(
      for: terms.truth(term), named: "goal_\(SQLText.word(goal.key))", comments: ["goal \(goal.key): \(source)"])
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
      conditions: attributes.isNeeded || shards.isEmpty ? [] : ["customers.\(shards)"], tail: dialect.fence)
    for column in columns { query.add(column.expression, as: column.name) }
    var parts = ["usage"]
    if usage.contactsQuery(shards: "") != nil { parts.append("contacts") }
    if !tickets.queries(shards: "").isEmpty { parts.append("tickets") }
    let billing = subscriptions.queries(shards: "").map(\.name)
    parts += ["subscriptions", "nps"].filter(billing.contains)
    query.source += parts.map { "LEFT JOIN \($0) ON \($0).shard = customers.shard AND \($0).customer = customers.id" }
    return query
  }
}
