import Domain

/// A small product to write expressions about.
enum ExpressionFixtures {
  static let catalog = Catalog(
    events: [EventDeclaration(key: "login", name: "Signed In")],
    features: [
      FeatureDeclaration(key: "reports", title: "Reports", event: "Report Created", isCore: true),
      FeatureDeclaration(key: "exports", title: "Exports", event: "Export Downloaded"),
    ],
    goals: [GoalDeclaration(key: "automated", title: "Automated", reached: .event("Automation Run"))],
    attributes: [
      AttributeDeclaration(key: "industry", trait: "industry", type: .text),
      AttributeDeclaration(key: "employees", trait: "employees", type: .number),
      AttributeDeclaration(key: "trial", trait: "trial", type: .boolean),
      AttributeDeclaration(key: "signed_up", trait: "signed_up", type: .date),
    ])

  static let enterprise = Segment(
    name: "enterprise",
    condition: Formula(
      source: "plan == \"enterprise\"", type: .boolean, term: .compare(.equal, .signal(.plan), .literal(.text("enterprise")))))
  static let lost = Segment(
    name: "lost", condition: Formula(source: "score < 10", type: .boolean, term: .compare(.less, .signal(.score), .literal(.number(10)))))

  static let compiler = ExpressionCompiler(catalog: catalog, segments: [enterprise, lost], allowsScore: true)
  static let modelCompiler = ExpressionCompiler(catalog: catalog, segments: [enterprise, lost], allowsScore: false)

  /// `6..<9 message [suggestion]` for each error.
  static func errors(_ source: String, expecting: ValueType? = nil, with compiler: ExpressionCompiler = compiler) -> [String] {
    switch compiler.compile(source, expecting: expecting) {
    case .success: []
    case .failure(let errors):
      errors.all.map { "\($0.range.lowerBound)..<\($0.range.upperBound) \($0.message)" + ($0.suggestion.map { " [\($0)]" } ?? "") }
    }
  }
}
