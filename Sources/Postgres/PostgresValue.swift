import CLibpq
import SQL

/// The types that statements of ours have, by their object ids. Source: PostgreSQL, src/include/catalog/pg_type.dat.
enum TypeID {
  static let bool: Oid = 16
  static let bytea: Oid = 17
  static let int8: Oid = 20
  static let int2: Oid = 21
  static let int4: Oid = 23
  static let text: Oid = 25
  static let float4: Oid = 700
  static let float8: Oid = 701
  static let varchar: Oid = 1043
  static let byteaArray: Oid = 1001
  static let textArray: Oid = 1009
  static let int8Array: Oid = 1016
  static let float8Array: Oid = 1022
}

/// A value in the binary form that the server asked for. Source: PostgreSQL documentation, "Frontend/Backend Protocol", and the send and
/// receive functions it names: network byte order; arrays as dimensions, flag, element type, length, lower bound, elements.
enum Wire {
  /// `nil` stands for NULL. - Throws: `Mismatch` where a value cannot be such a parameter.
  static func bytes(_ parameter: SQLParameter, as type: Oid) throws -> [UInt8]? {
    switch (parameter, type) {
    case (.value(let value), _): return try bytes(value, as: type)
    case (.integers(let numbers), TypeID.int8Array): return array(numbers.count, of: TypeID.int8) { big(numbers[$0]) }
    case (.texts(let texts), TypeID.textArray): return array(texts.count, of: TypeID.text) { bytes(texts[$0]) }
    default: throw Mismatch(type: type)
    }
  }

  private static func bytes(_ value: SQLValue, as type: Oid) throws -> [UInt8]? {
    switch (value, type) {
    case (.null, _): return nil
    case (.integer(let number), TypeID.int8): return big(number)
    case (.integer(let number), TypeID.int4): return try big(narrow(number, Int32.self))
    case (.integer(let number), TypeID.int2): return try big(narrow(number, Int16.self))
    case (.integer(let number), TypeID.bool): return [number == 0 ? 0 : 1]
    case (.integer(let number), TypeID.float8): return big(Double(number).bitPattern)
    case (.integer(let number), TypeID.text): return Array(String(number).utf8)
    case (.real(let number), TypeID.float8): return big(number.bitPattern)
    case (.real(let number), TypeID.text): return Array("\(number)".utf8)
    case (.text(let text), TypeID.text), (.text(let text), TypeID.varchar): return bytes(text)
    case (.blob(let bytes), TypeID.bytea): return bytes
    default: throw Mismatch(type: type)
    }
  }

  /// PostgreSQL's text holds anything but the character NUL: U+FFFD stands for it.
  private static func bytes(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return bytes.contains(0) ? Array(text.replacing("\0", with: "\u{FFFD}").utf8) : bytes
  }

  /// A column of a bulk insert as an array.
  static func bytes(_ values: BulkInsert.Column.Values) -> [UInt8] {
    switch values {
    case .integers(let all): array(all.count, of: TypeID.int8) { all[$0].map(big) }
    case .reals(let all): array(all.count, of: TypeID.float8) { all[$0].map { big($0.bitPattern) } }
    case .texts(let all): array(all.count, of: TypeID.text) { all[$0].map(bytes) }
    case .blobs(let all): array(all.count, of: TypeID.bytea) { all[$0] }
    }
  }

  /// A value the server's type for which is not ours: a bug in a statement.
  struct Mismatch: Error {
    var type: Oid
  }

  private static func narrow<T: FixedWidthInteger>(_ number: Int64, _ type: T.Type) throws -> T {
    guard let narrow = T(exactly: number) else { throw Mismatch(type: TypeID.int4) }
    return narrow
  }

  static func big(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private static func array(_ count: Int, of type: Oid, _ element: (Int) -> [UInt8]?) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + count * 16)
    append(Int32(count == 0 ? 0 : 1), to: &bytes)
    append(Int32(1), to: &bytes)
    append(type, to: &bytes)
    guard count > 0 else { return bytes }
    append(Int32(count), to: &bytes)
    append(Int32(1), to: &bytes)
    for index in 0..<count {
      guard let value = element(index) else {
        append(Int32(-1), to: &bytes)
        continue
      }
      append(Int32(value.count), to: &bytes)
      bytes.append(contentsOf: value)
    }
    return bytes
  }
}

/// A row of a result that libpq holds; valid as long as that is.
struct PostgresRow: Row {
  let result: OpaquePointer
  let row: Int32

  var count: Int { Int(PQnfields(result)) }
  func name(_ column: Int) -> String { PQfname(result, Int32(column)).map { String(cString: $0) } ?? "" }
  func isNull(_ column: Int) -> Bool { PQgetisnull(result, row, Int32(column)) == 1 }

  private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: PQgetvalue(result, row, Int32(column)), count: Int(PQgetlength(result, row, Int32(column))))
  }
  private func isText(_ column: Int) -> Bool { PQfformat(result, Int32(column)) == 0 }
  private func type(_ column: Int) -> Oid { PQftype(result, Int32(column)) }

  func integer(_ column: Int) -> Int64 {
    let bytes = bytes(column)
    if isText(column) { return Int64(String(decoding: bytes, as: UTF8.self)) ?? 0 }
    if type(column) == TypeID.float8 { return Int64(real(column)) }
    // Sign extension for the narrower integers.
    var number: Int64 = (bytes.first ?? 0) >= 0x80 && bytes.count > 1 ? -1 : 0
    for byte in bytes { number = number << 8 | Int64(byte) }
    return number
  }

  func real(_ column: Int) -> Double {
    let bytes = bytes(column)
    if isText(column) { return Double(String(decoding: bytes, as: UTF8.self)) ?? 0 }
    switch type(column) {
    case TypeID.float8: return Double(bitPattern: UInt64(bitPattern: raw(bytes)))
    case TypeID.float4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw(bytes))))
    default: return Double(integer(column))
    }
  }

  private func raw(_ bytes: UnsafeRawBufferPointer) -> Int64 { bytes.reduce(0) { $0 << 8 | Int64($1) } }

  func text(_ column: Int) -> String {
    let bytes = bytes(column)
    if isText(column) { return String(decoding: bytes, as: UTF8.self) }
    switch type(column) {
    case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.bool: return String(integer(column))
    case TypeID.float8, TypeID.float4: return "\(real(column))"
    default: return String(decoding: bytes, as: UTF8.self)
    }
  }

  func text(_ column: Int, is text: String) -> Bool { bytes(column).spell(text) }

  func blob(_ column: Int) -> [UInt8] { Array(bytes(column)) }
}
