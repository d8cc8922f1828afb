/// A Swift file, line by line, with what is code told apart from what is comment and what is text in quotes.
struct SwiftFile: Sendable {
  struct Line: Sendable {
    /// The line as it stands in the file.
    var text: String
    /// The line with comments and the insides of string literals blanked, so that a word in them is not taken for code.
    var code: String
    /// What stands in comments on this line.
    var comment: String
    /// The line begins inside a multi-line string literal.
    var beginsInString: Bool
  }

  let path: String
  let lines: [Line]

  init(path: String, text: String) {
    self.path = path
    var scanner = SwiftScanner()
    var rows = text.split(separator: "\n", omittingEmptySubsequences: false)
    if rows.last?.isEmpty == true { rows.removeLast() }
    lines = rows.map { scanner.scan(String($0)) }
  }

  /// The lines with their numbers, counted from 1.
  var numbered: [(number: Int, line: Line)] { lines.enumerated().map { ($0.offset + 1, $0.element) } }

  /// The room the file lives in: `Sources/ROOM/…`.
  var room: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }
}

/// Walks Swift text a line at a time and remembers what it is in the middle of: nested comments, raw and multi-line strings, interpolation.
struct SwiftScanner {
  private enum Mode: Equatable {
    case code
    case blockComment
    case string(hashes: Int, multiline: Bool)
    /// Code inside `\(…)`; counts the parentheses open in it.
    case interpolation(open: Int)
  }

  private var modes: [Mode] = [.code]

  mutating func scan(_ text: String) -> SwiftFile.Line {
    let characters = Array(text)
    var line = SwiftFile.Line(text: text, code: "", comment: "", beginsInString: isInString)
    var index = 0
    while index < characters.count {
      switch modes[modes.count - 1] {
      case .code, .interpolation: index = scanCode(characters, from: index, into: &line)
      case .blockComment: index = scanBlockComment(characters, from: index, into: &line)
      case .string(let hashes, let multiline):
        index = scanString(characters, from: index, hashes: hashes, multiline: multiline, into: &line)
      }
    }
    if case .string(_, multiline: false) = modes[modes.count - 1] { modes.removeLast() }
    return line
  }

  private var isInString: Bool {
    if case .string(_, multiline: true) = modes[modes.count - 1] { true } else { false }
  }

  private mutating func scanCode(_ characters: [Character], from index: Int, into line: inout SwiftFile.Line) -> Int {
    if characters.starts("//", at: index) {
      line.comment += String(characters[index...])
      return characters.count
    }
    if characters.starts("/*", at: index) {
      modes.append(.blockComment)
      line.code += "  "
      return index + 2
    }
    let hashes = characters[index...].prefix { $0 == "#" }.count
    if index + hashes < characters.count, characters[index + hashes] == "\"" {
      let multiline = characters.starts("\"\"\"", at: index + hashes)
      modes.append(.string(hashes: hashes, multiline: multiline))
      let width = hashes + (multiline ? 3 : 1)
      line.code += String(repeating: "\"", count: width)
      return index + width
    }
    if case .interpolation(let open) = modes[modes.count - 1], characters[index] == "(" || characters[index] == ")" {
      let now = open + (characters[index] == "(" ? 1 : -1)
      modes.removeLast()
      if now > 0 { modes.append(.interpolation(open: now)) }
    }
    line.code.append(characters[index])
    return index + 1
  }

  private mutating func scanBlockComment(_ characters: [Character], from index: Int, into line: inout SwiftFile.Line) -> Int {
    let opens = characters.starts("/*", at: index)
    let closes = characters.starts("*/", at: index)
    if opens { modes.append(.blockComment) }
    if closes { modes.removeLast() }
    let width = opens || closes ? 2 : 1
    line.comment += String(characters[index..<index + width])
    line.code += String(repeating: " ", count: width)
    return index + width
  }

  private mutating func scanString(
    _ characters: [Character], from index: Int, hashes: Int, multiline: Bool, into line: inout SwiftFile.Line
  ) -> Int {
    let fence = String(repeating: "#", count: hashes)
    let end = (multiline ? "\"\"\"" : "\"") + fence
    if characters.starts(end, at: index) {
      modes.removeLast()
      line.code += String(repeating: "\"", count: end.count)
      return index + end.count
    }
    let escape = "\\" + fence
    if characters.starts(escape + "(", at: index) {
      modes.append(.interpolation(open: 1))
      line.code += String(repeating: " ", count: escape.count) + "("
      return index + escape.count + 1
    }
    let width = characters.starts(escape, at: index) ? min(escape.count + 1, characters.count - index) : 1
    line.code += String(repeating: " ", count: width)
    return index + width
  }
}

extension [Character] {
  fileprivate func starts(_ text: String, at index: Int) -> Bool { self[index...].starts(with: text) }
}
