/// Compiles expressions: reads them, finds what their names mean, checks their types.
///
///     let compiler = ExpressionCompiler(catalog: catalog, segments: segments, allowsScore: true)
///     let formula = try compiler.compile("age(login) > 14d and open_tickets >= 2", expecting: .boolean).get()
public struct ExpressionCompiler: Sendable {
  private let scope: ExpressionScope

  /// - Parameters:
  ///   - segments: what `in_segment(NAME)` may name.
  ///   - allowsScore: `false` inside the health model, where `score` and `band` would ask for themselves.
  ///   - brokenSegments: names of segments that have errors of their own; referring to one is not a second unknown name.
  ///   - isGoalCondition: `true` for a goal's own condition, which may ask for neither goals nor segments.
  public init(
    catalog: Catalog, segments: [Segment] = [], brokenSegments: Set<String> = [], allowsScore: Bool, isGoalCondition: Bool = false
  ) {
    var scope = ExpressionScope(catalog: catalog, segments: segments, allowsScore: allowsScore, isGoalCondition: isGoalCondition)
    scope.brokenSegments = brokenSegments
    self.scope = scope
  }

  init(scope: ExpressionScope) { self.scope = scope }

  /// - Parameter expecting: the type that the place asks for; `.boolean` for conditions.
  /// - Returns: the formula, or all errors that could be found.
  public func compile(_ source: String, expecting: ValueType? = nil) -> Result<Formula, ExpressionErrors> {
    let parsed = ParsedExpression(source)
    return compile(parsed, expecting: expecting)
  }

  func compile(_ parsed: ParsedExpression, expecting: ValueType?) -> Result<Formula, ExpressionErrors> {
    var checker = TypeChecker(scope: scope)
    let checked = checker.check(parsed.syntax)
    var errors = parsed.errors + checker.errors
    if errors.isEmpty, let type = checked.type, let expecting, type != expecting {
      let wanted = expecting == .boolean ? "a condition (true or false)" : expecting.withArticle
      errors.append(ExpressionError(range: parsed.syntax.range, message: "expected \(wanted), this is \(type.withArticle)"))
    }
    guard errors.isEmpty, let type = checked.type else {
      // A part without a type and without an error of its own leans on a segment whose error is told at its own place.
      if errors.isEmpty { errors = [ExpressionError(range: parsed.syntax.range, message: "it refers to a segment that has errors")] }
      return .failure(
        ExpressionErrors(errors.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }))
    }
    return .success(Formula(source: parsed.source, type: type, term: checked.term))
  }
}

/// An expression that has been read, with the errors found so far.
struct ParsedExpression: Sendable {
  var source: String
  var syntax: Syntax
  var errors: [ExpressionError]

  init(_ source: String) {
    self.source = source
    let characters = Array(source.unicodeScalars.prefix(ExpressionLimits.sourceLength + 1))
    guard characters.count <= ExpressionLimits.sourceLength else {
      syntax = Syntax(.invalid, 0..<characters.count)
      errors = [ExpressionError(range: 0..<characters.count, message: "longer than \(ExpressionLimits.sourceLength) characters")]
      return
    }
    var lexer = Lexer(characters)
    lexer.run()
    var parser = Parser(lexer.tokens)
    syntax = parser.run()
    errors = lexer.errors + parser.errors
  }
}
