import Domain

/// Compiles `where=` against the blueprint in force.
/// - Throws: `Problem` 400 with place and suggestion of everything that is wrong.
func compileCondition(_ source: String, _ blueprint: Blueprint) throws -> Formula {
  let compiler = ExpressionCompiler(catalog: blueprint.catalog, segments: blueprint.segments, allowsScore: true)
  switch compiler.compile(source, expecting: .boolean) {
  case .success(let formula): return formula
  case .failure(let errors):
    throw Problem(
      code: "invalid-expression", status: .badRequest, title: "Invalid expression in where", detail: "\(errors)",
      errors: errors.all.map(errorJSON))
  }
}

/// Places are counted in characters from 1, as editors do.
private func errorJSON(_ error: ExpressionError) -> JSON {
  [
    "message": .string(error.message), "position": JSON(error.range.lowerBound + 1), "length": JSON(error.range.count),
    "suggestion": JSON(error.suggestion),
  ]
}
