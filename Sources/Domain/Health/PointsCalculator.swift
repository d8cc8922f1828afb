/// Turns a signal's reading into points, and tells until when they hold.
struct PointsCalculator {
  let formulas: FormulaEvaluator

  func points(of measure: Measure, reading: Reading) -> (Int, Instant?) {
    guard let value = reading.value else { return (measure.missing, reading.until) }
    switch measure.rule {
    case .below(let steps, let otherwise): return stepped(steps, .less, reading, otherwise: otherwise)
    case .atLeast(let steps, let otherwise): return stepped(steps, .greaterOrEqual, reading, otherwise: otherwise)
    case .each(let start, let each, let bonus, let bonusWhen):
      guard case .number(let given) = value, let number = given.asResult, let each = each.asResult else {
        return (measure.missing, reading.until)
      }
      let extra = bonusWhen.map { formulas.reading(of: $0.term) }
      let points = Double(start) + each * number + (extra?.isTrue == true ? Double(bonus) : 0)
      return (Self.rounded(points, max: measure.max), earliest(reading.until, extra?.until))
    case .share:
      guard case .number(let given) = value, let number = given.asResult else { return (measure.missing, reading.until) }
      return (Self.rounded(number * Double(measure.max), max: measure.max), reading.until)
    case .values(let values, let otherwise):
      let points = values.first { Term.Comparison.equal.holds($0.value, value) }?.points ?? otherwise
      return (points, reading.until)
    }
  }

  /// The first step whose limit holds; the points stay until a comparison made on the way turns.
  private func stepped(
    _ steps: [PointsRule.Step], _ comparison: Term.Comparison, _ reading: Reading, otherwise: Int
  ) -> (Int, Instant?) {
    var until = reading.until
    for step in steps {
      let outcome = FormulaEvaluator.compare(comparison, reading, Reading(step.limit), at: formulas.at)
      until = earliest(until, outcome.until)
      if outcome.isTrue { return (step.points, until) }
    }
    return (otherwise, until)
  }

  /// Half away from zero, within 0…max, whatever the size of the number.
  private static func rounded(_ points: Double, max: Int) -> Int {
    Int((Swift.min(Swift.max(points, 0), Double(max)) + 0.5).rounded(.down))
  }
}
