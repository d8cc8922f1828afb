/// Public types, protocols and functions say what they are. Left out, because a comment would only repeat the name: properties and
/// initializers, nested types, operators, one-line functions, and what an extension adds to fulfil a protocol.
func checkDocComments(_ file: SwiftFile) -> [Finding] {
  var insideConformance = false
  return file.numbered.compactMap { number, line in
    let code = line.code
    if let first = code.first, first.isLetter || first == "@" { insideConformance = false }
    if code.hasPrefix("extension ") || code.hasPrefix("public extension ") {
      insideConformance = code.contains(":")
      return nil
    }
    guard let declaration = publicDeclaration(code) else { return nil }
    let isFunction = declaration.kind == "func"
    if isFunction, insideConformance || declaration.isOperator || code.trimmed.hasSuffix("}") { return nil }
    if !isFunction, code.hasPrefix(" ") { return nil }
    if isFunction, fulfilling.contains(declaration.name) { return nil }
    if hasCommentAbove(file, line: number) { return nil }
    let message = "public \(declaration.kind) `\(declaration.name)` has no doc comment: what is it, in what unit?"
    return Finding(file: file.path, line: number, message: message)
  }
}

/// Names of functions that fulfil a well-known protocol.
private let fulfilling: Set<String> = ["encode", "hash", "run", "next", "makeAsyncIterator", "makeIterator", "validate"]

/// Kind and name of the type, protocol or function that a line declares as public.
private func publicDeclaration(_ code: String) -> (kind: String, name: String, isOperator: Bool)? {
  var words = code.split(separator: " ")[...]
  while let word = words.first, word.hasPrefix("@") { words.removeFirst() }
  guard let access = words.popFirst(), access == "public" || access == "open" else { return nil }
  let kinds = ["struct", "enum", "class", "actor", "protocol", "func", "macro"]
  let modifiers = ["static", "final", "indirect", "mutating", "nonisolated", "override", "consuming", "borrowing"]
  while let word = words.popFirst() {
    if kinds.contains(String(word)), let name = words.first {
      // `public class func`, `public static func`
      if word == "class", name == "func" { continue }
      let end = name.prefix { $0.isNamePart }
      return (String(word), end.isEmpty ? String(name) : String(end), end.isEmpty)
    }
    guard modifiers.contains(String(word)) || word.hasPrefix("nonisolated") else { return nil }
  }
  return nil
}
