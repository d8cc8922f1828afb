/// A database that belongs to someone else. It is only ever read, in short transactions that cannot write.
public protocol ForeignDatabase: Sendable {
  var dialect: Dialect { get }

  /// Runs one query in a read-only transaction.
  /// - Parameter values: bound to `$1…$n`, each number once and in order.
  /// - Returns: the rows, whole; of a result of more than `maximumBytes` those before that limit, but at least one.
  /// - Throws: `ForeignFailure`; `CancellationError` where the task was cancelled.
  func rows(_ sql: String, _ values: [SQLValue], maximumBytes: Int) async throws -> ForeignRows

  /// Lets go of the database. Nothing may be asked of it afterwards.
  func close() async throws
}

/// What a query gave.
public struct ForeignRows: Hashable, Sendable {
  public var columns: [String]
  public var rows: [[SQLValue]]
  /// There are more rows than were read.
  public var isCut: Bool
  public init(columns: [String], rows: [[SQLValue]], isCut: Bool = false) {
    self.columns = columns
    self.rows = rows
    self.isCut = isCut
  }
}

/// Why someone else's database gave nothing. The query is the user's own, so that the database's own words are for the user too.
public struct ForeignFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// It cannot be opened or reached, or refuses us.
    case unreachable
    /// It does not take the query.
    case query
  }
  public var kind: Kind
  public var description: String
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
