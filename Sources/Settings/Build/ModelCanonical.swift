import Domain

/// The meaning of a health model as text: two models with the same text give every customer the same points.
/// Titles, reasons, comments, spelling of expressions leave it as it is.
struct ModelCanonical {
  private var text = ""
  private let catalog: Catalog
  private var usesFeatures = false
  private var usesGoals = false
  private var traits: [String: String] = [:]

  static func version(of model: HealthModel, _ catalog: Catalog) -> String {
    var canonical = ModelCanonical(catalog: catalog)
    canonical.add(model)
    return Canonical.digest(canonical.text)
  }

  private init(catalog: Catalog) { self.catalog = catalog }

  private mutating func add(_ word: String) { Canonical.quote(word, into: &text) }
  private mutating func add(_ number: Int) { text += "i\(number);" }

  private mutating func add(_ model: HealthModel) {
    add("model 1")
    add(model.bands.healthyFrom)
    add(model.bands.atRiskFrom)
    for pillar in model.pillars { add(pillar) }
    for variant in model.variants {
      add("variant")
      add(variant.segment.condition.term)
      for pillar in variant.pillars { add(pillar) }
    }
    for cap in model.caps {
      add("cap")
      add(cap.name)
      add(cap.limit)
      add(cap.when.term)
    }
    if usesGoals { addGoals() }
    if usesFeatures { addFeatures() }
    for (key, trait) in traits.sorted(by: { $0.key < $1.key }) {
      add(key)
      add(trait)
    }
  }

  private mutating func addGoals() {
    for goal in catalog.goals.sorted(by: { $0.key < $1.key }) {
      add("goal")
      add(goal.key)
      switch goal.reached {
      case .event(let name): add(name)
      case .condition(let formula): add(formula.term)
      }
    }
  }

  private mutating func addFeatures() {
    for feature in catalog.features.sorted(by: { $0.event < $1.event }) {
      add(feature.isCore ? "core feature" : "feature")
      add(feature.event)
    }
  }

  private mutating func add(_ pillar: Pillar) {
    add("pillar")
    add(pillar.name)
    add(pillar.max)
    for measure in pillar.measures {
      add("measure")
      add(measure.name)
      add(measure.max)
      add(measure.missing)
      add(measure.signal.term)
      add(measure.rule)
    }
  }

  private mutating func add(_ rule: PointsRule) {
    switch rule {
    case .below(let steps, let otherwise): add("below", steps, otherwise)
    case .atLeast(let steps, let otherwise): add("at least", steps, otherwise)
    case .each(let start, let each, let bonus, let bonusWhen):
      add("each")
      add(start)
      add(.number(each))
      add(bonus)
      if let bonusWhen { add(bonusWhen.term) }
    case .share: add("share")
    case .values(let values, let otherwise):
      add("values")
      for value in values {
        add(value.value)
        add(value.points)
      }
      add(otherwise)
    }
  }

  private mutating func add(_ kind: String, _ steps: [PointsRule.Step], _ otherwise: Int) {
    add(kind)
    for step in steps {
      add(step.limit)
      add(step.points)
    }
    add(otherwise)
  }

  private mutating func add(_ value: Value) {
    switch value {
    case .boolean(let value): text += value ? "true;" : "false;"
    case .number(let value): text += "n\(value == 0 ? 0 : value.bitPattern);"
    case .text(let value): add(value)
    case .duration(let value): text += "d\(value.microseconds);"
    case .instant(let value): text += "t\(value.microseconds);"
    }
  }

  private mutating func add(_ term: Term) {
    text += "("
    switch term {
    case .literal(let value): add(value)
    case .signal(let signal): add(signal)
    case .not(let a): add("not", [a])
    case .and(let a, let b): add("and", [a, b])
    case .or(let a, let b): add("or", [a, b])
    case .compare(let comparison, let a, let b): add(comparison.rawValue, [a, b])
    case .arithmetic(let operation, let a, let b): add(operation.rawValue, [a, b])
    case .isMissing(let a): add("missing", [a])
    case .contains(let a, let b): add("contains", [a, b])
    case .segment(_, let a): add(a)
    case .oneOf(let a, let values):
      add("in", [a])
      for value in values { add(value) }
    }
    text += ")"
  }

  private mutating func add(_ word: String, _ terms: [Term]) {
    add(word)
    for term in terms { add(term) }
  }

  private mutating func add(_ selector: EventSelector) {
    switch selector {
    case .named(let name):
      add("event")
      add(name)
    case .usage:
      add("usage")
      usesFeatures = true
    case .activity: add("activity")
    }
  }

  private mutating func add(_ word: String, _ span: TimeSpan?) {
    add(word)
    text += span.map { "d\($0.microseconds);" } ?? "-;"
  }

  private mutating func add(_ signal: Signal) {
    switch signal {
    case .age(let selector):
      add("age")
      add(selector)
    case .count(let selector, let days):
      add("count")
      add(selector)
      text += days.map { "i\($0);" } ?? "-;"
    case .trend(let selector, let days):
      add("trend")
      add(selector)
      add(days)
    case .features(let core, let within):
      add(core ? "core features" : "features", within)
      usesFeatures = true
    case .goals:
      add("goals")
      usesGoals = true
    case .goal(let key):
      add("goal")
      add(key)
      usesGoals = true
    case .attribute(let key, let type):
      add("attribute")
      add(key)
      add(type.rawValue)
      traits[key] = catalog.attributes.first { $0.key == key }?.trait
    default: addPlain(signal)
    }
  }

  private mutating func addPlain(_ signal: Signal) {
    switch signal {
    case .activeContacts(let span): add("active contacts", span)
    case .seatsUsed(let span): add("seats used", span)
    case .unresolvedTickets(let span): add("unresolved tickets", span)
    case .tickets(let span): add("tickets", span)
    case .reopenedTickets(let span): add("reopened tickets", span)
    case .resolutionTime(let span): add("resolution time", span)
    case .ticketSatisfaction(let span): add("ticket satisfaction", span)
    case .plan, .tier, .mrr, .arr, .seats:
      add(Builtins.word(for: signal))
      // These fall back to the attribute of their name, which may arrive under another.
      let key = signal == .arr ? "mrr" : Builtins.word(for: signal)
      traits[key] = catalog.attributes.first { $0.key == key }?.trait
    default: add(Builtins.word(for: signal))
    }
  }
}
