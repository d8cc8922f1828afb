import Domain

/// Compiles `where=` against the blueprint in force.
/// - Throws: `Problem` 400 with place and suggestion of everything that is wrong.
func compileCondition(_ source: String, _ blueprint: Blueprint) throws -> Formula {
  throw Problem.invalidParameter("where", "Conditions are not understood yet.")
}
