import Domain
import Testing

@Suite struct FactCodingTests {
  @Test("A stored fact reads back as it was, through its text as well")
  func roundTrip() throws {
    let seed = UInt64(99)
    var random = SplitMix64(seed: seed)
    for round in 0..<2_000 {
      let fact = random.fact()
      let payload = try JSON.parse(fact.payload.printed())
      #expect(try Fact(kind: fact.kind, name: fact.name, payload: payload) == fact, "seed \(seed), round \(round)")
    }
  }

  @Test("What is stored wrongly is named, never guessed")
  func errors() {
    #expect(throws: FactCodingError(kind: "poem")) { try Fact(kind: "poem", name: nil, payload: [:]) }
    #expect(throws: FactCodingError(kind: "event", member: "name")) { try Fact(kind: "event", name: nil, payload: [:]) }
    #expect(throws: FactCodingError(kind: "event", member: "payload")) { try Fact(kind: "event", name: "x", payload: []) }
    #expect(throws: FactCodingError(kind: "usage", member: "count")) {
      try Fact(kind: "usage", name: "x", payload: ["count": 0, "last": 1])
    }
    #expect(throws: FactCodingError(kind: "alias", member: "previous")) { try Fact(kind: "alias", name: nil, payload: [:]) }
    #expect(throws: FactCodingError(kind: "ticket", member: "status")) {
      try Fact(kind: "ticket", name: nil, payload: ["id": "1", "status": "lost", "opened_at": 1])
    }
    #expect(throws: FactCodingError(kind: "subscription", member: "started_at")) {
      try Fact(kind: "subscription", name: nil, payload: ["id": "1", "mrr": 5])
    }
  }
}

extension SplitMix64 {
  mutating func maybe<T>(_ value: T) -> T? { Bool.random(using: &self) ? value : nil }
  mutating func instant() -> Instant { Instant(microseconds: Int64(bitPattern: next())) }

  mutating func fact() -> Fact {
    switch Int.random(in: 0..<8, using: &self) {
    case 0: return .event(name: text(), properties: EventProperties(members()))
    case 1: return .contact(traits: members())
    case 7: return .usage(name: text(), count: Int.random(in: 1...9_000_000, using: &self), last: instant())
    case 2: return .customer(attributes: members())
    case 3: return .alias(previous: text())
    case 4:
      return .ticket(
        TicketRecord(
          id: text(), subject: maybe(text()), status: TicketStatus.allCases.randomElement(using: &self)!, priority: maybe(text()),
          openedAt: instant(), solvedAt: maybe(instant()), satisfaction: maybe(double())))
    case 5:
      return .subscription(
        SubscriptionRecord(
          id: text(), plan: maybe(text()), tier: maybe(text()), mrr: double(), seats: maybe(double()), status: maybe(text()),
          startedAt: instant(), renewsAt: maybe(instant()), canceledAt: maybe(instant())))
    default: return .response(ResponseRecord(id: text(), survey: text(), score: maybe(double()), comment: maybe(text())))
    }
  }
}
