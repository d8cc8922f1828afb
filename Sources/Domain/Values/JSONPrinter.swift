extension JSON {
  /// Compact JSON text: the same value always gives the same text, and reading it back gives the same value.
  ///
  /// Floats print as the shortest digits that read back as the same float, and keep a fraction or an exponent (`100.0`), so that they stay
  /// floats. What JSON cannot say (infinity, not-a-number) prints as `null`.
  /// - Parameter sortedKeys: members in the byte order of their names (repeats stay in their order), for texts that are compared or hashed.
  public func printed(sortedKeys: Bool = false) -> String {
    String(decoding: printedBytes(sortedKeys: sortedKeys), as: UTF8.self)
  }

  /// The UTF-8 bytes of `printed(sortedKeys:)`.
  public func printedBytes(sortedKeys: Bool = false) -> [UInt8] {
    var writer = JSONWriter(sortedKeys: sortedKeys)
    writer.write(self)
    return writer.bytes
  }

  /// The beginning of the compact text, for showing to people: at most about `limit` bytes, with `…` where something was left off.
  public func excerpt(limit: Int = 200) -> String {
    var writer = JSONWriter(sortedKeys: false, limit: limit)
    writer.write(self)
    guard writer.bytes.count > limit else { return String(decoding: writer.bytes, as: UTF8.self) }
    var end = limit
    while end > 0, writer.bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: writer.bytes[..<end], as: UTF8.self) + "…"
  }

  /// About the length of the compact text in bytes, without making it: an escape counts as the character it stands for.
  public var approximateByteCount: Int {
    switch self {
    case .null: 4
    case .bool(let value): value ? 4 : 5
    case .integer(let value): value < 10 && value >= 0 ? 1 : String(value).utf8.count
    case .number(let value): value.description.utf8.count
    case .string(let text): text.utf8.count + 2
    case .array(let items): items.reduce(2) { $0 + $1.approximateByteCount + 1 }
    case .object(let members): members.reduce(2) { $0 + $1.name.utf8.count + 4 + $1.value.approximateByteCount }
    }
  }
}

/// Appends JSON text to bytes; past `limit` it stops early, and the text is of use only as a beginning.
struct JSONWriter {
  var bytes: [UInt8] = []
  let sortedKeys: Bool
  let limit: Int

  init(sortedKeys: Bool, limit: Int = .max) {
    self.sortedKeys = sortedKeys
    self.limit = limit
  }

  mutating func write(_ value: JSON) {
    guard bytes.count <= limit else { return }
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): bytes.append(contentsOf: String(value).utf8)
    case .number(let value): bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
    case .string(let text): write(text)
    case .array(let items): write(items)
    case .object(let members): write(members)
    }
  }

  private mutating func write(_ items: [JSON]) {
    bytes.append(UInt8(ascii: "["))
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(item)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ members: [JSON.Member]) {
    bytes.append(UInt8(ascii: "{"))
    for (index, member) in (sortedKeys ? sorted(members) : members).enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(member.name)
      bytes.append(UInt8(ascii: ":"))
      write(member.value)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private func sorted(_ members: [JSON.Member]) -> [JSON.Member] {
    members.enumerated().sorted { a, b in
      if a.element.name.utf8.elementsEqual(b.element.name.utf8) { return a.offset < b.offset }
      return a.element.name.utf8.lexicographicallyPrecedes(b.element.name.utf8)
    }.map(\.element)
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
      if bytes.count > limit { return }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
