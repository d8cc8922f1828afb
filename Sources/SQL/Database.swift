/// The seam between what Holdfast asks of a database and the databases that answer. A transaction is a synchronous body on a database
/// thread: no awaiting inside, so no re-entrancy to reason about.
public protocol Database: Sendable {
  /// The words this database understands.
  var dialect: Dialect { get }

  /// Runs `body` in a read-only transaction on a consistent snapshot; several may run at once, beside writers.
  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

  /// Runs `body` in a writing transaction: committed durably when this returns, rolled back whole when `body` throws. `body` runs again,
  /// in a new transaction, where the database undid the first for reasons of its own (a deadlock, a connection lost before the commit).
  /// - Throws: what `body` throws; `DatabaseFailure`, of kind `outcomeUnknown` where it cannot be known whether the commit took place.
  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

  /// Releases files, connections and threads. Nothing may be asked of it afterwards.
  func close() async throws
}

/// How long a statement may take.
public enum Patience: Sendable {
  /// Work on bounded input: half a minute.
  case usual
  /// Work on everything there is: a migration, a rebuild, a refresh.
  case unbounded
}

extension Database {
  /// `read(patience:_:)` with the usual patience.
  public func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await read(patience: .usual, body)
  }

  /// `write(patience:_:)` with the usual patience.
  public func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await write(patience: .usual, body)
  }
}

/// A database session inside a transaction. Statements take `$1…$n` parameters, each number once and in
/// order, and are prepared once per text.
public protocol Connection {
  /// The words this database understands.
  var dialect: Dialect { get }

  /// Runs a statement; returns the number of rows it changed.
  @discardableResult
  func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int

  /// Runs a statement whose outcome nobody waits for: a database at a distance may run it together with the next. Its failure comes with a
  /// later statement, at the latest with the commit.
  func post(_ sql: String, _ values: [any SQLBindable]) throws

  /// Inserts many rows; returns how many were written. `body` is called with what `returning` asks for of each.
  @discardableResult
  func insert(_ bulk: BulkInsert, _ body: (any Row) throws -> Void) throws -> Int

  /// Calls `body` for each row, which is valid only during the call. `body` returns whether to go on.
  func each(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws

  /// `each` for results of any length: they are never in memory as a whole.
  func stream(_ sql: String, _ values: [any SQLBindable], _ body: (any Row) throws -> Bool) throws

  /// Runs several statements without parameters, separated by semicolons: for migrations.
  func script(_ sql: String) throws
}

/// One row of a result; columns by position from 0.
public protocol Row {
  /// How many columns there are.
  var count: Int { get }
  func name(_ column: Int) -> String
  func isNull(_ column: Int) -> Bool
  func integer(_ column: Int) -> Int64
  func real(_ column: Int) -> Double
  func text(_ column: Int) -> String
  /// Whether these very bytes stand in a column of text; cheaper than to make a text of them.
  func text(_ column: Int, is text: String) -> Bool
  func blob(_ column: Int) -> [UInt8]
}

extension Row {
  public func int(_ column: Int) -> Int { Int(integer(column)) }
  public func bool(_ column: Int) -> Bool { integer(column) != 0 }
  public func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
  public func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
  public func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
}

extension UnsafeRawBufferPointer {
  /// Whether these are the very bytes of a text; none are those of the empty one.
  package func spell(_ text: String) -> Bool { text.utf8.count == count && text.utf8.elementsEqual(self) }
}

extension Connection {
  /// Where the database is at hand there is nothing to put off.
  public func post(_ sql: String, _ values: [any SQLBindable]) throws { try execute(sql, values) }

  @discardableResult
  public func insert(_ bulk: BulkInsert) throws -> Int { try insert(bulk) { _ in } }

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
    /// Another process holds the lock longer than the time-out, or a statement took too long.
    case busy
    /// No space left.
    case full
    /// The file or server cannot be opened, is no database, or is damaged.
    case unusable
    /// The server does not let this user do it.
    case refused
    /// The connection went away, or there is none to be had, and nothing was committed.
    case lost
    /// The connection went away during the commit: it may or may not have taken place.
    case outcomeUnknown
    /// The database undid the transaction to settle a conflict with another; it may be tried again.
    case conflict
    /// A constraint of the schema was violated: a bug of ours.
    case constraint
    /// This node was taken for dead and its work has been given to others.
    case fenced
    case other
  }
  public var kind: Kind
  public var message: String
  public var detail: String
  /// The five characters that SQL databases name an error by; `nil` where it has none.
  public var sqlState: String?
  public init(kind: Kind, message: String, detail: String, sqlState: String? = nil) {
    self.kind = kind
    self.message = message
    self.detail = detail
    self.sqlState = sqlState
  }
  public var description: String { message }
}
