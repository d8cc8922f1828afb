/// A query in parts: `name AS (SELECT columns FROM source WHERE … GROUP BY …)`, with a comment above and beside each column.
struct SQLQuery {
  struct Column {
    var expression: String
    var name: String?
    /// Lines above it.
    var comments: [String] = []

    init(expression: String, name: String? = nil, comments: [String] = []) {
      self.expression = expression
      self.name = name.map(SQLText.identifier)
      self.comments = comments
    }

    /// - Parameter raw: the name as it stands in SQL.
    init(expression: String, raw: String?) {
      self.expression = expression
      name = raw
    }
  }

  var name: String
  var comments: [String] = []
  var columns: [Column]
  var isDistinct = false
  /// Whether it is worked out once, or put in where it is used; `nil`: as the database thinks best.
  var isMaterialized: Bool?
  /// Lines of the FROM clause.
  var source: [String] = []
  var conditions: [String] = []
  var grouping: [String] = []
  /// Text after all else.
  var tail = ""

  mutating func add(_ expression: String, as name: String, _ comments: String...) { add(expression, as: name, comments: comments) }

  mutating func add(_ expression: String, as name: String, comments: [String]) {
    columns.append(Column(expression: expression, name: name, comments: comments))
  }

  /// The SELECT alone.
  func select(indent: String) -> String {
    var lines: [String] = [indent + (isDistinct ? "SELECT DISTINCT" : "SELECT")]
    for (index, column) in columns.enumerated() {
      for comment in column.comments { lines.append("\(indent)  -- \(SQLText.comment(comment))") }
      let name = column.name.map { " AS \($0)" } ?? ""
      let comma = index < columns.count - 1 ? "," : ""
      let body = column.expression.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n\(indent)  ")
      lines.append("\(indent)  \(body)\(name)\(comma)")
    }
    for (index, line) in source.enumerated() { lines.append(index == 0 ? "\(indent)FROM \(line)" : "\(indent)\(line)") }
    for (index, condition) in conditions.enumerated() { lines.append("\(indent)\(index == 0 ? "WHERE" : "  AND") \(condition)") }
    if !grouping.isEmpty { lines.append("\(indent)GROUP BY \(grouping.joined(separator: ", "))") }
    if !tail.isEmpty { lines.append(indent + tail) }
    return lines.joined(separator: "\n")
  }

  /// As a member of a WITH clause.
  var member: String {
    let comments = comments.map { "-- \(SQLText.comment($0))\n" }.joined()
    return "\(comments)\(name) AS \(isMaterialized.map { $0 ? "MATERIALIZED " : "NOT MATERIALIZED " } ?? "")(\n\(select(indent: "  "))\n)"
  }
}
