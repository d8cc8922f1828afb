import Domain
import Testing

@Suite("What an alert preceded")
struct AlertOutcomeTests {
  private static let opened = Instant(microseconds: 1_764_000_000_000_000)

  /// A subscription in days relative to the alert.
  struct Item: Sendable {
    var id: String
    var mrr: Double
    var from: Int64
    var end: Int64?
  }

  private static func state(_ items: [Item]) -> CustomerState {
    var state = CustomerState(id: "acme")
    for item in items {
      let record = SubscriptionRecord(
        id: item.id, mrr: item.mrr, startedAt: opened + .days(item.from), canceledAt: item.end.map { opened + .days($0) })
      state.merge(Versioned(record, version: opened))
    }
    return state
  }

  @Test(
    "is told by the subscriptions that ran then and the ninety days after",
    arguments: [
      ([Item(id: "a", mrr: 90, from: -100, end: 30)], AlertOutcome.cancellation),
      ([Item(id: "a", mrr: 90, from: -100, end: 90)], .cancellation),
      ([Item(id: "a", mrr: 90, from: -100, end: 91)], .kept), ([Item(id: "a", mrr: 90, from: -100, end: nil)], .kept),
      ([Item(id: "a", mrr: 90, from: -100, end: 0)], .nothingToLose), ([Item(id: "a", mrr: 90, from: 1, end: 9)], .nothingToLose),
      ([], .nothingToLose),
      ([Item(id: "a", mrr: 90, from: -100, end: 30), Item(id: "b", mrr: 60, from: 30, end: nil)], .downgrade),
      ([Item(id: "a", mrr: 90, from: -100, end: 30), Item(id: "b", mrr: 120, from: 30, end: nil)], .kept),
      ([Item(id: "a", mrr: 90, from: -100, end: 30), Item(id: "b", mrr: 60, from: -9, end: nil)], .downgrade),
      ([Item(id: "a", mrr: 90, from: -100, end: 30), Item(id: "b", mrr: 120, from: 30, end: 60)], .cancellation),
    ] as [([Item], AlertOutcome)])
  func outcomes(_ items: [Item], _ outcome: AlertOutcome) {
    #expect(Self.state(items).outcome(ofAlertAt: Self.opened) == outcome)
  }

  @Test("counts for the rule where there was something to lose")
  func precision() {
    var precision = AlertPrecision(kind: .critical, at: Self.opened)
    #expect(precision.interval == nil)
    for outcome in [AlertOutcome.cancellation, .downgrade, .kept, .kept, .nothingToLose] { precision.add(outcome) }
    #expect(precision.counted == 4 && precision.preceded == 2 && precision.withoutSubscription == 1)
    #expect(precision.interval?.share == 0.5)
  }
}
