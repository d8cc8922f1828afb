/// Takes a message apart as a mail program does, plainly and slowly: what the letters are held against.
struct ParsedMail {
  var headers: [(name: String, value: String)] = []
  var parts: [ParsedMail] = []
  var body = ""

  subscript(name: String) -> [String] { headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }

  init(_ text: String) {
    let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
    }
    let end = lines.firstIndex(of: "") ?? lines.count
    for line in lines[..<end] {
      if line.first == " " || line.first == "\t", let last = headers.indices.last {
        headers[last].value += line
      } else if let colon = line.firstIndex(of: ":") {
        headers.append((String(line[..<colon]), Self.trimmed(String(line[line.index(after: colon)...]))))
      }
    }
    let rest = lines.dropFirst(end + 1)
    if let type = self["Content-Type"].first, let boundary = type.firstRange(of: "boundary=\"") {
      let mark = "--" + type[boundary.upperBound...].prefix { $0 != "\"" }
      let pieces = rest.split(omittingEmptySubsequences: false) { $0 == mark || $0 == mark + "--" }
      parts = pieces.dropFirst().dropLast().map { ParsedMail($0.joined(separator: "\r\n")) }
    } else {
      body = Self.quotedPrintable(Array(rest))
    }
    headers = headers.map { ($0.name, Self.decodedWords($0.value)) }
  }

  private static func trimmed(_ text: String) -> String { String(text.drop { $0 == " " }) }

  private static func quotedPrintable(_ lines: [String]) -> String {
    var bytes: [UInt8] = []
    for line in lines {
      let goesOn = line.hasSuffix("=")
      bytes += unescaped(Array((goesOn ? line.dropLast() : Substring(line)).utf8))
      if !goesOn { bytes.append(10) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unescaped(_ letters: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < letters.count {
      if letters[index] == UInt8(ascii: "="), index + 2 < letters.count,
        let byte = UInt8(String(decoding: letters[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        index += 3
      } else {
        bytes.append(letters[index])
        index += 1
      }
    }
    return bytes
  }

  /// Blanks between encoded words are none (RFC 2047, section 6.2).
  static func decodedWords(_ value: String) -> String {
    var bytes: [UInt8] = []
    var wasEncoded = false
    for (index, word) in value.split(separator: " ", omittingEmptySubsequences: true).enumerated() {
      let isEncoded = word.hasPrefix("=?utf-8?Q?") && word.hasSuffix("?=")
      if index > 0, !(isEncoded && wasEncoded) { bytes.append(32) }
      bytes += isEncoded ? unescaped(Array(word.dropFirst(10).dropLast(2).replacing("_", with: " ").utf8)) : Array(word.utf8)
      wasEncoded = isEncoded
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
