import Domain
import Storage

/// Alerts: decided purely in `Domain`, stored here in the transaction of their cause.
extension FoldTransaction {
  static let alertTimer = "alert"

  /// - Parameter newest: when the newest of what moved the score happened.
  mutating func decideAlerts(for cell: CustomerCell, before: Health?, after: Health, cause: HealthChange.Cause, newest: Instant) throws {
    // A first score opens nothing.
    guard before != nil, let decision = CriticalAlertDecision(blueprint) else { return }
    let entered = before?.band != .critical && after.band == .critical
    guard entered || cell.mayHaveAlert else { return }
    let (stored, id) = (cell.stored, cell.stored.state.id)
    var present: Alert?
    if cell.mayHaveAlert {
      present = try AlertQueries.newest(customer: id, kind: .critical, reason: CriticalAlertDecision.reason, connection)
    }
    let move = CriticalAlertDecision.Move(
      before: before, after: after, cause: cause, isHistory: decision.rule.isHistory(newest, now: now))
    let effects = decision.decide(move, of: stored.subject, present: present, now: after.calculatedAt) { explanation(of: stored) }
    cell.mayHaveAlert = present != nil || !effects.isEmpty
    try store(effects, customer: id)
  }

  /// Looks at alerts whose waiting is over. - Returns: how many timers were due.
  mutating func wakeAlerts(limit: Int) throws -> Int {
    let due = try TimerQueries.due(now: now, of: tenure.asked, limit: limit, connection)
    for timer in due {
      guard try TimerQueries.remove(timer, connection), timer.kind == Self.alertTimer, let decision = CriticalAlertDecision(blueprint)
      else {
        continue
      }
      let cell = try ensure(customer: timer.customer, isNamed: false)
      try advance(cell)
      guard let alert = try AlertQueries.load(id: timer.subject, customer: timer.customer, connection),
        let health = cell.stored.health
      else { continue }
      let stored = cell.stored
      try store(decision.wake(alert, of: stored.subject, health: health, now: now) { explanation(of: stored) }, customer: timer.customer)
    }
    return due.count
  }

  private func explanation(of stored: StoredCustomer) -> Explanation {
    evaluator.explanation(
      of: stored.state, at: max(now, stored.health?.calculatedAt ?? now), arrivals: memory.arrivals ?? Arrivals())
  }

  private mutating func store(_ effects: [AlertEffect], customer: String) throws {
    for effect in effects {
      switch effect {
      case .save(let alert): try AlertQueries.save(alert, connection)
      case .deliver(let delivery): if try DeliveryQueries.enqueue(delivery, connection) { hasDeliveries = true }
      case .wake(let alert, let at):
        try TimerQueries.put(StoredTimer(kind: Self.alertTimer, customer: customer, subject: alert, dueAt: at), connection)
      }
    }
  }
}

extension StoredCustomer {
  var subject: CriticalAlertDecision.Subject {
    CriticalAlertDecision.Subject(customer: state.id, name: state.name, owner: state.ownerAddress)
  }
}

extension CustomerState {
  /// Who looks after the customer: the attribute `owner`.
  fileprivate var ownerAddress: String? { self[attribute: "owner"]?.string }
}
