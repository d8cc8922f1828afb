/// How much of a JSON text is taken before it is refused. The defaults suit a request body.
public struct JSONLimits: Hashable, Sendable {
  /// Arrays and objects inside one another.
  public var depth: Int
  /// Length of the text.
  public var bytes: Int
  /// Values of all kinds; bounds memory, since `0,` costs two bytes as text and more as a value.
  public var values: Int

  public init(depth: Int = 32, bytes: Int = 16 << 20, values: Int = 2_000_000) {
    self.depth = depth
    self.bytes = bytes
    self.values = values
  }
}

/// Why a text is no JSON, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "this character does not belong here"
    case trailingText = "there is more text after the value"
    case tooDeep = "too many arrays and objects inside one another"
    case tooLong = "the text is too long"
    case tooManyValues = "too many values"
    case invalidNumber = "this is no number that can be stored"
    case invalidEscape = "unknown escape after \\"
    case controlCharacter = "a control character in a string must be written as an escape"
    case invalidUTF8 = "the text is not UTF-8"
  }
  public var reason: Reason
  /// Bytes before the place.
  public var offset: Int
  /// Counted from 1.
  public var line: Int

  public init(_ reason: Reason, offset: Int, line: Int) {
    self.reason = reason
    self.offset = offset
    self.line = line
  }

  public var description: String { "invalid JSON at line \(line) (byte \(offset)): \(reason.rawValue)" }
}

extension JSON {
  /// Reads one JSON value (RFC 8259, UTF-8, an optional byte order mark).
  ///
  /// Whole numbers within 64 bits become `.integer` (`-0` too), all others `.number`. Repeated names in an object are kept; the last
  /// counts.
  /// A lone surrogate escape becomes U+FFFD; endless combining marks are broken up (`streamSafe`). `\u0000` is allowed in strings: stores
  /// that cannot keep it must say so themselves.
  /// - Throws: `JSONError` with the place; a number too large for a 64-bit float is an error, not infinity.
  public static func parse(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    var scanner = JSONScanner(bytes: bytes.bindMemory(to: UInt8.self), limits: limits)
    return try scanner.document()
  }

  /// Reads one JSON value from bytes. See `parse(_:limits:)` over a raw buffer.
  public static func parse(_ bytes: some Collection<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    let fast = bytes.withContiguousStorageIfAvailable { buffer in
      Result { () throws(JSONError) -> JSON in try parse(UnsafeRawBufferPointer(buffer), limits: limits) }
    }
    if let fast { return try fast.get() }
    return try parse(Array(bytes), limits: limits)
  }

  /// Reads one JSON value from text. See `parse(_:limits:)` over a raw buffer.
  public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    try parse(text.utf8, limits: limits)
  }

  /// An id as text: a string that is not blank, or a number without a needless fraction (`12345`, never `12345.0`); else `nil`.
  public static func text(for id: JSON?) -> String? {
    switch id {
    case .string(let text): text.utf8.allSatisfy { $0 <= 0x20 } ? nil : text
    case .integer(let value): String(value)
    case .number(let value): Int64(exactly: value).map(String.init) ?? String(value)
    default: nil
    }
  }
}

/// A recursive-descent scanner over bytes; recursion is bounded by `limits.depth`. The bytes are lent for as long as it is used.
public struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let limits: JSONLimits
  /// Bytes before what comes next.
  public internal(set) var position = 0
  var depth = 0
  var values = 0

  public init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = JSONLimits()) {
    self.bytes = bytes
    self.limits = limits
  }

  func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
    let place = min(offset ?? position, bytes.count)
    return JSONError(reason, offset: place, line: 1 + bytes[..<place].count { $0 == 0x0A })
  }

  mutating func document() throws(JSONError) -> JSON { try document { scanner throws(JSONError) in try scanner.value() } }

  /// A whole text: nothing but what `body` takes, and blanks.
  public mutating func document<T>(_ body: (inout JSONScanner) throws(JSONError) -> T) throws(JSONError) -> T {
    guard bytes.count <= limits.bytes else { throw failure(.tooLong, at: limits.bytes) }
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    let value = try body(&self)
    skipBlanks()
    guard position == bytes.count else { throw failure(.trailingText) }
    return value
  }

  mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// Takes account of one more value.
  mutating func count() throws(JSONError) {
    values += 1
    guard values <= limits.values else { throw failure(.tooManyValues) }
  }

  /// Reads the next value.
  public mutating func value() throws(JSONError) -> JSON {
    skipBlanks()
    try count()
    guard position < bytes.count else { throw failure(.unexpectedEnd) }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    default: throw failure(.unexpectedByte)
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let length = word.utf8CodeUnitCount
    for index in 0..<length {
      guard position + index < bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
      guard bytes[position + index] == word.utf8Start[index] else { throw failure(.unexpectedByte, at: position + index) }
    }
    position += length
    return value
  }

  mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= limits.depth else { throw failure(.tooDeep) }
    position += 1
    skipBlanks()
  }

  /// Whether another element follows; steps over the comma or the closing byte.
  mutating func another(closing: UInt8) throws(JSONError) -> Bool {
    skipBlanks()
    guard position < bytes.count else { throw failure(.unexpectedEnd) }
    let byte = bytes[position]
    guard byte == closing || byte == UInt8(ascii: ",") else { throw failure(.unexpectedByte) }
    position += 1
    if byte == closing { depth -= 1 }
    return byte != closing
  }

  /// Whether the array or object just begun ends at once; steps over the closing byte.
  mutating func closes(_ closing: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == closing else { return false }
    position += 1
    depth -= 1
    return true
  }

  mutating func colon() throws(JSONError) {
    skipBlanks()
    guard position < bytes.count else { throw failure(.unexpectedEnd) }
    guard bytes[position] == UInt8(ascii: ":") else { throw failure(.unexpectedByte) }
    position += 1
  }

  private mutating func array() throws(JSONError) -> JSON {
    try enter()
    var items: [JSON] = []
    if closes(UInt8(ascii: "]")) { return .array(items) }
    repeat { items.append(try value()) } while try another(closing: UInt8(ascii: "]"))
    return .array(items)
  }

  private mutating func object() throws(JSONError) -> JSON {
    try enter()
    var members: [JSON.Member] = []
    if closes(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipBlanks()
      guard position < bytes.count else { throw failure(.unexpectedEnd) }
      guard bytes[position] == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
      let name = try string()
      try colon()
      members.append(JSON.Member(name, try value()))
    } while try another(closing: UInt8(ascii: "}"))
    return .object(members)
  }
}
