import Testing

/// Each check is shown a small fault that it must find and its innocent neighbour that it must let pass.
@Suite("The checks of the house can fail")
struct ChecksCanFailTests {
  private func sample(_ text: String, path: String = "Sources/Engine/Sample.swift") -> SwiftFile { SwiftFile(path: path, text: text) }
  private func lines(_ findings: [Finding]) -> [Int] { findings.map(\.line) }

  @Test(
    "A banned call is found where it stands in code",
    arguments: [
      ("let now = Date()", "wall clock"), ("let start = ContinuousClock().now", "wall clock"), ("a = time(nil)", "wall clock"),
      ("try await Task.sleep(for: .seconds(1))", "sleep"), ("usleep(3)", "sleep"), ("clock.sleep(1); sleep(2)", "sleep"),
      ("let id = UUID()", "ambient randomness"),
      ("print(\"hello\")", "printing"), ("let text = \"\\(print(1))\"", "printing"), ("try! run()", "forcing"), ("x as! Int", "forcing"),
      ("default: fatalError()", "crashing"),
    ])
  func bannedCall(code: String, name: String) {
    let findings = BannedCall.all.flatMap { $0.check(sample("\n" + code)) }
    #expect(lines(findings) == [2], "\(findings)")
    #expect(findings.first?.message.hasPrefix(name) == true)
    #expect(findings.first?.description.hasPrefix("Sources/Engine/Sample.swift:2: ") == true)
  }

  @Test(
    "Comments, text and longer names are no calls",
    arguments: [
      "// never Date() here", "/* print( /* nested */ fatalError( */ let a = 1", "let help = \"print(1)\"", "let raw = #\"a \"try!\" b\"#",
      "let text = \"\"\"\n  fatalError()\n  \"\"\"", "blueprint(of: house)", "let now = clock.now()", "oversleep(1)",
      "func sleep(for span: TimeSpan) async throws", "try await clock.sleep(for: pause)", "let d = Date(at)",
      "let path = \"\\\"print(\"", "try run()", "x as? Int",
    ])
  func innocentCall(code: String) {
    let findings = BannedCall.all.flatMap { $0.check(sample(code)) }
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test("A random draw without a generator is found")
  func randomDraw() {
    #expect(lines(checkRandomDraws(sample("let a = Int.random(in: 1...6, using: &dice)\nlet b = Int.random(in: 1...6)"))) == [2])
  }

  @Test("An exception covers its own file and is itself reported when idle")
  func allowance() {
    let call = BannedCall(
      name: "printing", remedy: "", spellings: ["print("], allowed: [.init(path: "Sources/A/B.swift", reason: "shown to people")])
    let busy = sample("print(1)", path: "Sources/A/B.swift")
    #expect(call.check(busy).isEmpty)
    #expect(lines(call.check(sample("print(1)", path: "Sources/A/C.swift"))) == [1])
    #expect(call.idleAllowances(in: [busy]).isEmpty)
    #expect(call.idleAllowances(in: [sample("let a = 1", path: "Sources/A/B.swift")]).count == 1)
  }

  @Test("An unexplained unsafe word is found; a comment above or beside explains it")
  func unsafe() {
    #expect(lines(checkUnsafeHasReason(sample("\nfinal class Box: @unchecked Sendable {}"))) == [2])
    #expect(lines(checkUnsafeHasReason(sample("// far away\n\nnonisolated(unsafe) var a = 1"))) == [3])
    #expect(checkUnsafeHasReason(sample("// The lock guards it.\nfinal class Box: @unchecked Sendable {}")).isEmpty)
    #expect(checkUnsafeHasReason(sample("nonisolated(unsafe) let a = b  // written once, before any thread starts")).isEmpty)
    #expect(checkUnsafeHasReason(sample("// Immutable.\n@usableFromInline\nclass Box: @unchecked Sendable {}")).isEmpty)
  }

  @Test("A file that is too long is found")
  func fileLength() {
    #expect(Shape.checkFileLength(sample(String(repeating: "a\n", count: 501))).count == 1)
    #expect(Shape.checkFileLength(sample(String(repeating: "a\n", count: 500))).isEmpty)
  }

  @Test("A line that is too wide is found, save addresses and multi-line text")
  func lineWidth() {
    let wide = String(repeating: "ä", count: 141)
    #expect(lines(Shape.checkLineWidth(sample("let a = 1\n" + wide))) == [2])
    #expect(Shape.checkLineWidth(sample(String(wide.dropLast()))).isEmpty)
    #expect(Shape.checkLineWidth(sample("// https://example.com/" + wide)).isEmpty)
    #expect(Shape.checkLineWidth(sample("let a = \"\"\"\n\(wide)\n\"\"\"")).isEmpty)
  }

  @Test("A tab is found")
  func tabs() {
    #expect(lines(Shape.checkTabs(sample("a\n\tb"))) == [2])
  }

  @Test("A function that is too long is found, whatever braces its text and defaults hold")
  func functionLength() {
    let body = String(repeating: "  f(\"}\")  // }\n", count: 79)
    let long = "struct A {\n  func a(\n    b: () -> Void = {}\n  ) -> Int {\n\(body)  }\n}\n"
    #expect(lines(Shape.checkFunctionLength(sample(long))) == [2])
    #expect(lines(Shape.checkFunctionLength(sample("  public init?(a: Int)\n  {\n\(body)  }"))) == [1])
    #expect(Shape.checkFunctionLength(sample("func a() {\n\(body)}".replacing("79", with: ""))).count == 1)
    let two = "protocol P {\n  func a() -> Int\n  func b()\n}\nfunc c() {}\n"
    #expect(Shape.functions(in: sample(two)).map(\.first) == [5])
    #expect(Shape.checkFunctionLength(sample(two + String(repeating: "let a = 1\n", count: 100))).isEmpty)
  }

  @Test("An import from a higher floor, or of a stranger, is found")
  func imports() {
    func check(_ text: String, _ path: String) -> [Int] { lines(Floors.checkImports(sample(text, path: path))) }
    #expect(check("import Domain\nimport Server", "Sources/Engine/A.swift") == [2])
    #expect(check("@preconcurrency import struct GRDB.Row", "Sources/Storage/A.swift") == [1])
    #expect(check("import Foundation", "Sources/Domain/Health/A.swift") == [1])
    #expect(check("import Foundation", "Sources/Domain/Time/Zones.swift") == [])
    #expect(check("import Foundation\nimport Storage", "Sources/Engine/A.swift") == [])
    #expect(check("let a = 1", "Sources/Attic/A.swift") == [1])
    #expect(check("// import Server", "Sources/Engine/A.swift") == [])
  }

  @Test("A table of floors that points upwards is found")
  func order() {
    let upside: [Floors.Room] = [.init(name: "A", imports: ["B"]), .init(name: "B", imports: [])]
    #expect(Floors.checkOrder(rooms: upside).count == 1)
    #expect(Floors.checkOrder(rooms: upside.reversed()).isEmpty)
  }

  @Test("A manifest that disagrees with the table of floors is found")
  func manifest() {
    let text = """
      let yams = Target.Dependency.product(name: "Yams", package: "Yams")
      func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {}
      let package = Package(targets: [
        room("Domain", []),
        room("Settings", ["Domain", yams]),
        .executableTarget(
          name: "tool", dependencies: ["Domain", "Settings"], swiftSettings: strict),
      ])
      """
    func compare(_ rooms: [Floors.Room]) -> [Finding] {
      Manifest(sample(text, path: "Package.swift")).compare(with: rooms)
    }
    let domain = Floors.Room(name: "Domain", imports: [])
    let settings = Floors.Room(name: "Settings", imports: ["Domain", "Yams"])
    let tool = Floors.Room(name: "tool", imports: ["Domain", "Settings"])
    #expect(compare([domain, settings, tool]).isEmpty)
    #expect(lines(compare([domain, .init(name: "Settings", imports: ["Domain"]), tool])) == [5])
    #expect(lines(compare([domain, settings, .init(name: "tool", imports: ["Domain", "Settings", "GRDB"])])) == [6])
    #expect(lines(compare([domain, settings])) == [6])
    #expect(compare([domain, settings, tool, .init(name: "Attic", imports: [])]).count == 1)
  }

  @Test("A public declaration without a doc comment is found, a trivial one is let pass")
  func docComments() {
    let long = "  public func b() {\n" + String(repeating: "    c()\n", count: 6) + "  }\n}"
    #expect(lines(checkDocComments(sample("public struct A {\n  public var b: Int\n}"))) == [1])
    #expect(lines(checkDocComments(sample("/// A.\npublic struct A {\n\n" + long))) == [4])
    #expect(lines(checkDocComments(sample("public protocol A {}\n\npublic final class B {}"))) == [1, 3])
    #expect(lines(checkDocComments(sample("/// A.\npublic protocol A {\n  func b()\n  public func c()\n}"))) == [4])
    #expect(checkDocComments(sample("/// A.\n@frozen\npublic enum A: Sendable {}")).isEmpty)
    #expect(checkDocComments(sample("extension A: P {\n" + long)).isEmpty)
    #expect(checkDocComments(sample("extension A {\n" + long), requirements: ["b"]).isEmpty)
    #expect(checkDocComments(sample("extension A {\n  public func b() {\n    c()\n  }\n}")).isEmpty)
    #expect(checkDocComments(sample("extension A {\n  public static func < (a: A, b: A) -> Bool")).isEmpty)
    #expect(checkDocComments(sample("struct A {}\nfunc b() {\n}")).isEmpty)
    #expect(requiredFunctions(sample("public protocol P {\n  func a(b: Int)\n}\nstruct S {\n  func c() {}\n}")) == ["a"])
  }

  @Test("Work left lying is found")
  func unfinished() {
    #expect(lines(checkUnfinished(path: "a", lines: ["fine", "// " + "TO" + "DO: later"])) == [2])
    #expect(checkUnfinished(path: "a", lines: ["a todo list", "XX" + "XX"]).isEmpty)
  }

  @Test("A link that leads nowhere is found")
  func links() {
    let other = Document(path: "docs/b.md", text: "# Two words, here")
    func check(_ text: String) -> [Finding] {
      Document(path: "docs/a.md", text: text).checkLinks(exists: { ["docs/a.md", "docs/b.md", "C.md"].contains($0) }) { _ in other }
    }
    #expect(lines(check("\nsee [b](c.md)")) == [2])
    #expect(lines(check("[b](b.md#three)")) == [1])
    #expect(check("# One\n[b](b.md#two-words-here) [c](../C.md) [d](https://example.com/x) [e](#one)").isEmpty)
    #expect(check("```\n[b](c.md)\n```").isEmpty)
  }

  @Test("A make target that does not exist is found")
  func mentionedTargets() {
    func check(_ text: String) -> [Finding] { Document(path: "a.md", text: text).checkMakeTargets(["test"]) }
    #expect(lines(check("run `make tests`")) == [1])
    #expect(lines(check("```sh\ncd a && make all\n```")) == [2])
    #expect(check("make sure that `make test` works").isEmpty)
    #expect(makeTargets("A := b\n.PHONY: a\ntest: .build/x\n\trun: it\n.build/x: y\nhelp:\n") == ["test", "help"])
  }

  @Test("A gap, a missing part, a missing index entry among the decisions is found")
  func decisions() {
    func record(_ number: Int) -> String { "# \(number). Title\n\n## Context\n\nx\n\n## Decision\n\nx\n\n## Consequences\n\nx\n" }
    let first = (path: "docs/decisions/0001-a.md", text: record(1))
    let index = "[a](0001-a.md) [b](0002-b.md) [c](0003-c.md)"
    #expect(checkDecisions(files: [first, ("docs/decisions/0002-b.md", record(2))], index: index).isEmpty)
    #expect(checkDecisions(files: [first, ("docs/decisions/0003-c.md", record(2))], index: index).count == 1)
    #expect(checkDecisions(files: [("docs/decisions/0001-a.md", "# 1. Title\n\n## Decision\n")], index: index).count == 2)
    #expect(checkDecisions(files: [first], index: "").count == 1)
  }

  @Test("A changelog without an unreleased section is found")
  func changelog() {
    #expect(lines(checkChangelog(Document(path: "C.md", text: "# Changelog\n\n## [1.0.0]\n"))) == [3])
    #expect(checkChangelog(Document(path: "C.md", text: "# Changelog\n\n## [Unreleased]\n\n## [1.0.0]\n")).isEmpty)
  }
}
