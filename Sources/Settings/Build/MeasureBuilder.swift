import Domain

/// Measures: the well-known forms and the general one, all to a signal and a rule.
extension HealthBuilder {
  /// - Parameter standardMax: the maximum where the measure states none; `nil`: it must.
  mutating func measure(_ member: Checked.Member, standardMax: Int?) -> Measure? {
    let checked = member.value
    guard let form = checked.form else { return nil }
    if checked["max"] == nil, standardMax == nil {
      error(member.place, "missing key \"max\" in measure \"\(member.name)\": it is not the only one of its pillar")
    }
    let max = checked["max"].map(\.integer) ?? standardMax
    let made: (signal: Formula, rule: PointsRule)? =
      switch form {
      case "age_of": ageMeasure(checked, max)
      case "tickets": ticketMeasure(checked, max)
      case "features": featureMeasure(checked)
      default: signalMeasure(checked, max)
      }
    guard let made, let max else { return nil }
    let missing = checked["missing"]?.integer ?? 0
    checkPoints(checked["missing"], max)
    return Measure(
      name: member.name, title: checked.text("title") ?? BlueprintBuilder.title(of: member.name), signal: made.signal, rule: made.rule,
      max: max, missing: missing)
  }

  mutating func checkPoints(_ checked: Checked?, _ max: Int?) {
    guard let checked, let points = checked.integer, let max, points > max else {
      if let checked, let points = checked.integer, points < 0 { error(checked.place, "points are not below 0") }
      return
    }
    error(checked.place, "\(points) points are more than the measure's maximum of \(max)")
  }

  // MARK: Well-known forms

  private mutating func ageMeasure(_ checked: Checked, _ max: Int?) -> (Formula, PointsRule)? {
    let event = checked["age_of"].flatMap { eventSelector($0) }
    var steps: [PointsRule.Step] = []
    for item in checked["steps"]?.items ?? [] {
      checkPoints(item["points"], max)
      guard case .duration(let limit?)? = item["within"]?.value, let points = item["points"]?.integer else { return nil }
      if case .duration(let before)? = steps.last?.limit, limit <= before {
        error(item["within"]?.place ?? item.place, "steps rise: \(limit.text) does not come after \(before.text)")
      }
      steps.append(PointsRule.Step(limit: .duration(limit), points: points))
    }
    checkPoints(checked["otherwise"], max)
    guard let event, let otherwise = checked.integer("otherwise", default: 0) else { return nil }
    return (
      Formula(source: "age(\(event.source))", type: .duration, term: .signal(.age(event.selector))), .below(steps, otherwise: otherwise)
    )
  }

  private mutating func eventSelector(_ checked: Checked) -> (selector: EventSelector, source: String)? {
    guard let text = checked.text else { return nil }
    if text == "usage" { return (.usage, text) }
    if text == "activity" { return (.activity, text) }
    if let event = catalog.events.first(where: { $0.key == text })?.name { return (.named(event), text) }
    if let event = catalog.features.first(where: { $0.key == text })?.event { return (.named(event), text) }
    let sent = catalog.declaredEventNames
    if sent.contains(text) {
      let escaped = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
        .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
      return (.named(text), "\"\(escaped)\"")
    }
    let known = catalog.events.map(\.key) + catalog.features.map(\.key) + ["usage", "activity"]
    error(checked.place, "unknown event \"\(text)\"", suggestion: nearest(text, in: known) ?? nearest(text, in: sent))
    return nil
  }

  private mutating func ticketMeasure(_ checked: Checked, _ max: Int?) -> (Formula, PointsRule)? {
    guard let kind = checked.text("tickets"), let penalty = checked.integer("penalty", default: 10), let max else { return nil }
    let rule = PointsRule.each(start: max, each: Double(-penalty), bonus: 0, bonusWhen: nil)
    guard kind == "unresolved" else {
      if let age = checked["older_than"] { error(age.place, "\"older_than\" goes with \"tickets: unresolved\" only") }
      return (Formula(source: "open_tickets", type: .number, term: .signal(.openTickets)), rule)
    }
    guard let age = checked.duration("older_than", default: .days(7)), age > .zero else { return nil }
    return (
      Formula(source: "unresolved_tickets(\(age.text))", type: .number, term: .signal(.unresolvedTickets(olderThan: age))), rule
    )
  }

  private mutating func featureMeasure(_ checked: Checked) -> (Formula, PointsRule)? {
    let within = checked.duration("within", default: nil)
    guard let kind = checked.text("features"), let each = checked.integer("points_each", default: 5),
      let bonus = checked.integer("core_bonus", default: 0), checked["within"]?.isInvalid != true
    else { return nil }
    let isCore = kind == "core"
    let isUseless = catalog.features.isEmpty || ((isCore || bonus > 0) && !catalog.features.contains(where: \.isCore))
    if isUseless { error(checked.place, "no \(isCore || bonus > 0 ? "core feature" : "feature") is declared under \"features\"") }
    let window = within?.text ?? ""
    let core = Term.signal(.features(core: true, within: within))
    let bonusWhen = Formula(
      source: "core_features(\(window)) >= 1", type: .boolean, term: .compare(.greaterOrEqual, core, .literal(.number(1))))
    let signal = Formula(
      source: "\(isCore ? "core_features" : "features")(\(window))", type: .number, term: .signal(.features(core: isCore, within: within)))
    return (signal, .each(start: 0, each: Double(each), bonus: bonus, bonusWhen: bonus == 0 ? nil : bonusWhen))
  }

  // MARK: The general form

  private mutating func signalMeasure(_ checked: Checked, _ max: Int?) -> (Formula, PointsRule)? {
    let signal = builder.formula(checked["signal"], compiler)
    guard let points = checked["points"], !points.isInvalid else { return nil }
    let rule = pointsRule(points, signal, checked["signal"]?.place ?? checked.place, max)
    guard let signal, let rule else { return nil }
    return (signal, rule)
  }

  private mutating func pointsRule(_ points: Checked, _ signal: Formula?, _ place: Place, _ max: Int?) -> PointsRule? {
    checkPoints(points["otherwise"], max)
    checkPoints(points["start"], max)
    refuseStrayKeys(points)
    let otherwise = points.integer("otherwise", default: 0)
    if let below = points["below"] {
      let steps = limitSteps(below, signal, place, max, rising: true)
      return steps.flatMap { steps in otherwise.map { .below(steps, otherwise: $0) } }
    }
    if let atLeast = points["at_least"] {
      let steps = limitSteps(atLeast, signal, place, max, rising: false)
      return steps.flatMap { steps in otherwise.map { .atLeast(steps, otherwise: $0) } }
    }
    if let values = points["values"] { return valueRule(values, signal, place, max, otherwise) }
    if let share = points["share"] {
      requireNumber(signal, place, "share")
      if share.boolean == false { error(share.place, "\"share\" is true or not there", suggestion: "true") }
      return .share
    }
    return eachRule(points, signal, place, max)
  }

  private mutating func requireNumber(_ signal: Formula?, _ place: Place, _ word: String) {
    guard let signal, signal.type != .number else { return }
    error(place, "\"\(word)\" needs a number, this signal is \(signal.type.withArticle)")
  }

  /// Keys that belong to another way of giving points.
  private mutating func refuseStrayKeys(_ points: Checked) {
    let isEach = points["each"] != nil
    let strays = isEach ? ["otherwise"] : ["start", "bonus", "bonus_when"] + (points["share"] != nil ? ["otherwise"] : [])
    for key in strays {
      guard let stray = points[key] else { continue }
      error(stray.place, "\"\(key)\" goes with \(key == "otherwise" ? "\"below\", \"at_least\" or \"values\"" : "\"each\"") only")
    }
  }

  private mutating func limitSteps(_ checked: Checked, _ signal: Formula?, _ place: Place, _ max: Int?, rising: Bool) -> [PointsRule.Step]?
  {
    if let signal, signal.type != .number, signal.type != .duration {
      error(place, "\"\(rising ? "below" : "at_least")\" needs a number or a duration, this signal is \(signal.type.withArticle)")
      return nil
    }
    guard !checked.isInvalid else { return nil }
    var steps: [PointsRule.Step] = []
    for item in checked.items {
      checkPoints(item["points"], max)
      guard let limitPlace = item["limit"], let limit = limit(limitPlace, signal), let points = item["points"]?.integer else { return nil }
      if let last = steps.last?.limit, !isOrdered(last, limit, rising) {
        error(
          limitPlace.place, rising ? "limits under \"below\" rise from step to step" : "limits under \"at_least\" fall from step to step")
      }
      steps.append(PointsRule.Step(limit: limit, points: points))
    }
    return steps
  }

  private mutating func limit(_ checked: Checked, _ signal: Formula?) -> Value? {
    let value: Value
    switch checked.value {
    case .number(let number): value = .number(number)
    case .duration(let span?): value = .duration(span)
    default: return nil
    }
    guard let signal, signal.type != value.type else { return value }
    if signal.type == .duration, value == .number(0) { return .duration(.zero) }
    error(checked.place, "this limit is \(value.type.withArticle), but the signal is \(signal.type.withArticle)")
    return nil
  }

  private func isOrdered(_ a: Value, _ b: Value, _ rising: Bool) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)): rising ? a < b : a > b
    case (.duration(let a), .duration(let b)): rising ? a < b : a > b
    default: true
    }
  }

  private mutating func eachRule(_ points: Checked, _ signal: Formula?, _ place: Place, _ max: Int?) -> PointsRule? {
    requireNumber(signal, place, "each")
    let bonusWhen = builder.formula(points["bonus_when"], expecting: .boolean, compiler)
    if let bonus = points["bonus"], points["bonus_when"] == nil { error(bonus.place, "\"bonus\" needs \"bonus_when\"") }
    guard case .number(let each)? = points["each"]?.value, let bonus = points.integer("bonus", default: 0),
      let start = points["start"].map(\.integer) ?? (each < 0 ? max : 0)
    else { return nil }
    return .each(start: start, each: each, bonus: bonus, bonusWhen: bonusWhen)
  }

  private mutating func valueRule(_ values: Checked, _ signal: Formula?, _ place: Place, _ max: Int?, _ otherwise: Int?) -> PointsRule? {
    var result: [PointsRule.ValuePoints] = []
    for member in values.members {
      checkPoints(member.value, max)
      guard let signal, let value = value(member, signal, place), let points = member.value.integer else { continue }
      result.append(PointsRule.ValuePoints(value: value, points: points))
    }
    if values.members.isEmpty, !values.isInvalid { error(values.place, "\"values\" is empty") }
    return otherwise.map { .values(result, otherwise: $0) }
  }

  private mutating func value(_ member: Checked.Member, _ signal: Formula, _ place: Place) -> Value? {
    switch signal.type {
    case .text:
      refuseUnknown(member, signal)
      return .text(member.name)
    case .number:
      if let number = ScalarCheck.number(member.name) { return .number(number) }
    case .boolean:
      if member.name == "true" || member.name == "false" { return .boolean(member.name == "true") }
    case .duration, .date:
      error(place, "\"values\" needs a text, boolean or number, this signal is \(signal.type.withArticle)")
      return nil
    }
    error(member.place, "\"\(member.name)\" is not \(signal.type.withArticle), but the signal is")
    return nil
  }

  private mutating func refuseUnknown(_ member: Checked.Member, _ signal: Formula) {
    guard case .signal(.journey) = signal.term else { return }
    let known = JourneyStage.allCases.map(\.rawValue)
    guard !known.contains(member.name) else { return }
    error(member.place, "\"\(member.name)\" is no journey stage", suggestion: nearest(member.name, in: known))
  }
}
