/// What `Package.swift` says of our targets, read from its text: `room("Name", ["A", b])`, on one line or several,
/// `.executableTarget(name: …, dependencies: […])`.
struct Manifest {
  struct Target {
    var name: String
    var line: Int
    var dependencies: Set<String>
  }

  var targets: [Target] = []

  init(_ file: SwiftFile) {
    let text = file.lines.map(\.text).joined(separator: "\n")
    let products = Self.products(text)
    for (opening, list) in [("room(\"", ""), ("room(\n", ""), (".executableTarget(", "dependencies:"), (".systemLibrary(", "")] {
      var rest = text[...]
      while let start = rest.firstRange(of: opening) {
        let call = Self.balanced(rest[start.lowerBound...], open: "(", close: ")")
        let line = text[..<start.lowerBound].count { $0 == "\n" } + 1
        if let name = Self.quoted(call).first, !call.contains("_ name: String") {
          let from = list.isEmpty ? call : call.firstRange(of: list).map { call[$0.upperBound...] } ?? ""
          let items = opening == ".systemLibrary(" ? "" : Self.balanced(from, open: "[", close: "]")
          let named = Self.quoted(items) + Self.bareWords(items).map { products[$0] ?? $0 }
          targets.append(Target(name: name, line: line, dependencies: Set(named)))
        }
        rest = rest[start.upperBound...]
      }
    }
  }

  /// Where the manifest and the table of floors differ, for the targets under `Sources`.
  func compare(with rooms: [Floors.Room], ignoring others: Set<String> = ["Benchmark"]) -> [Finding] {
    var findings: [Finding] = []
    for target in targets where !others.contains(target.name) {
      guard let room = rooms.first(where: { $0.name == target.name }) else {
        findings.append(finding(target, "target `\(target.name)` is not in the table of Tests/TidyTests/Floors.swift"))
        continue
      }
      findings += target.dependencies.subtracting(room.imports).sorted().map {
        finding(target, "`\(target.name)` depends on `\($0)`, which the table of floors does not allow")
      }
      findings += room.imports.subtracting(target.dependencies).sorted().map {
        finding(target, "`\(target.name)` does not depend on `\($0)`, which the table of floors allows: make them agree")
      }
    }
    let names = Set(targets.map(\.name))
    findings += rooms.filter { !names.contains($0.name) }.map {
      Finding(file: "Package.swift", line: 1, message: "room `\($0.name)` of the table of floors has no target")
    }
    return findings
  }

  private func finding(_ target: Target, _ message: String) -> Finding {
    Finding(file: "Package.swift", line: target.line, message: message)
  }

  /// `let yams = Target.Dependency.product(name: "Yams", …)`: the module's name by the constant's.
  private static func products(_ text: String) -> [String: String] {
    var products: [String: String] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("let ") && line.contains("Target.Dependency.product(") {
      if let name = quoted(line).first { products[line.dropFirst(4).prefix { $0.isNamePart }.description] = name }
    }
    return products
  }

  /// The text from the first opening bracket to the closing one that belongs to it.
  private static func balanced(_ text: Substring, open: Character, close: Character) -> Substring {
    guard let start = text.firstIndex(of: open) else { return "" }
    var depth = 0
    for index in text[start...].indices {
      if text[index] == open { depth += 1 }
      if text[index] == close { depth -= 1 }
      if depth == 0 { return text[start...index] }
    }
    return text[start...]
  }

  private static func quoted(_ text: Substring) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  private static func bareWords(_ text: Substring) -> [String] {
    let outside = text.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 0 }
    return outside.flatMap { $0.element.split { !$0.isNamePart } }.map(String.init)
  }
}
