import Domain
import Testing

@Suite("Any text")
struct ExpressionPropertyTests {
  private static let words =
    ExpressionMeaningTests.signals.map(\.0)
    + [
      "and", "or", "not", "is", "missing", "present", "in", "contains", "true", "[", "]", "(", ")", ",", "==", "!=", "<", "<=", "+", "-",
      "*",
      "/", "14d", "3", "0.5", "\"x\"", "\"healthy\"", "\"", "\\", "'", "é", "in_segment(enterprise)", "date(\"2024-01-01\")", "&&", "=",
    ]

  @Test("gives a formula or errors inside the text, never a crash")
  func randomWords() {
    for seed in UInt64(1)...4_000 {
      var random = SplitMix64(seed: seed)
      let count = Int.random(in: 0...12, using: &random)
      let source = (0..<count).map { _ in Self.words.randomElement(using: &random) ?? "" }.joined(
        separator: Bool.random(using: &random) ? " " : "")
      check(source, seed)
    }
  }

  @Test("one letter away from right gives a formula or errors inside the text")
  func mutations() {
    let letters = Array(" ()[]\"\\<>=!+-*/.,0123456789dhmsaxyz_é\n'&|#".unicodeScalars)
    for seed in UInt64(1)...4_000 {
      var random = SplitMix64(seed: seed)
      var source = Array((ExpressionMeaningTests.shapes.randomElement(using: &random)?.0 ?? "").unicodeScalars)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0...source.count, using: &random)
        if at < source.count, Bool.random(using: &random) { source.remove(at: at) }
        if Bool.random(using: &random) { source.insert(letters.randomElement(using: &random) ?? " ", at: min(at, source.count)) }
      }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: source)
      check(String(view), seed)
    }
  }

  private func check(_ source: String, _ seed: UInt64) {
    let length = source.unicodeScalars.count
    switch ExpressionFixtures.compiler.compile(source) {
    case .success(let formula): #expect(formula.source == source, "seed \(seed)")
    case .failure(let errors):
      #expect(!errors.all.isEmpty, "seed \(seed): \(source)")
      for error in errors.all {
        #expect(error.range.lowerBound >= 0 && error.range.upperBound <= length && !error.message.isEmpty, "seed \(seed): \(source)")
      }
    }
  }

  @Test("the nearest name is the one a person meant")
  func nearestNames() {
    #expect(nearest("opentickets", in: ["open_tickets", "tickets"]) == "open_tickets")
    #expect(nearest("HEALTHY", in: ["healthy"]) == "healthy")
    #expect(nearest("ab", in: ["ba"]) == "ba")
    #expect(nearest("x", in: ["y"]) == nil)
    #expect(nearest("plan", in: ["industry"]) == nil)
    #expect(nearest("", in: ["a"]) == nil)
    #expect(nearest(String(repeating: "a", count: 10_000), in: ["a"]) == nil)
  }
}
