import Domain
import TestKit
import Testing

@Suite("Numbers, durations and texts are the same wherever a model is evaluated")
struct ArithmeticTests {
  private static let at = Instant.epoch + .days(20_000)

  private static func value(of source: String, _ state: CustomerState) -> Value? {
    FormulaEvaluator(reader: SignalReader(catalog: RandomModel.catalog), state: state, at: at)
      .reading(of: RandomModel.formula(source).term).value
  }

  private static func customer(_ attributes: [JSON.Member] = [], mrr: [Double] = []) -> CustomerState {
    var state = CustomerState(id: "c", firstSeen: .epoch)
    state.attributes.merge(attributes, version: .epoch)
    for (index, amount) in mrr.enumerated() {
      state.merge(Versioned(SubscriptionRecord(id: "s\(index)", mrr: amount, startedAt: .epoch), version: .epoch))
    }
    return state
  }

  @Test("money is added without a rounding error, in any order")
  func money() {
    #expect(Self.value(of: "mrr", Self.customer(mrr: [0.1, 0.2])) == .number(0.3))
    var random = SplitMix64(seed: 1)
    for seed in 0..<cases(200) {
      let amounts = (0..<random.whole(in: 1...20)).map { _ in Double(random.below(10_000_000)) / 100 - 10_000 }
      let sum = Self.value(of: "mrr", Self.customer(mrr: amounts))
      #expect(sum == Self.value(of: "mrr", Self.customer(mrr: random.shuffled(amounts))), "seed \(seed)")
    }
    #expect(Self.value(of: "mrr", Self.customer(mrr: [1e300, 5])) == .number(5))
    #expect(Self.value(of: "mrr", Self.customer(mrr: Array(repeating: 9e10, count: 20))) == nil)
  }

  @Test(
    "a number counts up to a quadrillion, written as one or as text",
    arguments: [
      (JSON.number(9.9e14), Value.number(9.9e14)), (.number(1e15), nil), (.number(-1e15), nil), (.number(1e-16), .number(0)),
      (.integer(.max), nil), (.string("12.5"), .number(12.5)), (.string("1e400"), nil), (.string("nan"), nil), (.string(" 5"), nil),
    ] as [(JSON, Value?)])
  func bounds(json: JSON, value: Value?) {
    #expect(Self.value(of: "staff", Self.customer([JSON.Member("employees", json)])) == value)
  }

  @Test(
    "a number as a text has no needless fraction and no exponent",
    arguments: [
      (JSON.number(12), "12"), (.number(0.5), "0.5"), (.number(-0.0), "0"), (.number(1e18), "1000000000000000000"), (.number(1e20), nil),
      (.number(1e-5), nil), (.integer(.min), "-9223372036854775808"), (.string(" \n"), nil), (.bool(true), nil),
    ] as [(JSON, String?)])
  func texts(json: JSON, text: String?) {
    #expect(Self.value(of: "region", Self.customer([JSON.Member("region", json)])) == text.map(Value.text))
  }

  @Test("no sum of durations or product of numbers is too large to be calculated; it is missing")
  func overflow() {
    let ancient = Self.customer([JSON.Member("created_at", "0001-01-01"), JSON.Member("employees", 9e14)])
    let tenures = Array(repeating: "tenure", count: 60).joined(separator: " + ")
    #expect(Self.value(of: tenures, ancient) == nil)
    #expect(Self.value(of: Array(repeating: "staff", count: 60).joined(separator: " * "), ancient) == nil)
    #expect(
      Self.value(of: Array(repeating: "staff", count: 6).joined(separator: " * "), ancient)
        == .number((1...5).reduce(9e14) { a, _ in a * 9e14 }))
    #expect(Self.value(of: "1 / staff / staff / staff / staff / staff / staff / staff", ancient) == .number(0))
  }

  @Test("of a customer's attribute and its contact's trait the later holds, of equally late ones the customer's")
  func sources() {
    for (own, stated, expected) in [(1, 1, "stated"), (2, 1, "own"), (1, 2, "stated")] as [(Int64, Int64, String)] {
      var state = CustomerState(id: "c", firstSeen: .epoch)
      state.attributes.merge("region", Versioned("stated", version: .epoch + .days(stated)))
      state.ownTraits.merge("region", Versioned("own", version: .epoch + .days(own)))
      #expect(Self.value(of: "region", state) == .text(expected))
      #expect(state.effectiveAttributes == [JSON.Member("region", .string(expected))])
    }
  }

  @Test("Rule 2: of two texts that Swift takes for equal, stated at once, the same one holds in any order")
  func canonicallyEqual() {
    let texts: [JSON] = ["e\u{301}", "\u{e9}"]
    let kept = [texts, texts.reversed()].map { order in
      var attributes = Attributes()
      for text in order { attributes.merge("name", Versioned(text, version: .epoch)) }
      return Array((attributes["name"]?.string ?? "").utf8)
    }
    #expect(kept[0] == kept[1])
  }
}
