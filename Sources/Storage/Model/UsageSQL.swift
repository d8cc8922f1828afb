import Domain
import SQL

/// What customers did: aggregates over `usage_daily`, each once.
struct UsageSQL {
  let catalog: Catalog
  let dialect: Dialect
  private var text: SQLText { SQLText(dialect: dialect) }
  private var names = ColumnNames()
  private var columns: [(expression: String, name: String)] = []
  private var contactColumns: [(span: TimeSpan, name: String)] = []

  init(catalog: Catalog, dialect: Dialect) {
    var catalog = catalog
    // Names are stored composed.
    for index in catalog.features.indices { catalog.features[index].event = SQLText.composed(catalog.features[index].event) }
    self.catalog = catalog
    self.dialect = dialect
    for name in ["shard", "customer", "last_activity"] { _ = names.take(name) }
  }

  /// A column with that aggregate, qualified.
  private mutating func column(_ expression: String, _ wanted: String) -> String {
    if let known = columns.first(where: { $0.expression == expression }) { return "usage.\(known.name)" }
    let name = names.take(wanted)
    columns.append((expression, name))
    return "usage.\(name)"
  }

  private func word(_ selector: EventSelector) -> String {
    switch selector {
    case .named(let name): SQLText.word(name)
    case .usage: "usage"
    case .activity: "activity"
    }
  }

  /// The condition that an event is meant; empty where all are.
  private func filter(_ selector: EventSelector) -> String {
    switch selector {
    case .named(let name): "usage_daily.event = (SELECT id FROM event_name WHERE name = \(text.literal(SQLText.composed(name))))"
    case .usage: among(catalog.features.map(\.event))
    case .activity: ""
    }
  }

  private func among(_ events: [String]) -> String {
    guard !events.isEmpty else { return "FALSE" }
    // A few a line.
    let lines = stride(from: 0, to: events.count, by: 6).map { start in
      events[start..<min(start + 6, events.count)].map(text.literal).joined(separator: ", ")
    }
    let names = lines.count == 1 ? "(\(lines[0]))" : "(\n  \(lines.joined(separator: ",\n  ")))"
    return "usage_daily.event IN (SELECT id FROM event_name WHERE name IN \(names))"
  }

  private func filtered(_ aggregate: String, _ conditions: String...) -> String {
    let wanted = conditions.filter { !$0.isEmpty }
    return wanted.isEmpty ? aggregate : "\(aggregate) FILTER (WHERE \(wanted.joined(separator: " AND ")))"
  }

  private func number(_ column: String) -> String { "CAST(COALESCE(\(column), 0) AS DOUBLE PRECISION)" }

  // MARK: Signals

  mutating func age(of selector: EventSelector) -> SQLFragment {
    let last = column(filtered("MAX(usage_daily.last)", filter(selector)), "\(word(selector))_last")
    var fragment = SQLFragment.duration("COALESCE(clock.at - \(last), \(TimeSpan.never.microseconds))", mayBeNever: true)
    fragment.isAlwaysThere = true
    return fragment
  }

  mutating func count(of selector: EventSelector, days: Int?) -> SQLFragment {
    let sum = "SUM(usage_daily.count)"
    guard let days else { return .count(number(column(filtered(sum, filter(selector)), "\(word(selector))_count"))) }
    return .count(number(window(sum, selector, from: days - 1, through: 0, "\(word(selector))_\(days)d")))
  }

  private mutating func window(_ sum: String, _ selector: EventSelector, from: Int, through: Int, _ name: String) -> String {
    let days =
      from == through
      ? "usage_daily.day = \(back(from))" : "usage_daily.day BETWEEN \(back(from)) AND \(back(through))"
    return column(filtered(sum, filter(selector), days), name)
  }

  private func back(_ days: Int) -> String { days == 0 ? "clock.today" : "clock.today - \(days)" }

  mutating func trend(of selector: EventSelector, days: Int) -> SQLFragment {
    let sum = "SUM(usage_daily.count)"
    let now = window(sum, selector, from: days - 1, through: 0, "\(word(selector))_\(days)d")
    let before = window(sum, selector, from: 2 * days - 1, through: days, "\(word(selector))_\(days)d_before")
    return .number("\(number(now)) / NULLIF(\(number(before)), 0) - 1.0", top: 1e13, grain: 1e-30)
  }

  mutating func features(core: Bool, within: TimeSpan?) -> SQLFragment {
    let events = catalog.features.filter { $0.isCore || !core }.map(\.event)
    let recent = within.map { "usage_daily.last > clock.at - \($0.microseconds)" } ?? ""
    let name = (core ? "core_features" : "features") + (within.map { "_\(SQLText.suffix($0))" } ?? "")
    return .count(number(column(filtered("COUNT(DISTINCT usage_daily.event)", among(events), recent), name)))
  }

  mutating func activeContacts(within span: TimeSpan) -> SQLFragment {
    let name = "active_\(SQLText.suffix(span))"
    if !contactColumns.contains(where: { $0.span == span }) { contactColumns.append((span, name)) }
    return .count(number("contacts.\(name)"))
  }

  // MARK: Queries

  func query(shards: String) -> SQLQuery {
    var query = SQLQuery(
      name: "usage", comments: ["What each customer did, from the roll-ups by UTC day."],
      columns: [
        .init(expression: "usage_daily.shard"), .init(expression: "usage_daily.customer"),
        .init(expression: "MAX(usage_daily.last)", name: "last_activity"),
      ],
      source: ["usage_daily"] + (columns.contains { $0.expression.contains("clock.") } ? ["CROSS JOIN clock"] : []),
      conditions: shards.isEmpty ? [] : ["usage_daily.\(shards)"],
      grouping: ["usage_daily.shard", "usage_daily.customer"])
    for column in columns { query.add(column.expression, as: column.name) }
    return query
  }

  func contactsQuery(shards: String) -> SQLQuery? {
    guard let widest = contactColumns.map(\.span).max() else { return nil }
    let person = "COALESCE(actor.root, usage_daily.actor)"
    var query = SQLQuery(
      name: "contacts", comments: ["How many contacts of each customer were active."],
      columns: [.init(expression: "usage_daily.shard"), .init(expression: "usage_daily.customer")],
      source: ["usage_daily", "LEFT JOIN actor ON actor.id = usage_daily.actor", "CROSS JOIN clock"],
      conditions: ["usage_daily.last > clock.at - \(widest.microseconds)", "\(person) <> ''"]
        + (shards.isEmpty ? [] : ["usage_daily.\(shards)"]),
      grouping: ["usage_daily.shard", "usage_daily.customer"])
    for column in contactColumns {
      query.add(filtered("COUNT(DISTINCT \(person))", "usage_daily.last > clock.at - \(column.span.microseconds)"), as: column.name)
    }
    return query
  }
}
