import Domain
import TestKit
import Testing

@Suite("Health of random customers under random models")
struct HealthPropertyTests {
  static let usual = 1_000

  /// A customer with what has arrived of it by `at`.
  private struct World {
    var state: CustomerState
    var raw: ReferenceCustomer
    var model: HealthModel
    var at: Instant
    var random: SplitMix64

    init(_ seed: UInt64) {
      var log = RandomLog(seed: seed)
      var models = RandomModel(seed: seed)
      random = SplitMix64(seed: seed, stream: 1)
      var at = random.instant(from: RandomLog.start, to: RandomLog.start + .days(100))
      if random.chance(0.3) { at = at.day.start }
      let entries = log.entries(random.whole(in: 0...60), over: .days(60)).filter { $0.receivedAt <= at }
      raw = ReferenceCustomer(id: "c1", entries: entries.map { ($0, $0.actor.contact ?? $0.actor.anonymous) })
      state = OrderTests.state(entries)
      model = models.model()
      self.at = at
    }
  }

  @Test("Rule 5: points of measures and caps sum to the score, within the maxima of measures and pillars")
  func pointsAddUp() {
    for seed in 0..<cases(Self.usual) {
      var world = World(seed)
      let model = world.model
      let evaluator = HealthEvaluator(model: model, catalog: RandomModel.catalog)
      for _ in 0..<3 {
        let at = world.random.instant(from: world.at, to: world.at + .days(60))
        let explanation = evaluator.explanation(of: world.state, at: at)
        #expect(explanation.score == explanation.points.map(\.points).reduce(0, +), "seed \(seed)")
        #expect((0...100).contains(explanation.score), "seed \(seed)")
        #expect(explanation.band == model.bands.band(of: explanation.score), "seed \(seed)")
        #expect(explanation.pillars.map(\.max).reduce(0, +) == 100, "seed \(seed)")
        for pillar in explanation.pillars {
          #expect(pillar.points == pillar.measures.map(\.points).reduce(0, +), "seed \(seed)")
          #expect((0...pillar.max).contains(pillar.points), "seed \(seed)")
          for measure in pillar.measures { #expect((0...measure.max).contains(measure.points), "seed \(seed) \(measure.name)") }
        }
        #expect(explanation.adjustments.allSatisfy { $0.points < 0 }, "seed \(seed)")
      }
    }
  }

  @Test("Rule 2: every signal and score equals the plain computation from raw entries")
  func reference() {
    for seed in 0..<cases(Self.usual) {
      let world = World(seed)
      let (state, raw, model, at) = (world.state, world.raw, world.model, world.at)
      let reader = SignalReader(catalog: RandomModel.catalog)
      let plain = ReferenceFormula(signals: ReferenceSignals(raw, at: at, catalog: RandomModel.catalog))
      for formula in RandomModel.formulas {
        let value = FormulaEvaluator(reader: reader, state: state, at: at).reading(of: formula.term).value
        #expect(value == plain.value(of: formula.term), "seed \(seed): \(formula.source) at \(at.iso8601)")
      }
      let explanation = HealthEvaluator(model: model, catalog: RandomModel.catalog).explanation(of: state, at: at)
      let expected = ReferenceScore(raw, at: at, model: model, catalog: RandomModel.catalog)
      #expect(explanation.points == expected.points, "seed \(seed) at \(at.iso8601)")
    }
  }

  @Test("Rule 7: until the instant a signal names, it stays or runs on evenly")
  func signalsHold() {
    let reader = SignalReader(catalog: RandomModel.catalog)
    for seed in 0..<cases(Self.usual) {
      var world = World(seed)
      let (state, at) = (world.state, world.at)
      func reading(_ formula: Formula, _ at: Instant) -> Reading {
        FormulaEvaluator(reader: reader, state: state, at: at).reading(of: formula.term)
      }
      for formula in RandomModel.formulas + [RandomModel.condition(&world.random)] {
        let now = reading(formula, at)
        #expect(now.until.map { $0 > at } ?? true, "seed \(seed): \(formula.source)")
        let end = now.until ?? at + .days(300)
        for then in [end - TimeSpan(microseconds: 1), world.random.instant(from: at, to: end)] where then > at {
          #expect(
            reading(formula, then).value == now.value?.running(now.slope, for: then - at),
            "seed \(seed): \(formula.source) from \(at.iso8601) to \(then.iso8601)")
        }
      }
    }
  }

  @Test("Rule 7: time alone changes no points before the next change, and some at it")
  func nextChange() {
    var exact = 0
    for seed in 0..<cases(Self.usual) {
      var world = World(seed)
      let (state, model, at) = (world.state, world.model, world.at)
      let evaluator = HealthEvaluator(model: model, catalog: RandomModel.catalog)
      let now = evaluator.explanation(of: state, at: at)
      let next = evaluator.nextChange(of: state, after: now)
      #expect(next.map { $0 > at } ?? true, "seed \(seed)")
      let end = next ?? at + .days(400)
      for then in [end - TimeSpan(microseconds: 1)] + (0..<8).map({ _ in world.random.instant(from: at, to: end) }) where then > at {
        #expect(evaluator.explanation(of: state, at: then).points == now.points, "seed \(seed) from \(at.iso8601) at \(then.iso8601)")
      }
      guard let next else { continue }
      if evaluator.explanation(of: state, at: next).points != now.points {
        exact += 1
      } else {
        // A lower bound only after many instants at which something might have changed and nothing did.
        #expect(evaluator.nextChange(of: state, after: now, steps: 63).map { $0 < next } ?? false, "seed \(seed)")
      }
    }
    #expect(exact > Self.usual / 3)
  }
}

extension RandomModel {
  static func condition(_ random: inout SplitMix64) -> Formula {
    var models = RandomModel(seed: random.next())
    return formula(models.condition())
  }
}

extension Value {
  /// What a value that runs with `slope` has become after `span`.
  fileprivate func running(_ slope: Int, for span: TimeSpan) -> Value {
    let moved = TimeSpan(microseconds: Int64(slope) * span.microseconds)
    return switch self {
    case .duration(let value) where value != .never: .duration(value + moved)
    case .instant(let value): .instant(value + moved)
    default: self
    }
  }
}
