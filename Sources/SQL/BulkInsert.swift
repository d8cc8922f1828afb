/// Many rows for one table, column by column: one statement over arrays on PostgreSQL, one prepared statement run row by row on SQLite.
///
///     var bulk = BulkInsert(into: "message_id", [.integers("hash", hashes)], onConflict: "DO NOTHING")
///
/// Where `onConflict` updates, no two rows may have the same key: PostgreSQL refuses to touch a row twice in a statement.
public struct BulkInsert: Sendable {
  /// A column with its values, one for each row.
  public struct Column: Sendable {
    /// Values of one type; `nil` is NULL.
    public enum Values: Sendable {
      case integers([Int64?])
      case reals([Double?])
      case texts([String?])
      case blobs([[UInt8]?])
    }
    public var name: String
    public var values: Values

    public init(_ name: String, _ values: Values) {
      self.name = name
      self.values = values
    }

    public static func integers(_ name: String, _ values: [Int64?]) -> Column { Column(name, .integers(values)) }
    public static func reals(_ name: String, _ values: [Double?]) -> Column { Column(name, .reals(values)) }
    public static func texts(_ name: String, _ values: [String?]) -> Column { Column(name, .texts(values)) }
    public static func blobs(_ name: String, _ values: [[UInt8]?]) -> Column { Column(name, .blobs(values)) }

    public var count: Int {
      switch values {
      case .integers(let values): values.count
      case .reals(let values): values.count
      case .texts(let values): values.count
      case .blobs(let values): values.count
      }
    }

    /// The value of a row, by its number from 0.
    public func value(_ row: Int) -> SQLValue {
      switch values {
      case .integers(let values): values[row].sqlValue
      case .reals(let values): values[row].sqlValue
      case .texts(let values): values[row].sqlValue
      case .blobs(let values): values[row].sqlValue
      }
    }
  }

  public var table: String
  public var columns: [Column]
  /// What follows ON CONFLICT, like `(id) DO NOTHING`; empty: a conflict is an error.
  public var onConflict: String
  /// Columns of each row written, as the text after RETURNING; empty: none.
  public var returning: String

  public init(into table: String, _ columns: [Column], onConflict: String = "", returning: String = "") {
    self.table = table
    self.columns = columns
    self.onConflict = onConflict
    self.returning = returning
  }

  public var count: Int { columns.first?.count ?? 0 }

  /// The statement up to its rows, and from there on.
  public var head: String { "INSERT INTO \(table) (\(columns.map(\.name).joined(separator: ", ")))" }
  public var tail: String {
    (onConflict.isEmpty ? "" : " ON CONFLICT \(onConflict)") + (returning.isEmpty ? "" : " RETURNING \(returning)")
  }
}
