/// The billing signals of one customer at one instant.
struct SubscriptionSignals {
  let state: CustomerState
  let at: Instant

  func reading(of signal: Signal) -> Reading {
    let (running, until) = running()
    switch signal {
    case .plan: return leading(running, \.plan, attribute: "plan", until: until)
    case .tier: return leading(running, \.tier, attribute: "tier", until: until)
    case .mrr: return Reading(mrr(running).map(Value.number), until: until)
    case .arr: return Reading(mrr(running).map { .number($0 * 12) }, until: until)
    case .seats:
      let stated = running.compactMap(\.seats)
      let seats = stated.isEmpty ? state[attribute: "seats"].flatMap { Value($0, as: .number) } : DecimalSum(stated).value.map(Value.number)
      return Reading(seats, until: until)
    case .subscribed: return Reading(.boolean(!running.isEmpty), until: until)
    case .canceled:
      return Reading(.boolean(running.isEmpty && state.subscriptions.values.contains { $0.value.startedAt <= at }), until: until)
    case .paymentFailed:
      return Reading(.boolean(running.contains { $0.status == "past_due" || $0.status == "unpaid" }), until: until)
    case .untilRenewal:
      guard let next = running.compactMap(\.renewsAt).filter({ $0 >= at }).min() else { return Reading(nil, until: until) }
      return Reading(.duration(next - at), slope: -1, until: earliest(until, next + TimeSpan(microseconds: 1)))
    default: return Reading(nil)
    }
  }

  /// Subscriptions in force, highest MRR first, and when that set changes next.
  private func running() -> ([SubscriptionRecord], Instant?) {
    var running: [SubscriptionRecord] = []
    var until: Instant?
    for versioned in state.subscriptions.values {
      let subscription = versioned.value
      let end = subscription.canceledAt ?? (subscription.isOver ? versioned.version : nil)
      if subscription.startedAt > at {
        until = earliest(until, subscription.startedAt)
      } else if let end {
        guard end > at else { continue }
        running.append(subscription)
        until = earliest(until, end)
      } else {
        running.append(subscription)
      }
    }
    return (running.sorted { $0.mrr == $1.mrr ? $0.id.precedesInBytes($1.id) : $0.mrr > $1.mrr }, until)
  }

  private func leading(
    _ running: [SubscriptionRecord], _ field: KeyPath<SubscriptionRecord, String?>, attribute: String, until: Instant?
  ) -> Reading {
    if let text = running.lazy.compactMap({ $0[keyPath: field] }).first { return Reading(.text(text), until: until) }
    return Reading(state[attribute: attribute].flatMap { Value($0, as: .text) }, until: until)
  }

  private func mrr(_ running: [SubscriptionRecord]) -> Double? {
    guard state.subscriptions.isEmpty else { return DecimalSum(running.map(\.mrr)).value }
    guard case .number(let value)? = state[attribute: "mrr"].flatMap({ Value($0, as: .number) }) else { return nil }
    return value
  }
}

extension SubscriptionRecord {
  /// The billing system calls it ended, even if it does not say since when.
  public var isOver: Bool { status == "canceled" || status == "incomplete_expired" }
}
