import Domain

/// Makes the health model.
struct HealthBuilder {
  var builder: BlueprintBuilder
  let catalog: Catalog
  let segments: [Segment]
  let brokenSegments: Set<String>
  let compiler: ExpressionCompiler
  /// Maxima of the model's measures, also of those that are wrong otherwise.
  var maxima: [String: Int] = [:]

  mutating func error(_ place: Place, _ message: String, suggestion: String? = nil) {
    builder.findings.error(place, message, suggestion: suggestion)
  }

  /// The model; meaningful only where no error was found.
  mutating func model(_ health: Checked) -> HealthModel? {
    guard let pillarMembers = health["pillars"] else { return nil }
    let pillars = self.pillars(pillarMembers)
    let variants = (health["variants"]?.items ?? []).compactMap { variant($0, pillars) }
    let caps = (health["caps"]?.members ?? []).compactMap { cap($0) }
    let bands = self.bands(health["bands"])
    var model = HealthModel(pillars: pillars, variants: variants, caps: caps, bands: bands, version: "")
    model.version = ModelCanonical.version(of: model, catalog)
    return model
  }

  private mutating func bands(_ checked: Checked?) -> Bands {
    let standard = Bands()
    guard let checked, let healthy = checked.integer("healthy_from", default: standard.healthyFrom),
      let atRisk = checked.integer("at_risk_from", default: standard.atRiskFrom)
    else { return standard }
    if atRisk >= healthy {
      error(checked["at_risk_from"]?.place ?? checked.place, "\"at_risk_from\" (\(atRisk)) must be below \"healthy_from\" (\(healthy))")
    }
    return Bands(healthyFrom: healthy, atRiskFrom: atRisk)
  }

  private mutating func cap(_ member: Checked.Member) -> Cap? {
    guard let when = builder.formula(member.value["when"], expecting: .boolean, compiler), let limit = member.value["limit"]?.integer,
      let reason = member.value.text("reason")
    else { return nil }
    return Cap(name: member.name, limit: limit, when: when, reason: reason)
  }

  // MARK: Pillars

  private mutating func pillars(_ checked: Checked) -> [Pillar] {
    var pillars: [Pillar] = []
    var places: [String: Place] = [:]
    for member in checked.members {
      let max = member.value["max"]?.integer
      let members = member.value["measures"]?.members ?? []
      if members.isEmpty, let measures = member.value["measures"], !measures.isInvalid {
        error(measures.place, "pillar \"\(member.name)\" has no measures")
      }
      var measures: [Measure] = []
      for measure in members {
        if let first = places[measure.name] {
          error(
            measure.place, "measure \"\(measure.name)\" stands in line \(first.line) already; names of measures are unique in the model")
        }
        places[measure.name] = measure.place
        let standardMax = members.count == 1 ? max : nil
        if maxima[measure.name] == nil { maxima[measure.name] = measure.value["max"].map(\.integer) ?? standardMax }
        if let built = self.measure(measure, standardMax: standardMax) { measures.append(built) }
      }
      checkSum(of: measures, expected: members.count, member, max)
      pillars.append(Pillar(name: member.name, max: max ?? 0, measures: measures))
    }
    checkSum(of: checked)
    return pillars
  }

  private mutating func checkSum(of measures: [Measure], expected: Int, _ member: Checked.Member, _ max: Int?) {
    guard let max, measures.count == expected, expected > 0 else { return }
    let sum = measures.reduce(0) { $0 + $1.max }
    guard sum != max else { return }
    error(
      member.value["max"]?.place ?? member.place,
      "the maxima of the measures of pillar \"\(member.name)\" sum to \(sum), not to its \(max)")
  }

  private mutating func checkSum(of pillars: Checked) {
    let maxima = pillars.members.map { $0.value["max"]?.integer }
    guard !pillars.isInvalid, !maxima.contains(nil) else { return }
    let sum = maxima.reduce(0) { $0 + ($1 ?? 0) }
    guard sum != 100 else { return }
    let list = pillars.members.map { "\($0.name) \($0.value["max"]?.integer ?? 0)" }.joined(separator: " + ")
    error(pillars.place, "the maxima of the pillars sum to 100, these sum to \(sum)\(list.isEmpty ? "" : " (\(list))")")
  }

  // MARK: Variants

  private mutating func variant(_ checked: Checked, _ pillars: [Pillar]) -> Variant? {
    let overrides = overrides(checked, pillars)
    guard let name = checked["segment"], let segmentName = name.text else { return nil }
    guard let segment = segments.first(where: { $0.name == segmentName }) else {
      if !brokenSegments.contains(segmentName) {
        error(name.place, "unknown segment \"\(segmentName)\"", suggestion: nearest(segmentName, in: segments.map(\.name)))
      }
      return nil
    }
    if segment.condition.term.usesScore {
      error(name.place, "segment \"\(segmentName)\" asks for the score or the band, so the health model, which makes them, cannot use it")
    }
    let replaced = pillars.map { pillar in
      var pillar = pillar
      pillar.measures = pillar.measures.map { overrides[$0.name] ?? $0 }
      return pillar
    }
    return Variant(segment: segment, pillars: replaced)
  }

  private mutating func overrides(_ checked: Checked, _ pillars: [Pillar]) -> [String: Measure] {
    let known = pillars.flatMap(\.measures)
    let declared = builder.root["health"]?["pillars"]?.members.flatMap { $0.value["measures"]?.members.map(\.name) ?? [] } ?? []
    var result: [String: Measure] = [:]
    for member in checked["measures"]?.members ?? [] {
      guard declared.contains(member.name) else {
        error(
          member.place, "unknown measure \"\(member.name)\": a variant replaces measures of the model",
          suggestion: nearest(member.name, in: declared))
        continue
      }
      let base = known.first { $0.name == member.name }
      guard let standardMax = maxima[member.name] else { continue }
      guard var measure = self.measure(member, standardMax: standardMax), let base else { continue }
      if measure.max != base.max {
        error(
          member.value["max"]?.place ?? member.place,
          "measure \"\(member.name)\" keeps its maximum of \(base.max) in a variant, not \(measure.max)", suggestion: "\(base.max)")
      }
      if member.value["title"] == nil { measure.title = base.title }
      result[member.name] = measure
    }
    return result
  }
}
