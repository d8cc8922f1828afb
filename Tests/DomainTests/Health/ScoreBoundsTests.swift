import Domain
import TestKit
import Testing

@Suite("Bounds on the score")
struct ScoreBoundsTests {
  private static let bands: [Band: ClosedRange<Int>] = [.critical: 3...39, .healthy: 70...100]

  private static func bounds(_ source: String) throws -> Range<Int> {
    let compiler = ExpressionCompiler(catalog: RandomModel.catalog, segments: RandomModel.segments, allowsScore: true)
    return ScoreBounds(of: try compiler.compile(source, expecting: .boolean).get(), bands: bands).scores
  }

  @Test(
    "of a condition",
    arguments: [
      ("score < 40", 0..<40), ("score <= 40", 0..<41), ("score > 40", 41..<101), ("score >= 40", 40..<101), ("score == 40", 40..<41),
      ("score != 40", 0..<101), ("40 > score", 0..<40), ("40 <= score", 40..<101), ("score < 39.5", 0..<40), ("score > 39.5", 40..<101),
      ("score == 39.5", 0..<0), ("score > 100", 0..<0), ("score < 0", 0..<0), ("score > 1000000", 0..<0), ("score < 1000000", 0..<101),
      ("score > -5", 0..<101), ("band == \"critical\"", 3..<40), ("band != \"critical\"", 0..<101), ("band == \"at-risk\"", 0..<0),
      ("band in [\"critical\", \"healthy\"]", 3..<101), ("band == \"critical\" and score > 20", 21..<40),
      ("score < 10 or score > 90", 0..<101), ("score < 10 or score == 12", 0..<13), ("not score < 10", 0..<101),
      ("score < 50 and mrr > 100", 0..<50), ("score < 50 or mrr > 100", 0..<101), ("score < 20 and score > 30", 0..<0),
      ("score < open_tickets", 0..<101),
    ])
  func table(source: String, expected: Range<Int>) throws {
    let found = try Self.bounds(source)
    #expect(expected.isEmpty ? found.isEmpty : found == expected, "\(source): \(found)")
  }

  @Test("leave nobody out for whom the condition holds")
  func property() throws {
    var random = SplitMix64(seed: 11)
    let comparisons = ["<", "<=", ">", ">=", "==", "!="]
    func condition(_ depth: Int) -> String {
      switch random.below(depth > 0 ? 6 : 3) {
      case 0: "score \(random.pick(comparisons)) \(Double(random.below(220) - 10) / 2)"
      case 1: "\(random.below(101)) \(random.pick(comparisons)) score"
      case 2: random.pick(["band == \"critical\"", "band != \"healthy\"", "band in [\"healthy\"]", "band not in [\"critical\"]"])
      case 3: "(\(condition(depth - 1)) and \(condition(depth - 1)))"
      case 4: "(\(condition(depth - 1)) or \(condition(depth - 1)))"
      default: "not (\(condition(depth - 1)))"
      }
    }
    let evaluator = Blueprint(company: "", catalog: RandomModel.catalog, model: Self.model, version: "").evaluator
    let now = RandomLog.start
    for _ in 0..<cases(500) {
      let source = condition(3)
      let compiler = ExpressionCompiler(catalog: RandomModel.catalog, segments: [], allowsScore: true)
      let formula = try compiler.compile(source, expecting: .boolean).get()
      let bounds = ScoreBounds(of: formula, bands: Self.bands).scores
      for (band, scores) in Self.bands {
        for score in scores {
          let health = Health(score: score, band: band, coverage: 1, calculatedAt: now, nextChangeAt: nil, model: "", points: [])
          let holds = evaluator.holds(formula, for: CustomerState(id: "c"), at: now, health: health)
          #expect(!holds || bounds.contains(score), "\(source) holds at \(score)")
        }
      }
    }
  }

  private static let model: HealthModel = {
    let measure = Measure(name: "m", title: "m", signal: RandomModel.formula("nps"), rule: .share, max: 100)
    return HealthModel(pillars: [Pillar(name: "p", max: 100, measures: [measure])], version: "m")
  }()
}

@Suite("Parts of a customer's state")
struct StatePartsTests {
  @Test(
    "that a condition asks for",
    arguments: [
      ("plan == \"pro\"", [StateParts.subscriptions]), ("score < 40 and region == \"eu\"", []), ("age(login) > 3d", [.usage]),
      ("open_tickets > 2 or nps < 5", [.tickets, .responses]), ("seats_used(7d) > 0.5", [.usage, .contacts, .subscriptions]),
      ("active_contacts(7d) > 2", [.usage, .contacts]), ("goal(busy)", [.all]),
      ("in_segment(keen)", [.usage]), ("tenure > 3d and journey == \"renewal\"", []),
    ] as [(String, [StateParts])])
  func table(source: String, parts: [StateParts]) throws {
    let compiler = ExpressionCompiler(catalog: RandomModel.catalog, segments: RandomModel.segments, allowsScore: true)
    let formula = try compiler.compile(source, expecting: .boolean).get()
    #expect(StateParts(of: formula) == StateParts(parts))
  }
}
