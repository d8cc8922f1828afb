import Domain
import TestKit
import Testing

@Suite("Customers are folded the same in any order")
struct OrderTests {
  static let usual = 1_000
  static let span = TimeSpan.days(60)
  static let scope = StateScope(events: RandomModel.catalog.declaredEventNames, keepingFrom: Day(number: 0))

  @Test("Rule 2: any order of a customer's entries gives the same state and score")
  func states() {
    for seed in 0..<cases(Self.usual) {
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 1)
      var models = RandomModel(seed: seed)
      let entries = log.entries(random.whole(in: 1...40), over: Self.span)
      let first = Self.state(entries)
      let second = Self.state(random.shuffled(entries))
      #expect(first == second, "seed \(seed)")
      let evaluator = HealthEvaluator(model: models.model(), catalog: RandomModel.catalog)
      let at = random.instant(from: RandomLog.start, to: RandomLog.start + .days(200))
      #expect(evaluator.explanation(of: first, at: at) == evaluator.explanation(of: second, at: at), "seed \(seed)")
    }
  }

  /// All entries as if they were one customer's.
  static func state(_ entries: [LogEntry]) -> CustomerState {
    var state = CustomerState(id: "c1")
    for entry in entries { state.apply(entry, actor: entry.actor.contact ?? entry.actor.anonymous, scope: scope) }
    return state
  }

  @Test("Rule 2: repeats of records change nothing")
  func repeats() {
    for seed in 0..<cases(Self.usual) {
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 2)
      // Events are told apart by their message ids, before the fold; all else may come again.
      let entries = log.entries(40, over: Self.span).filter { $0.fact.name == nil }
      #expect(Self.state(entries) == Self.state(random.repeated(entries, share: 0.5)), "seed \(seed)")
    }
  }

  @Test("Rule 2: more attributes than are kept are the same ones in any order")
  func attributes() {
    var random = SplitMix64(seed: 3)
    let members = (0..<Attributes.maximumCount + 50).map { JSON.Member("attribute\($0)", .integer(Int64($0))) }
    func folded(_ members: [JSON.Member]) -> Attributes {
      var attributes = Attributes()
      for member in members { attributes.merge([member], version: .epoch) }
      return attributes
    }
    let first = folded(members)
    #expect(first.values.count == Attributes.maximumCount)
    for _ in 0..<5 { #expect(folded(random.shuffled(members)) == first) }
  }

  @Test("Rule 2: more status changes of a ticket than are kept are the same ones in any order")
  func transitions() {
    var random = SplitMix64(seed: 4)
    let records = (0..<Ticket.maximumTransitions + 60).map { index in
      TicketRecord(id: "t", status: random.pick(TicketStatus.allCases), openedAt: .epoch + .days(Int64(index % 7)))
    }
    func folded(_ order: [Int]) -> Ticket {
      var tickets = order.map { Ticket(records[$0], version: .epoch + .days(10 + Int64($0))) }
      var ticket = tickets.removeFirst()
      for other in tickets { ticket.merge(other) }
      return ticket
    }
    let first = folded(Array(records.indices))
    #expect(first.transitions.count == Ticket.maximumTransitions)
    for _ in 0..<5 { #expect(folded(random.shuffled(Array(records.indices))) == first) }
  }

  @Test("Rule 2: who is who does not depend on the order of what is said about it")
  func identity() {
    let ids = ["u1", "u2", "u3", "u4", Identity.anonymousKey("a1"), Identity.anonymousKey("a2")]
    for seed in 0..<cases(Self.usual) {
      var random = SplitMix64(seed: seed)
      var statements: [(id: String, isLink: Bool, to: String, at: Instant)] = (0..<random.whole(in: 1...12)).map { _ in
        (random.pick(ids), random.chance(0.6), random.pick(["u1", "u2", "u3", "c1"]), .epoch + .days(Int64(random.below(5))))
      }
      func resolved() -> [String: ActorRecord] {
        var records = Dictionary(uniqueKeysWithValues: (ids + ["c1"]).map { ($0, ActorRecord(id: $0)) })
        for statement in statements {
          _ =
            statement.isLink
            ? records[statement.id]?.link(to: statement.to, at: statement.at)
            : records[statement.id]?.tie(to: statement.to, at: statement.at)
        }
        return Identity.resolve(records)
      }
      let first = resolved()
      statements = random.repeated(statements, share: 0.3)
      #expect(resolved() == first, "seed \(seed)")
    }
  }
}
