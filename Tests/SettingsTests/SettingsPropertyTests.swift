import Domain
import Foundation
import Settings
import Testing

@Suite("Any file")
struct SettingsPropertyTests {
  @Test("mutated at random gives a blueprint or an error inside the file, never a crash")
  func mutations() {
    let base = Array(Fixture.base.unicodeScalars)
    let letters = Array(" \n\t:-{}[],\"'#&*!|>%@`?0123456789abcdxyz_~$\\é\u{FEFF}\u{85}\r".unicodeScalars)
    for seed in UInt64(1)...1_500 {
      var random = SplitMix64(seed: seed)
      var text = base
      for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&text, letters, &random) }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: text)
      let result = Fixture.load(String(view))
      #expect((result.blueprint != nil) == result.errors.isEmpty, "seed \(seed)")
      let lines = text.filter { $0 == "\n" || $0 == "\r" || $0 == "\u{85}" }.count + 2
      for diagnostic in result.diagnostics {
        #expect(diagnostic.line >= 1 && diagnostic.line <= lines && diagnostic.column >= 1, "seed \(seed): \(diagnostic)")
      }
    }
  }

  private func mutate(_ text: inout [Unicode.Scalar], _ letters: [Unicode.Scalar], _ random: inout SplitMix64) {
    let at = Int.random(in: 0..<text.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: text.remove(at: at)
    case 1: text.insert(letters.randomElement(using: &random) ?? " ", at: at)
    case 2: text[at] = letters.randomElement(using: &random) ?? " "
    default:
      let end = min(text.count, at + Int.random(in: 1...40, using: &random))
      let piece = Array(text[at..<end])
      text.insert(contentsOf: piece, at: Int.random(in: 0...text.count, using: &random))
    }
  }

  @Test(
    "hostile files are refused quickly",
    arguments: [
      "alias bomb", "flow depth", "sequence depth", "key depth", "indent depth", "long line", "huge", "repeated keys", "many keys",
      "wide list",
    ])
  func hostile(kind: String) {
    let result = Fixture.load(Self.text(kind))
    #expect(result.blueprint == nil)
    #expect(!result.errors.isEmpty && result.diagnostics.count <= 1_001)
  }

  private static func text(_ kind: String) -> String {
    func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    switch kind {
    case "alias bomb":
      let levels = (1...30).map { "a\($0): &a\($0) [\(times("*a\($0 - 1), ", 9))x]" }
      return "a0: &a0 [x]\n" + levels.joined(separator: "\n") + "\n? *a30\n: x\n"
    case "flow depth": return "company: " + times("[", 100_000)
    case "sequence depth": return times("- ", 100_000)
    case "key depth": return times("? ", 100_000) + "a"
    case "indent depth": return (0..<390).map { times(" ", $0) + "k:" }.joined(separator: "\n")
    case "long line": return "company: " + times("a", 900_000)
    case "huge": return times("# comment\n", 200_000)
    case "repeated keys": return times("a: 1\n", 2_000)
    case "many keys": return (0..<20_000).map { "k\($0): 1" }.joined(separator: "\n")
    default: return "alerts: {critical: {to: [" + times("a,", 50_000) + "a]}}"
    }
  }
}
