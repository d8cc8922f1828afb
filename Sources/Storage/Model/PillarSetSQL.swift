import Domain
import SQL

/// The pillars of a model and of its variants, as columns: a measure or pillar of the same name is the same column, whichever variant it
/// is of.
struct PillarSetSQL: Sendable {
  struct Named: Sendable {
    var name: String
    var column: String
  }

  private struct Value {
    var sql: String
    var fragment: SQLFragment
    var comments: [String]
  }

  /// A measure with the columns of its value and its bonus.
  private struct Prepared {
    var measure: Measure
    var value: SQLFragment
    var bonus: String?
  }

  let model: HealthModel
  let dialect: Dialect
  private var terms: TermSQL
  /// The model's own set, then its variants'.
  private let sets: [[Pillar]]
  private(set) var pillars: [Named] = []
  private(set) var measures: [Named] = []
  private(set) var caps: [Named] = []
  private var values: [Value] = []
  /// The measures of each set.
  private var prepared: [[Prepared]] = []
  private var variantConditions: [String] = []
  private var capConditions: [String] = []
  private var names = ColumnNames()

  init(model: HealthModel, dialect: Dialect, terms: TermSQL) {
    self.model = model
    self.dialect = dialect
    self.terms = terms
    sets = [model.pillars] + model.variants.map(\.pillars)
    for name in [
      "shard", "customer_id", "total_health_score", "health_status", "calculated_at", "last_activity", "model_variant", "variant", "cap",
      "raw_score", "cap_points",
    ] { _ = names.take(name) }
    for pillar in Self.distinct(sets.joined().map(\.name)) {
      pillars.append(Named(name: pillar, column: names.take(pillar, ending: "_score")))
    }
    for measure in Self.distinct(sets.joined().flatMap(\.measures).map(\.name)) {
      measures.append(Named(name: measure, column: names.take(measure, ending: "_points")))
    }
    for cap in model.caps { caps.append(Named(name: cap.name, column: names.take(cap.name, ending: "_adjustment"))) }
    for pillars in sets {
      var set: [Prepared] = []
      for measure in pillars.flatMap(\.measures) { set.append(prepare(measure)) }
      prepared.append(set)
    }
    for variant in model.variants { variantConditions.append(self.terms.condition(variant.segment.condition.term).sql) }
    for cap in model.caps { capConditions.append(self.terms.condition(cap.when.term).sql) }
  }

  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  // MARK: Values

  private mutating func prepare(_ measure: Measure) -> Prepared {
    let word = SQLText.word(measure.name)
    let value = add(terms.exactly(measure.signal.term), "\(word)_value", comment: "\(measure.name): \(measure.signal.source)")
    guard case .each(_, _, _, let when?) = measure.rule else { return Prepared(measure: measure, value: value, bonus: nil) }
    let bonus = add(terms.condition(when.term), "\(word)_bonus", comment: "\(measure.name), bonus when: \(when.source)")
    return Prepared(measure: measure, value: value, bonus: bonus.sql)
  }

  /// A column with that value.
  private mutating func add(_ fragment: SQLFragment, _ name: String, comment: String) -> SQLFragment {
    let sql = terms.typed(fragment)
    if let index = values.firstIndex(where: { $0.sql == sql }) {
      if !values[index].comments.contains(comment) { values[index].comments.append(comment) }
      return values[index].fragment
    }
    var column = fragment
    column.sql = names.take(name)
    (column.literal, column.isSimple) = (nil, true)
    values.append(Value(sql: sql, fragment: column, comments: [comment]))
    return column
  }

  func position(ofCap name: String) -> Int { model.caps.firstIndex { $0.name == name } ?? -1 }

  var hasVariants: Bool { !model.variants.isEmpty }
  var hasCaps: Bool { !model.caps.isEmpty }

  // MARK: Queries

  var queries: [SQLQuery] { terms.parts.queries + [measured, pointed, summed] + (hasVariants || hasCaps ? [scores] : []) }

  /// Values of measures, the variant, the cap.
  private var measured: SQLQuery {
    var query = SQLQuery(
      name: "measured", comments: ["The model's formulas over the signals, as written in its configuration."],
      columns: [.init(expression: "shard"), .init(expression: "customer_id"), .init(expression: "last_activity")],
      source: [terms.parts.last],
      tail: dialect.fence)
    for value in values { query.add(value.sql, as: value.fragment.sql, comments: value.comments) }
    let variants = variantConditions.enumerated().map { "  WHEN \($1) THEN \($0 + 1)" }
    if !variants.isEmpty {
      query.add(
        "CASE\n\(variants.joined(separator: "\n"))\n  ELSE 0\nEND", as: "variant",
        comments: model.variants.enumerated().map { "variant \($0 + 1), segment \($1.segment.name): \($1.segment.condition.source)" })
    }
    // Of several caps that apply the lowest holds, of equal ones the first.
    let caps = model.caps.enumerated().sorted { ($0.element.limit, $0.offset) < ($1.element.limit, $1.offset) }
    let cases = caps.map { "  WHEN \(capConditions[$0.offset]) THEN \($0.offset)" }
    if !cases.isEmpty {
      query.add(
        "CASE\n\(cases.joined(separator: "\n"))\n  ELSE -1\nEND", as: "cap",
        comments: caps.map { "cap \($0.element.name), at most \($0.element.limit): \($0.element.when.source)" })
    }
    return query
  }

  private var pointed: SQLQuery {
    var query = SQLQuery(
      name: "pointed", comments: ["Points of each measure, 0 to its maximum."],
      columns: (["shard", "customer_id", "last_activity"] + (hasVariants ? ["variant"] : []) + (hasCaps ? ["cap"] : [])).map {
        .init(expression: $0)
      }, source: ["measured"],
      tail: dialect.fence)
    let rules = PointsSQL(dialect: dialect, terms: terms)
    for named in measures {
      let bySet = prepared.map { set in
        set.first { $0.measure.name == named.name }.map { rules.points(of: $0.measure, value: $0.value, bonus: $0.bonus) }
      }
      query.add(chosen(bySet), as: named.column)
    }
    return query
  }

  /// An expression a set, the one of the customer's variant chosen; NULL where there is none.
  private func chosen(_ bySet: [String?]) -> String {
    let texts = bySet.map { $0 ?? "NULL" }
    guard let first = texts.first, texts.contains(where: { $0 != first }) else { return texts.first ?? "NULL" }
    func indented(_ text: String) -> String { text.split(separator: "\n").joined(separator: "\n  ") }
    let cases = texts.enumerated().dropFirst().filter { $0.element != first }.map { "  WHEN \($0.offset) THEN \(indented($0.element))" }
    return "CASE variant\n\(cases.joined(separator: "\n"))\n  ELSE \(indented(first))\nEND"
  }

  private var summed: SQLQuery {
    var query = SQLQuery(
      name: "summed", comments: ["Pillars are the sums of their measures."],
      columns: [.init(expression: "pointed.*")], source: ["pointed"], tail: dialect.fence)
    for named in pillars {
      query.add(chosen(sets.map { $0.first { $0.name == named.name }.map { sum($0.measures) } }), as: named.column)
    }
    query.add(chosen(sets.map { sum($0.flatMap(\.measures)) }), as: "raw_score")
    return query
  }

  private func sum(_ measures: [Measure]) -> String {
    let columns = measures.compactMap { measure in self.measures.first { $0.name == measure.name } }
    return columns.isEmpty ? "0" : columns.map { SQLText.identifier($0.column) }.joined(separator: " + ")
  }

  /// Only where there are variants or caps.
  private var scores: SQLQuery {
    let text = SQLText(dialect: dialect)
    var query = SQLQuery(
      name: "scores", comments: hasCaps ? ["A cap takes away what lies above it."] : [], columns: [.init(expression: "summed.*")],
      source: ["summed"], tail: dialect.fence)
    if hasVariants {
      let names = model.variants.enumerated().map { " WHEN \($0 + 1) THEN \(text.literal($1.segment.name))" }
      query.add("CASE variant\(names.joined()) END", as: "model_variant")
    }
    if hasCaps {
      let limits = model.caps.enumerated().map { " WHEN \($0) THEN \($1.limit)" }
      query.add(dialect.least("CASE cap\(limits.joined()) ELSE raw_score END - raw_score", "0"), as: "cap_points")
    }
    return query
  }
}
