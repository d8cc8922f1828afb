import Domain
import Foundation
import Settings
import Testing

@Suite("Documentation")
struct DocumentationTests {
  private static func page(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
  }

  /// Texts between ```LANGUAGE and ```.
  private static func blocks(_ page: String, _ language: String) -> [String] {
    page.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  /// Top-level sections by key.
  private static func sections(_ text: String) -> [(key: String, text: String)] {
    var result: [(key: String, text: String)] = []
    for line in text.components(separatedBy: "\n") {
      if let first = line.first, first.isLetter, let key = line.split(separator: ":").first { result.append((String(key), "")) }
      if !result.isEmpty { result[result.count - 1].text += line + "\n" }
    }
    return result
  }

  @Test(
    "every YAML block of a page loads in place of the starter's keys",
    arguments: [("configuration.md", 6), ("sources.md", 2), ("mail.md", 2), ("tasks.md", 1)])
  func blocksLoad(page: String, count: Int) throws {
    let blocks = Self.blocks(try Self.page(page), "yaml")
    #expect(blocks.count >= count)
    let starter = Starter.sop.files.flatMap { Self.sections($0.text) }
    for block in blocks {
      let replaced = Set(Self.sections(block).map(\.key))
      // A block of declarations replaces what the starter's model would ask for; the block itself must still be right.
      let rest = starter.filter { !replaced.contains($0.key) }.map(\.text).joined()
      let result = SettingsLoader.load(files: [("block.yaml", block), ("starter.yaml", rest)], environment: [:])
      #expect(result.errors.map(\.description) == [], "\(block)")
      #expect(result.blueprint != nil)
    }
  }

  @Test("the configuration page holds every key as it is checked")
  func reference() throws {
    let reference = SettingsReference.markdown
    #expect(reference.contains("| `penalty` | a whole number, 5 to 20 | 10 |"))
    #expect(
      try Self.page("configuration.md").contains(reference), "docs/configuration.md is stale: put SettingsReference.markdown at its end")
  }

  @Test("every signal of the expressions page compiles to its type")
  func signals() throws {
    let blueprint = try #require(SettingsLoader.load(files: Starter.full.files).blueprint)
    let compiler = ExpressionCompiler(catalog: blueprint.catalog, segments: blueprint.segments, allowsScore: true)
    let page = try Self.page("expressions.md")
    let table = page.components(separatedBy: "## Signals")[1].components(separatedBy: "## Missing")[0]
    var count = 0
    for row in table.components(separatedBy: "\n") where row.hasPrefix("| `") {
      let cells = row.components(separatedBy: " | ")
      for code in cells[0].components(separatedBy: "`").enumerated() where code.offset % 2 == 1 {
        let source = code.element.replacingOccurrences(of: "EVENT", with: "login")
          .replacingOccurrences(of: "goal(NAME", with: "goal(automated").replacingOccurrences(
            of: "segment(NAME", with: "segment(enterprise")
        let type = try compiler.compile(source).get().type
        #expect(cells[1].contains(type.rawValue), "\(source)")
        count += 1
      }
    }
    #expect(count > 30)
  }
}
