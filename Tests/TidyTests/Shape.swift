/// How long and how wide our files may be.
enum Shape {
  static let maximumFileLines = 500
  static let maximumFunctionLines = 80
  static let maximumColumns = 140

  static func checkFileLength(_ file: SwiftFile) -> [Finding] {
    guard file.lines.count > maximumFileLines else { return [] }
    let message = "\(file.lines.count) lines, at most \(maximumFileLines): split by idea"
    return [Finding(file: file.path, line: maximumFileLines, message: message)]
  }

  /// Lines over the limit, save those inside a multi-line string and those with an address in a comment.
  static func checkLineWidth(_ file: SwiftFile) -> [Finding] {
    file.numbered.compactMap { number, line in
      guard line.text.utf8.count > maximumColumns, line.text.count > maximumColumns else { return nil }
      if line.beginsInString || line.comment.contains("://") { return nil }
      return Finding(file: file.path, line: number, message: "\(line.text.count) columns, at most \(maximumColumns)")
    }
  }

  static func checkTabs(_ file: SwiftFile) -> [Finding] {
    file.numbered.filter { $0.line.text.utf8.contains(9) }.map {
      Finding(file: file.path, line: $0.number, message: "a tab: indent with two spaces, write \\t in text")
    }
  }

  static func checkFunctionLength(_ file: SwiftFile) -> [Finding] {
    functions(in: file).filter { $0.last - $0.first + 1 > maximumFunctionLines }.map {
      Finding(file: file.path, line: $0.first, message: "a function of \($0.last - $0.first + 1) lines, at most \(maximumFunctionLines)")
    }
  }

  /// First and last line of each function, initializer and subscript that has a body.
  static func functions(in file: SwiftFile) -> [(first: Int, last: Int)] {
    file.numbered.compactMap { number, line in
      startsFunction(line.code) ? lastLine(in: file, from: number).map { (number, $0) } : nil
    }
  }

  private static func startsFunction(_ code: String) -> Bool {
    guard code.contains("func ") || code.contains("init") || code.contains("subscript") else { return false }
    for word in code.split(separator: " ") {
      if word == "func" || word == "deinit" { return true }
      if ["init(", "init?(", "init<", "subscript(", "subscript<"].contains(where: { word.hasPrefix($0) }) { return true }
      if !modifiers.contains(String(word)), !word.hasPrefix("@") { return false }
    }
    return false
  }

  private static let modifiers: Set<String> = [
    "public", "package", "internal", "private", "fileprivate", "open", "static", "class", "final", "override", "mutating", "nonmutating",
    "convenience", "required", "isolated", "nonisolated", "borrowing", "consuming", "prefix", "postfix", "infix", "indirect",
  ]

  /// Counts brackets from the declaration to the brace that closes its body; `nil` where there is no body (a protocol's requirement).
  private static func lastLine(in file: SwiftFile, from first: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in (first - 1)..<file.lines.count {
      let code = file.lines[index].code
      if index >= first, parentheses == 0, braces == 0, !continuesSignature(code.trimmed) { return nil }
      for byte in code.utf8 {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
        case UInt8(ascii: "{") where parentheses == 0 || braces > 0: braces += 1
        case UInt8(ascii: "}") where braces > 0:
          braces -= 1
          if braces == 0 { return index + 1 }
        case UInt8(ascii: "}") where parentheses == 0: return nil
        default: break
        }
      }
    }
    return nil
  }

  private static func continuesSignature(_ code: String) -> Bool {
    code.isEmpty || ["{", "->", "where", "async", "throws", "rethrows"].contains { code.hasPrefix($0) }
  }
}

/// Words that mark work left lying. Spelled in halves here, so that this file does not find itself.
func checkUnfinished(path: String, lines: [String]) -> [Finding] {
  let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
  return lines.enumerated().compactMap { index, line in
    guard let word = words.first(where: { line.mentions($0) }) else { return nil }
    return Finding(file: path, line: index + 1, message: "`\(word)`: do it, or write down elsewhere what is missing")
  }
}
