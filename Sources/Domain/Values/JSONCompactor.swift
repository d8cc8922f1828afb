// Going over a JSON text without making values of all of it: what nobody asks for is only checked, what is only kept is only copied.

/// Names of members that somebody asks for, by their numbers in this list.
public struct JSONNames: Sendable {
  private let names: [[UInt8]]

  public init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }

  func number(of name: UnsafeBufferPointer<UInt8>) -> Int? {
    for (number, candidate) in names.enumerated() where candidate.count == name.count {
      if name.elementsEqual(candidate) { return number }
    }
    return nil
  }
}

extension JSONScanner {
  /// The byte that the next value begins with; `nil` at the end.
  public mutating func peekValue() -> UInt8? {
    skipBlanks()
    return position < bytes.count ? bytes[position] : nil
  }

  /// What came since `start`. Lent as the bytes are.
  public func text(from start: Int) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[start..<position]) }

  /// Goes through the members of the object that comes next, in their order. `body` is told the number of each name among `names` (`nil`:
  /// none of them) and takes the value, by one of the methods here.
  public mutating func members(
    _ names: JSONNames, _ body: (inout JSONScanner, Int?) throws(JSONError) -> Void
  ) throws(JSONError) {
    try begin(UInt8(ascii: "{"))
    if closes(UInt8(ascii: "}")) { return }
    repeat {
      let number = try name(among: names)
      try colon()
      try body(&self, number)
    } while try another(closing: UInt8(ascii: "}"))
  }

  /// Goes through the elements of the array that comes next; `body` takes each.
  public mutating func elements(_ body: (inout JSONScanner) throws(JSONError) -> Void) throws(JSONError) {
    try begin(UInt8(ascii: "["))
    if closes(UInt8(ascii: "]")) { return }
    repeat { try body(&self) } while try another(closing: UInt8(ascii: "]"))
  }

  /// Steps over the next value. It is checked as closely as one that is read.
  public mutating func skip() throws(JSONError) {
    switch peekValue() {
    case UInt8(ascii: "{"):
      try begin(UInt8(ascii: "{"))
      if closes(UInt8(ascii: "}")) { return }
      repeat {
        try skipName()
        try colon()
        try skip()
      } while try another(closing: UInt8(ascii: "}"))
    case UInt8(ascii: "["):
      try begin(UInt8(ascii: "["))
      if closes(UInt8(ascii: "]")) { return }
      repeat { try skip() } while try another(closing: UInt8(ascii: "]"))
    case UInt8(ascii: "\""):
      try count()
      if plainString() == nil { _ = try string() }
    default: _ = try value()
    }
  }

  /// The next value as compact text: what `printed()` makes of it.
  public mutating func compact() throws(JSONError) -> String {
    var writer = JSONWriter(sortedKeys: false)
    try compact(into: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private mutating func compact(into writer: inout JSONWriter) throws(JSONError) {
    switch peekValue() {
    case UInt8(ascii: "{"):
      try begin(UInt8(ascii: "{"))
      writer.bytes.append(UInt8(ascii: "{"))
      if !closes(UInt8(ascii: "}")) {
        try compactMember(into: &writer)
        while try another(closing: UInt8(ascii: "}")) {
          writer.bytes.append(UInt8(ascii: ","))
          try compactMember(into: &writer)
        }
      }
      writer.bytes.append(UInt8(ascii: "}"))
    case UInt8(ascii: "["):
      try begin(UInt8(ascii: "["))
      writer.bytes.append(UInt8(ascii: "["))
      if !closes(UInt8(ascii: "]")) {
        try compact(into: &writer)
        while try another(closing: UInt8(ascii: "]")) {
          writer.bytes.append(UInt8(ascii: ","))
          try compact(into: &writer)
        }
      }
      writer.bytes.append(UInt8(ascii: "]"))
    case UInt8(ascii: "\""):
      try count()
      try compactString(into: &writer)
    default: writer.write(try value())
    }
  }

  private mutating func compactMember(into writer: inout JSONWriter) throws(JSONError) {
    try requireName()
    try compactString(into: &writer)
    try colon()
    writer.bytes.append(UInt8(ascii: ":"))
    try compact(into: &writer)
  }

  /// A string without escapes is written as it came.
  private mutating func compactString(into writer: inout JSONWriter) throws(JSONError) {
    guard let content = plainString() else { return writer.write(.string(try string())) }
    writer.bytes.append(contentsOf: bytes[content.lowerBound - 1..<content.upperBound + 1])
  }

  // MARK: Parts

  private mutating func begin(_ byte: UInt8) throws(JSONError) {
    let found = peekValue()
    try count()
    guard let found else { throw failure(.unexpectedEnd) }
    guard found == byte else { throw failure(.unexpectedByte) }
    try enter()
  }

  private mutating func requireName() throws(JSONError) {
    guard let found = peekValue() else { throw failure(.unexpectedEnd) }
    guard found == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
  }

  private mutating func skipName() throws(JSONError) {
    try requireName()
    if plainString() == nil { _ = try string() }
  }

  private mutating func name(among names: JSONNames) throws(JSONError) -> Int? {
    try requireName()
    if let content = plainString() { return names.number(of: UnsafeBufferPointer(rebasing: bytes[content])) }
    return Array(try string().utf8).withUnsafeBufferPointer(names.number)
  }
}
