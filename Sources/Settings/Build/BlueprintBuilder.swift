import Domain

/// Makes a `Blueprint` of settings that fit their shapes, checking what shapes cannot say.
struct BlueprintBuilder {
  struct Surroundings {
    var environment: [String: String]
    var readFile: (String) -> String?
  }

  let root: Checked
  let surroundings: Surroundings
  let positions: [String: ScalarPositions]
  var findings: Findings

  /// - Parameter version: digest of all settings.
  /// - Returns: `nil` where there are errors.
  mutating func build(version: String) -> Blueprint? {
    let catalog = self.catalog()
    let compiled = segments(catalog)
    let broken = Set(compiled.errors.map(\.name))
    let compiler = ExpressionCompiler(
      catalog: catalog, segments: compiled.segments, brokenSegments: broken, allowsScore: false)
    var health = HealthBuilder(builder: self, catalog: catalog, segments: compiled.segments, brokenSegments: broken, compiler: compiler)
    let model = root["health"].flatMap { health.model($0) }
    findings = health.builder.findings
    let channels = self.channels()
    let alerts = self.alerts(channels)
    let digests = self.digests(channels)
    let sources = self.sources()
    let openID = root["sign_in"]?["openid"].flatMap { self.openID($0) }
    guard !findings.hasErrors, let model, let company = root.text("company") else { return nil }
    var blueprint = Blueprint(company: company, catalog: catalog, model: model, version: version)
    blueprint.segments = compiled.segments
    blueprint.channels = channels
    blueprint.alerts = alerts
    blueprint.digests = digests
    blueprint.sources = sources
    blueprint.openID = openID
    if let labels = root["labels"] { blueprint.labels = self.labels(labels) }
    if let zone = root.text("time_zone") { blueprint.timeZone = zone }
    if let url = root.text("public_url") { blueprint.publicURL = url }
    if let owner = root.text("owner_attribute") { blueprint.ownerAttribute = owner }
    if case .minutes(let minute)? = root["daily_batch"]?.value { blueprint.dailyBatchMinute = minute }
    if let freshness = root["health"]?["freshness"] { blueprint.freshness = self.freshness(freshness) }
    if let retention = root["retention"] { blueprint.retention.events = retention.duration("events", default: nil) }
    return blueprint
  }

  private func labels(_ checked: Checked) -> RoleLabels {
    let named = Role.allCases.compactMap { role in checked.text(role.rawValue).map { (role, $0) } }
    return RoleLabels(roles: Dictionary(uniqueKeysWithValues: named), automation: checked.text(Keys.automation))
  }

  private func freshness(_ checked: Checked) -> Freshness {
    let standard = Freshness()
    return Freshness(
      events: duration(checked["events"], standard.events), tickets: duration(checked["tickets"], standard.tickets),
      subscriptions: duration(checked["subscriptions"], standard.subscriptions))
  }

  private func duration(_ checked: Checked?, _ standard: TimeSpan?) -> TimeSpan? {
    if case .duration(let span)? = checked?.value { span } else { standard }
  }

  // MARK: Expressions

  /// Compiles the expression that stands there; errors are told at their words.
  mutating func formula(_ checked: Checked?, expecting: ValueType? = nil, _ compiler: ExpressionCompiler) -> Formula? {
    guard let checked, let source = checked.text else { return nil }
    switch compiler.compile(source, expecting: expecting) {
    case .success(let formula): return formula
    case .failure(let errors):
      report(errors, in: checked)
      return nil
    }
  }

  mutating func report(_ errors: ExpressionErrors, in checked: Checked) {
    for error in errors.all {
      let place = positions[checked.place.file]?.place(of: error.range.lowerBound, from: checked.place, style: checked.style)
      findings.error(place ?? checked.place, error.message, suggestion: error.suggestion)
    }
  }

  /// "first_report_shared" → "First report shared".
  static func title(of name: String) -> String {
    let words = name.split(separator: "_").joined(separator: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }
}
