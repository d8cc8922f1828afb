import SQL

/// Columns worked out between the signals and the measures, in steps: each step is a table expression over the one before. So nothing is
/// written twice, and no expression is nested deeper than SQLite's parser can follow.
struct PartsSQL: Sendable {
  let dialect: Dialect
  var names: ColumnNames
  private var steps: [[SQLQuery.Column]] = []
  private var known: [String: SQLFragment] = [:]

  init(dialect: Dialect, names: ColumnNames) {
    self.dialect = dialect
    self.names = names
  }

  /// A column with the fragment's value; the same for the same value.
  mutating func column(for fragment: SQLFragment, sql: String, named wanted: String, comments: [String] = []) -> SQLFragment {
    if let column = known[sql] { return column }
    let name = SQLText.identifier(names.take(wanted))
    while steps.count <= fragment.step { steps.append([]) }
    var column = SQLQuery.Column(expression: sql, raw: name)
    column.comments = comments
    steps[fragment.step].append(column)
    var reference = fragment
    reference.sql = name
    reference.literal = nil
    (reference.isSimple, reference.isLoose, reference.depth, reference.height, reference.step) = (true, false, 0, 1, fragment.step + 1)
    known[sql] = reference
    return reference
  }

  /// The name of the last step, from which the measures are read.
  var last: String { steps.isEmpty ? "signals" : Self.name(of: steps.count - 1) }

  private static func name(of step: Int) -> String { "step_\(step + 1)" }

  var queries: [SQLQuery] {
    steps.enumerated().map { index, columns in
      let source = index == 0 ? "signals" : Self.name(of: index - 1)
      return SQLQuery(
        name: Self.name(of: index), comments: index == 0 ? ["What follows from signals, step by step."] : [],
        columns: [.init(expression: "\(source).*")] + columns, source: [source], tail: dialect.fence)
    }
  }
}
