// Numbers and strings of the JSON scanner.

extension JSONScanner {
  mutating func number() throws(JSONError) -> JSON {
    let start = position
    let negative = bytes[position] == UInt8(ascii: "-")
    if negative { position += 1 }
    guard let first = peek(), isDigit(first) else { throw failure(position < bytes.count ? .invalidNumber : .unexpectedEnd) }
    var magnitude: UInt64 = 0
    var fits = true
    while let byte = peek(), isDigit(byte) {
      position += 1
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte &- 0x30))
      if overflow || carry { fits = false }
      magnitude = sum
    }
    if first == 0x30, position > start + (negative ? 2 : 1) { throw failure(.invalidNumber, at: start) }
    let whole = try !fractionAndExponent()
    if whole, fits {
      if !negative, let value = Int64(exactly: magnitude) { return .integer(value) }
      if negative, magnitude <= UInt64(Int64.max) { return .integer(-Int64(magnitude)) }
      if negative, magnitude == UInt64(Int64.max) + 1 { return .integer(.min) }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite else { throw failure(.invalidNumber, at: start) }
    return .number(value)
  }

  /// Steps over `.5e-3`; whether anything was there.
  private mutating func fractionAndExponent() throws(JSONError) -> Bool {
    var found = false
    if peek() == UInt8(ascii: ".") {
      found = true
      position += 1
      try digits()
    }
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
      found = true
      position += 1
      if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return found
  }

  private mutating func digits() throws(JSONError) {
    guard let byte = peek() else { throw failure(.unexpectedEnd) }
    guard isDigit(byte) else { throw failure(.invalidNumber) }
    while let byte = peek(), isDigit(byte) { position += 1 }
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// A string from its opening quote to behind its closing one. Without escapes it is copied in one step.
  mutating func string() throws(JSONError) -> String {
    if let content = plainString() { return String(decoding: UnsafeBufferPointer(rebasing: bytes[content]), as: UTF8.self) }
    let start = position
    position += 1
    let content = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try validated(UnsafeBufferPointer(rebasing: bytes[content..<position]), at: content)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: content) }
      guard byte >= 0x20 else { throw failure(.controlCharacter) }
      position += 1
    }
    throw failure(.unexpectedEnd, at: max(start, bytes.count))
  }

  /// Steps over a string that is UTF-8, has no escapes and needs no mending. - Returns: its content; `nil` where it is not such a one, or
  /// does not end, and nothing is stepped over.
  mutating func plainString() -> Range<Int>? {
    let content = position + 1
    var end = content
    var allBits: UInt8 = 0
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") {
        guard allBits < 0x80 || isPlain(content..<end) else { return nil }
        position = end + 1
        return content..<end
      }
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return nil }
      allBits |= byte
      end += 1
    }
    return nil
  }

  /// Whether text that is not all ASCII may stay as it is.
  private func isPlain(_ content: Range<Int>) -> Bool {
    guard let text = String(validating: UnsafeBufferPointer(rebasing: bytes[content]), as: UTF8.self) else { return false }
    return text.streamSafe.utf8.count == content.count
  }

  private func validated(_ buffer: UnsafeBufferPointer<UInt8>, at offset: Int) throws(JSONError) -> String {
    guard let text = String(validating: buffer, as: UTF8.self) else { throw failure(.invalidUTF8, at: offset) }
    return text.streamSafe
  }

  /// The rest of a string of which `content..<position` is plain and an escape comes next.
  private mutating func escapedString(from content: Int) throws(JSONError) -> String {
    var buffer = Array(bytes[content..<position])
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        guard let text = String(validating: buffer, as: UTF8.self) else { throw failure(.invalidUTF8, at: content) }
        return text.streamSafe
      }
      guard byte >= 0x20 else { throw failure(.controlCharacter) }
      if byte == UInt8(ascii: "\\") {
        try escape(into: &buffer)
      } else {
        buffer.append(byte)
        position += 1
      }
    }
    throw failure(.unexpectedEnd)
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
    guard position + 1 < bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
    let kind = bytes[position + 1]
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(kind)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"): return try unicodeEscape(into: &buffer)
    default: throw failure(.invalidEscape)
    }
    position += 2
  }

  /// `\uXXXX`, or two of them as a surrogate pair. Half a pair alone stands for no character and becomes U+FFFD.
  private mutating func unicodeEscape(into buffer: inout [UInt8]) throws(JSONError) {
    let unit = try hexUnit(at: position + 2)
    position += 6
    var scalar = Unicode.Scalar(UInt32(unit))
    if (0xD800..<0xDC00).contains(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      let low = try hexUnit(at: position + 2)
      if (0xDC00..<0xE000).contains(low) {
        position += 6
        scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
      }
    }
    buffer.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}")!)
  }

  private func hexUnit(at start: Int) throws(JSONError) -> UInt16 {
    guard start + 4 <= bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
    var unit: UInt16 = 0
    for index in start..<start + 4 {
      let byte = bytes[index]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: throw failure(.invalidEscape, at: index)
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
