extension HealthModel {
  /// Every formula the model evaluates.
  public var formulas: [Formula] {
    let measures = (pillars + variants.flatMap(\.pillars)).flatMap(\.measures)
    let bonuses = measures.compactMap { measure in
      if case .each(_, _, _, let when) = measure.rule { when } else { nil }
    }
    return measures.map(\.signal) + bonuses + variants.map(\.segment.condition) + caps.map(\.when)
  }
}

extension Blueprint {
  /// What of a customer's past must be kept to evaluate everything declared, plus `extra` formulas, from `today` on.
  public func scope(today: Day, extra: [Formula] = []) -> StateScope {
    let goals = catalog.goals.compactMap { goal in if case .condition(let formula) = goal.reached { formula } else { nil } }
    let formulas = model.formulas + segments.map(\.condition) + goals + extra
    let days = formulas.flatMap(\.term.signals).map(\.windowDays).max() ?? 0
    let scope = StateScope(events: catalog.declaredEventNames, keepingFrom: days > 0 ? today - days : Day(number: .max), today: today)
    // Most models ask for nobody's activity: contacts then need not be looked up. The conditions of goals are among the formulas.
    let asksForContacts = formulas.contains { StateParts(of: $0, goals: []).contains(.contacts) }
    return asksForContacts ? scope : scope.reading(.all.subtracting(.contacts))
  }

  /// What must be the same for a stored score to be comparable: another value means every customer is scored anew.
  public var evaluator: HealthEvaluator { HealthEvaluator(model: model, catalog: catalog, freshness: freshness) }
}
