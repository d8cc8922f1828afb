import Domain
import TestKit
import Testing

@Suite("The main reason of a move")
struct PointsShiftTests {
  private static let model = HealthModel(
    pillars: [
      Pillar(
        name: "all", max: 100,
        measures: ["last_login", "open_tickets", "old_name"].map {
          Measure(name: $0, title: "Title of \($0)", signal: RandomModel.formula("open_tickets"), rule: .share, max: 30)
        })
    ], caps: [Cap(name: "unpaid", limit: 50, when: RandomModel.formula("payment_failed"), reason: "a payment failed")], version: "m")

  private static func points(_ numbers: KeyValuePairs<String, Int>) -> [MeasurePoints] {
    numbers.map { MeasurePoints(name: $0.key, points: $0.value) }
  }

  @Test("is the measure whose points changed most the way the score went")
  func heaviest() {
    let before = Self.points(["last_login": 40, "open_tickets": 10, "features": 30])
    let fall = PointsShift(from: before, to: Self.points(["last_login": 10, "open_tickets": 30, "features": 5]), model: Self.model)
    #expect(fall?.words == "Title of last_login −30")
    let rise = PointsShift(from: before, to: Self.points(["last_login": 20, "open_tickets": 30, "features": 45]), model: Self.model)
    #expect(rise?.words == "Title of open_tickets +20")
  }

  @Test("may be a cap that came or went, and a measure that the model has no more goes by its name")
  func others() {
    let before = Self.points(["last_login": 40, "features_used": 30])
    #expect(PointsShift(from: before, to: before + Self.points(["unpaid": -20]), model: Self.model)?.words == "a payment failed −20")
    #expect(PointsShift(from: before + Self.points(["unpaid": -20]), to: before, model: Self.model)?.words == "a payment failed +20")
    #expect(PointsShift(from: before, to: Self.points(["last_login": 40]), model: Self.model)?.words == "features used −30")
  }

  @Test("is nothing where no points changed, and either way where the sum stayed")
  func none() {
    let before = Self.points(["last_login": 40, "open_tickets": 10])
    #expect(PointsShift(from: before, to: before, model: Self.model) == nil)
    let after = Self.points(["last_login": 20, "open_tickets": 30])
    #expect(PointsShift(from: before, to: after, model: Self.model)?.points == -20)
  }
}
