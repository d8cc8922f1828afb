import Domain
import SQL

/// The mark of an unfinished move on the database that is moved to: while it is there nothing works on that database, and a new move may
/// empty it and begin anew.
public struct MoveMark: Hashable, Sendable {
  /// Where the data comes from, for people.
  public var source: String
  /// Tells this move from all others.
  public var run: String

  public init(source: String, run: String) {
    self.source = source
    self.run = run
  }

  /// The setting that holds it.
  public static let name = "move"

  private var text: String { JSON.object([JSON.Member("source", .string(source)), JSON.Member("run", .string(run))]).printed() }

  /// The mark that stands; `nil`: none.
  public static func standing(_ connection: any Connection) throws -> MoveMark? {
    guard let text = try HousekeepingQueries.setting(name, connection) else { return nil }
    let json = try? JSON.parse(text)
    return MoveMark(source: json?["source"]?.string ?? "", run: json?["run"]?.string ?? "")
  }

  /// - Throws: `DatabaseFailure` of kind `unusable` where a move to the database is not finished.
  public static func requireNone(_ connection: any Connection) throws {
    guard let mark = try standing(connection) else { return }
    throw DatabaseFailure(
      kind: .unusable,
      message: "the database holds an unfinished move from \(mark.source), so that nothing may use it yet: "
        + "run the same `holdfast move` again, it begins anew; or make the database anew",
      detail: "move")
  }

  /// - Throws: `DatabaseFailure` of kind `fenced` where another move has begun since.
  func requireOwn(_ connection: any Connection) throws {
    guard try HousekeepingQueries.setting(Self.name, connection) == text else { throw overtaken }
  }

  private var overtaken: DatabaseFailure {
    DatabaseFailure(kind: .fenced, message: "another move to the same database has begun; this one ends here", detail: "move")
  }

  /// Makes the target ready: empty, with this mark. What an unfinished move has left there is removed.
  /// - Parameter isSurelyGone: whether the node of that name is known to be no more.
  /// - Throws: `DatabaseFailure` of kind `refused` where a server works on the target or data is in it.
  public func begin(tables: [MovedTable], isSurelyGone: (String) -> Bool, _ connection: any Connection) throws {
    // A node that is just joining waits for this row, and then sees the mark.
    try connection.execute("UPDATE log_mark SET position = position WHERE name = 'fence'")
    if let node = try NodeQueries.all(connection).first(where: { !isSurelyGone($0.name) }) {
      throw DatabaseFailure(
        kind: .refused, message: "a server works on the database to move to (\(node.name)): stop it first; nothing was moved",
        detail: "node")
    }
    if try Self.standing(connection) == nil {
      for table in tables where !MovedTable.ofAStart.contains(table.name) {
        guard try connection.first("SELECT 1 FROM \(table.name) LIMIT 1", [], { _ in true }) == nil else {
          throw DatabaseFailure(
            kind: .refused,
            message:
              "the database to move to holds data already (table \(table.name)): name one that is empty; nothing was moved or removed",
            detail: table.name)
        }
      }
    }
    try Self.empty(tables, connection)
    try HousekeepingQueries.set(Self.name, to: text, connection)
  }

  private static func empty(_ tables: [MovedTable], _ connection: any Connection) throws {
    let apart = tables.filter { MovedTable.rowsLeft[$0.name] != nil }
    let whole =
      tables.filter { MovedTable.rowsLeft[$0.name] == nil }.map(\.name)
      + MovedTable.left.subtracting(["schema_version"]).sorted()
    for table in apart { try connection.execute("DELETE FROM \(table.name)\(table.condition)") }
    // At once, however much there is.
    if connection.dialect == .postgres { return try connection.script("TRUNCATE \(whole.joined(separator: ", "))") }
    for table in whole { try connection.execute("DELETE FROM \(table)") }
  }

  /// Takes the mark away: the database is whole and may be used.
  /// - Throws: `DatabaseFailure` of kind `fenced` where another move has begun since.
  public func finish(_ connection: any Connection) throws {
    let removed = try connection.execute("DELETE FROM setting WHERE name = $1 AND value = $2", [Self.name, text])
    guard removed == 1 else { throw overtaken }
  }
}
