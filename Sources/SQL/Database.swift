/// The seam between what Holdfast asks of a database and the databases that answer. A transaction is a synchronous body on a database
/// thread: no awaiting inside, so no re-entrancy to reason about.
public protocol Database: Sendable {
  /// Runs `body` in a read-only transaction on a consistent snapshot; several may run at once, beside a writer.
  func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

  /// Runs `body` in a writing transaction: committed durably when this returns, rolled back whole when `body` throws.
  func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

  /// Copies the whole database, consistent, to a new file at `path` while others go on reading and writing.
  func backup(to path: String) async throws

  /// Releases files and threads. Nothing may be asked of it afterwards.
  func close() async throws
}

/// A database session inside a transaction. Statements take `$1…$n` parameters, each number once and in
/// order, and are prepared once per text.
public protocol Connection {
  /// Runs a statement; returns the number of rows it changed.
  @discardableResult
  func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int

  /// Calls `body` for each row, which is valid only during the call. `body` returns whether to go on.
  func each(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws

  /// Runs several statements without parameters, separated by semicolons: for migrations.
  func script(_ sql: String) throws
}

/// One row of a result; columns by position from 0.
public protocol Row {
  func isNull(_ column: Int) -> Bool
  func integer(_ column: Int) -> Int64
  func real(_ column: Int) -> Double
  func text(_ column: Int) -> String
  func blob(_ column: Int) -> [UInt8]
}

extension Row {
  public func int(_ column: Int) -> Int { Int(integer(column)) }
  public func bool(_ column: Int) -> Bool { integer(column) != 0 }
  public func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
  public func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
  public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
}

extension Connection {
  @discardableResult
  public func execute(_ sql: String) throws -> Int { try execute(sql, []) }

  /// All rows, each made into a value by `make`.
  public func rows<T>(_ sql: String, _ values: [any SQLBindable] = [], _ make: (any Row) throws -> T) throws -> [T] {
    var all: [T] = []
    try each(sql, values) {
      all.append(try make($0))
      return true
    }
    return all
  }

  /// The first row made into a value, or `nil`.
  public func first<T>(_ sql: String, _ values: [any SQLBindable] = [], _ make: (any Row) throws -> T) throws -> T? {
    var found: T?
    try each(sql, values) {
      found = try make($0)
      return false
    }
    return found
  }
}

/// What went wrong with the database, in words for the operator. `detail` is for logs; it may hold SQL but never bound values.
public struct DatabaseFailure: Error, Sendable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// Another process holds the lock longer than the time-out.
    case busy
    /// No space left.
    case full
    /// The file cannot be opened, is no database, or is damaged.
    case unusable
    /// A constraint of the schema was violated: a bug of ours.
    case constraint
    case other
  }
  public var kind: Kind
  public var message: String
  public var detail: String
  public init(kind: Kind, message: String, detail: String) {
    self.kind = kind
    self.message = message
    self.detail = detail
  }
  public var description: String { message }
}
