/// Public types, protocols and functions say what they are. Left out, because a comment would only repeat the name: properties and
/// initializers, nested types, operators, functions of a few lines, and what fulfils a protocol (`requirements`: names that ours require).
func checkDocComments(_ file: SwiftFile, requirements: Set<String> = []) -> [Finding] {
  let ends = Dictionary(Shape.functions(in: file).map { ($0.first, $0.last) }) { first, _ in first }
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
    if isFunction, insideConformance || declaration.isOperator { return nil }
    if isFunction, let end = ends[number], end - number < shortFunctionLines { return nil }
    if !isFunction, code.hasPrefix(" ") { return nil }
    if isFunction, fulfilling.union(requirements).contains(declaration.name) { return nil }
    if hasCommentAbove(file, line: number) { return nil }
    let message = "public \(declaration.kind) `\(declaration.name)` has no doc comment: what is it, in what unit?"
    return Finding(file: file.path, line: number, message: message)
  }
}

/// Names of functions that fulfil a well-known protocol.
private let fulfilling: Set<String> = ["encode", "hash", "run", "next", "makeAsyncIterator", "makeIterator", "validate", "callAsFunction"]

/// A function of at most this many lines is read faster than a comment about it.
private let shortFunctionLines = 6

/// Names of the functions that our own protocols require; they are documented there.
func requiredFunctions(_ file: SwiftFile) -> Set<String> {
  var names: Set<String> = []
  var insideProtocol = false
  for line in file.lines {
    if let first = line.code.first, first.isLetter { insideProtocol = line.code.mentions("protocol") }
    guard insideProtocol, let function = line.code.firstRange(of: "func ") else { continue }
    names.insert(String(line.code[function.upperBound...].prefix { $0.isNamePart }))
  }
  return names
}

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
