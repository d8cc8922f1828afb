import Domain
import SQL

/// Compiles a measure's rule to SQL over the column of its value: what `PointsCalculator` says in Swift.
struct PointsSQL {
  let dialect: Dialect
  let terms: TermSQL

  /// - Parameters:
  ///   - value: the column of the measure's value.
  ///   - bonus: the column that tells whether the bonus applies.
  func points(of measure: Measure, value: SQLFragment, bonus: String?) -> String {
    guard let type = value.type else { return clamped(measure.missing, measure) }
    var cases: [String] = []
    if !value.isAlwaysThere, clamped(measure.missing, measure) != otherwise(measure, type) {
      cases.append("  WHEN \(value.sql) IS NULL THEN \(clamped(measure.missing, measure))  -- missing")
    }
    switch measure.rule {
    case .below(let steps, _): cases += stepped(steps, "<", "below", measure, value)
    case .atLeast(let steps, _): cases += stepped(steps, ">=", "at least", measure, value)
    case .values(let values, _):
      for item in values where item.value.type == type {
        cases.append("  WHEN \(value.sql) = \(terms.literal(item.value).sql) THEN \(clamped(item.points, measure))")
      }
    case .each, .share: break
    }
    let rest = otherwise(measure, type) ?? calculated(measure, type, value, bonus)
    return cases.isEmpty ? rest : "CASE\n\(cases.joined(separator: "\n"))\n  ELSE \(rest)\nEND"
  }

  private func clamped(_ points: Int, _ measure: Measure) -> String { "\(min(max(points, 0), measure.max))" }

  /// The points after all steps; `nil` where they are calculated.
  private func otherwise(_ measure: Measure, _ type: ValueType) -> String? {
    switch measure.rule {
    case .below(_, let otherwise), .atLeast(_, let otherwise), .values(_, let otherwise): clamped(otherwise, measure)
    case .each, .share: nil
    }
  }

  private func stepped(
    _ steps: [PointsRule.Step], _ sign: String, _ words: String, _ measure: Measure, _ value: SQLFragment
  ) -> [String] {
    steps.filter { $0.limit.type == value.type }.map { step in
      let note = if case .duration(let span) = step.limit { "  -- \(words) \(span.text)" } else { "" }
      return "  WHEN \(value.sql) \(sign) \(terms.literal(step.limit).sql) THEN \(clamped(step.points, measure))\(note)"
    }
  }

  private func calculated(_ measure: Measure, _ type: ValueType, _ value: SQLFragment, _ bonus: String?) -> String {
    guard type == .number else { return clamped(measure.missing, measure) }
    let text = SQLText(dialect: dialect)
    var sum: String
    switch measure.rule {
    case .each(let start, let each, let extra, _):
      // each + 0 is each as a calculation takes it.
      guard let each = Term.Arithmetic.add.result(each, 0) else { return clamped(measure.missing, measure) }
      sum =
        start == 0
        ? "\(text.number(each)) * \(value.sql)"
        : "\(start) \(each < 0 ? "-" : "+") \(text.number(each.magnitude)) * \(value.sql)"
      if let bonus { sum += " + CASE WHEN \(bonus) THEN \(extra) ELSE 0 END" }
    default: sum = "\(value.sql) * \(measure.max)"
    }
    let held = dialect.least(dialect.greatest(sum, "0"), "\(measure.max)")
    return dialect.whole("\(held) + 0.5", as: "INTEGER")
  }
}
