import Domain

/// Formulas evaluated in the plainest way: values only, nothing of when they change.
package struct ReferenceFormula {
  let signals: ReferenceSignals

  package init(signals: ReferenceSignals) { self.signals = signals }

  package func value(of term: Term) -> Value? {
    switch term {
    case .literal(let value): value
    case .signal(let signal): signals.value(of: signal)
    case .not(let a): .boolean(!holds(a))
    case .and(let a, let b): .boolean(holds(a) && holds(b))
    case .or(let a, let b): .boolean(holds(a) || holds(b))
    case .compare(let comparison, let a, let b): .boolean(compared(comparison, value(of: a), value(of: b)))
    case .arithmetic(let operation, let a, let b): calculated(operation, value(of: a), value(of: b))
    case .isMissing(let a): .boolean(value(of: a) == nil)
    case .oneOf(let a, let values): .boolean(values.contains { compared(.equal, value(of: a), $0) })
    case .contains(let a, let b): .boolean(contained(value(of: a), value(of: b)))
    case .segment(_, let a): value(of: a)
    }
  }

  package func holds(_ term: Term) -> Bool { value(of: term) == .boolean(true) }

  /// -1, 0, 1; `nil` where the two do not compare.
  private func order(_ a: Value, _ b: Value) -> Int? {
    func sign<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x > y ? 1 : 0 }
    return switch (a, b) {
    case (.number(let x), .number(let y)): sign(x, y)
    case (.duration(let x), .duration(let y)): sign(x, y)
    case (.instant(let x), .instant(let y)): sign(x, y)
    case (.boolean(let x), .boolean(let y)): sign(x ? 1 : 0, y ? 1 : 0)
    case (.text(let x), .text(let y)): x == y ? 0 : Array(x.utf8).lexicographicallyPrecedes(Array(y.utf8)) ? -1 : 1
    default: nil
    }
  }

  private func compared(_ comparison: Term.Comparison, _ a: Value?, _ b: Value?) -> Bool {
    guard let a, let b, let order = order(a, b) else { return false }
    return switch comparison {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    }
  }

  private func contained(_ a: Value?, _ b: Value?) -> Bool {
    guard case .text(let whole)? = a, case .text(let part)? = b else { return false }
    return whole.lowercased().contains(part.lowercased())
  }

  /// Nothing is calculated beyond some 30 000 years.
  private func bounded(_ microseconds: Int64) -> Int64? { abs(microseconds) <= 1_000_000_000_000_000_000 ? microseconds : nil }

  private func calculated(_ operation: Term.Arithmetic, _ a: Value?, _ b: Value?) -> Value? {
    switch (a, b) {
    case (.number(let x)?, .number(let y)?):
      switch operation {
      case .add: return .number(x + y)
      case .subtract: return .number(x - y)
      case .multiply: return .number(x * y)
      case .divide: return y == 0 ? nil : .number(x / y)
      }
    case (.duration(let x)?, .duration(let y)?):
      if x == .never || y == .never { return .duration(.never) }
      return bounded(x.microseconds + (operation == .add ? 1 : -1) * y.microseconds).map { .duration(TimeSpan(microseconds: $0)) }
    case (.instant(let x)?, .instant(let y)?):
      return bounded(x.microseconds - y.microseconds).map { .duration(TimeSpan(microseconds: $0)) }
    case (.instant(let x)?, .duration(let y)?):
      if y == .never { return nil }
      return bounded(x.microseconds + (operation == .add ? 1 : -1) * y.microseconds).map { .instant(Instant(microseconds: $0)) }
    default: return nil
    }
  }
}

/// A health score computed from nothing but raw entries and the model.
package struct ReferenceScore: Hashable {
  package var score: Int
  package var points: [MeasurePoints]

  package init(_ customer: ReferenceCustomer, at: Instant, model: HealthModel, catalog: Catalog) {
    let formulas = ReferenceFormula(signals: ReferenceSignals(customer, at: at, catalog: catalog))
    let pillars = model.variants.first { formulas.holds($0.segment.condition.term) }?.pillars ?? model.pillars
    points = pillars.flatMap(\.measures).map { MeasurePoints(name: $0.name, points: Self.points(of: $0, formulas)) }
    score = points.map(\.points).reduce(0, +)
    let applying = model.caps.filter { formulas.holds($0.when.term) }
    guard let limit = applying.map(\.limit).min(), limit < score, let cap = applying.first(where: { $0.limit == limit }) else { return }
    points.append(MeasurePoints(name: cap.name, points: limit - score))
    score = limit
  }

  private static func points(of measure: Measure, _ formulas: ReferenceFormula) -> Int {
    let value = formulas.value(of: measure.signal.term)
    var points = Double(measure.missing)
    if let value {
      switch measure.rule {
      case .below(let steps, let otherwise): points = Double(steps.first { formulas.isBelow(value, $0.limit) }?.points ?? otherwise)
      case .atLeast(let steps, let otherwise): points = Double(steps.first { !formulas.isBelow(value, $0.limit) }?.points ?? otherwise)
      case .each(let start, let each, let bonus, let bonusWhen):
        if case .number(let number) = value {
          points = Double(start) + each * number + (bonusWhen.map { formulas.holds($0.term) } ?? false ? Double(bonus) : 0)
        }
      case .share: if case .number(let number) = value { points = number * Double(measure.max) }
      case .values(let values, let otherwise): points = Double(values.first { $0.value == value }?.points ?? otherwise)
      }
    }
    // Half away from zero, within 0…max.
    let whole = points < 0 ? 0 : points >= Double(measure.max) ? measure.max : Int(points + 0.5)
    return min(whole, measure.max)
  }
}

extension ReferenceFormula {
  fileprivate func isBelow(_ value: Value, _ limit: Value) -> Bool {
    self.value(of: .compare(.less, .literal(value), .literal(limit))) == .boolean(true)
  }
}
