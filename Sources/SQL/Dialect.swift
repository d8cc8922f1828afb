/// Which database's words a statement is written in. One text serves both; where it cannot, both stand side by side at one `twin`, and a
/// test counts the places.
public enum Dialect: String, Hashable, Sendable, CaseIterable {
  case sqlite
  case postgres

  /// The one of two texts that this database understands.
  public func twin(sqlite: @autoclosure () -> String, postgres: @autoclosure () -> String) -> String {
    switch self {
    case .sqlite: sqlite()
    case .postgres: postgres()
    }
  }

  /// The condition that a column is one of the values of a list parameter: `"id \(dialect.isAmong("$1"))"`, bound to `SQLParameter.texts`
  /// or `SQLParameter.integers`.
  public func isAmong(_ parameter: String) -> String {
    twin(sqlite: "IN (SELECT value FROM json_each(\(parameter)))", postgres: "= ANY (\(parameter))")
  }

  /// Locks the rows that a common table expression picks for an update, passing over those that another node has locked. (Inside `IN (…)`
  /// PostgreSQL may run the query more than once and pick more than its limit.) SQLite has one writer.
  public var skippingLocked: String { twin(sqlite: "", postgres: "FOR UPDATE SKIP LOCKED") }
}
