/// A value as a database column holds it.
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

/// What can be bound to a `$n` parameter: a value, or a list of values for `Dialect.isAmong`.
public enum SQLParameter: Hashable, Sendable {
  case value(SQLValue)
  case integers([Int64])
  case texts([String])
}

/// What can be bound to a `$n` parameter.
public protocol SQLBindable: Sendable {
  var parameter: SQLParameter { get }
}

/// What a column can hold.
public protocol SQLColumnValue: SQLBindable {
  var sqlValue: SQLValue { get }
}

extension SQLColumnValue { public var parameter: SQLParameter { .value(sqlValue) } }

extension SQLParameter: SQLBindable { public var parameter: SQLParameter { self } }
extension SQLValue: SQLColumnValue { public var sqlValue: SQLValue { self } }
extension Int64: SQLColumnValue { public var sqlValue: SQLValue { .integer(self) } }
extension Int: SQLColumnValue { public var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Int32: SQLColumnValue { public var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Double: SQLColumnValue { public var sqlValue: SQLValue { .real(self) } }
extension Bool: SQLColumnValue { public var sqlValue: SQLValue { .integer(self ? 1 : 0) } }
extension String: SQLColumnValue { public var sqlValue: SQLValue { .text(self) } }
extension [UInt8]: SQLBindable {}
extension [UInt8]: SQLColumnValue { public var sqlValue: SQLValue { .blob(self) } }
extension Optional: SQLBindable where Wrapped: SQLColumnValue {}
extension Optional: SQLColumnValue where Wrapped: SQLColumnValue {
  public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
