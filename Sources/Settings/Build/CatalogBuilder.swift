import Domain

/// Events, features, goals, attributes and segments.
extension BlueprintBuilder {
  mutating func catalog() -> Catalog {
    var catalog = Catalog()
    for member in root["events"]?.members ?? [] {
      refuseReservedEventKey(member)
      catalog.events.append(EventDeclaration(key: member.name, name: member.value.text ?? member.name))
    }
    for member in root["features"]?.members ?? [] { addFeature(member, to: &catalog) }
    for member in root["attributes"]?.members ?? [] { addAttribute(member, to: &catalog) }
    let goals = (root["goals"]?.members ?? []).map { goal($0, catalog) }
    catalog.goals = goals
    return catalog
  }

  private mutating func refuseReservedEventKey(_ member: Checked.Member) {
    guard Builtins.reservedEventKeys.contains(member.name) else { return }
    findings.error(member.place, "\"\(member.name)\" is a word of the expression language and cannot name an event")
  }

  private mutating func addFeature(_ member: Checked.Member, to catalog: inout Catalog) {
    refuseReservedEventKey(member)
    if catalog.events.contains(where: { $0.key == member.name }) {
      findings.error(member.place, "\"\(member.name)\" is an event already; a feature needs another key")
    }
    let place = member.value["event"]?.place ?? member.value.place
    let event = member.value.text ?? member.value.text("event")
    if let event, let other = catalog.features.first(where: { $0.event == event }) {
      findings.error(place, "features cannot share an event: \"\(event)\" is feature \"\(other.key)\" already")
    }
    catalog.features.append(
      FeatureDeclaration(
        key: member.name, title: member.value.text("title") ?? Self.title(of: member.name), event: event ?? member.name,
        isCore: member.value.flag("core")))
  }

  private mutating func addAttribute(_ member: Checked.Member, to catalog: inout Catalog) {
    let name = member.value.text ?? member.value.text("type")
    let type = name.flatMap(ValueType.init(rawValue:))
    if let fallback = Builtins.attributeFallbacks[member.name] {
      if let type, type != fallback {
        findings.error(
          member.value.place, "attribute \"\(member.name)\" is \(fallback.withArticle), since the built-in of that name is",
          suggestion: fallback.rawValue)
      }
    } else if Builtins.reservedNames.contains(member.name) {
      findings.error(
        member.place, "\"\(member.name)\" is a word of the expression language and cannot name an attribute",
        suggestion: "customer_\(member.name)")
    }
    catalog.attributes.append(
      AttributeDeclaration(key: member.name, trait: member.value.text("trait") ?? member.name, type: type ?? .text))
  }

  private mutating func goal(_ member: Checked.Member, _ catalog: Catalog) -> GoalDeclaration {
    let title = member.value.text("title") ?? Self.title(of: member.name)
    var reached = GoalDeclaration.Reached.event(member.name)
    if let event = member.value.isObject ? member.value["event"] : member.value, let name = event.text {
      reached = .event(sentName(name, at: event.place, catalog))
    } else if let condition = member.value["when"] {
      let compiler = ExpressionCompiler(catalog: catalog, allowsScore: false, isGoalCondition: true)
      if let formula = formula(condition, expecting: .boolean, compiler) { reached = .condition(formula) }
    }
    return GoalDeclaration(key: member.name, title: title, reached: reached)
  }

  /// A goal's event may be one that nothing else declares, so that a near miss is only worth a warning.
  private mutating func sentName(_ name: String, at place: Place, _ catalog: Catalog) -> String {
    if let event = catalog.events.first(where: { $0.key == name })?.name { return event }
    if let event = catalog.features.first(where: { $0.key == name })?.event { return event }
    let known = catalog.declaredEventNames
    if !known.contains(name), let near = nearest(name, in: known) {
      findings.warn(place, "no event or feature is declared as \"\(name)\"", suggestion: near)
    }
    return name
  }

  mutating func segments(_ catalog: Catalog) -> CompiledSegments {
    let members = root["segments"]?.members ?? []
    var sources: [String: Checked] = [:]
    var drafts: [SegmentDraft] = []
    for member in members {
      guard let condition = member.value.isObject ? member.value["when"] : member.value, let source = condition.text else { continue }
      sources[member.name] = condition
      drafts.append(SegmentDraft(name: member.name, title: member.value.text("title"), source: source))
    }
    let compiled = ExpressionCompiler.compileSegments(drafts, catalog: catalog)
    for (name, errors) in compiled.errors {
      if let source = sources[name] { report(errors, in: source) }
    }
    return compiled
  }
}
