import Domain
import Storage

/// Alerts: decided purely in `Domain`, stored here in the transaction of their cause.
extension FoldTransaction {
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
    let effects = decision.decide(move, of: subject(stored), present: present, now: after.calculatedAt) { explanation(of: stored) }
    cell.mayHaveAlert = present != nil || !effects.isEmpty
    try store(effects, customer: id)
  }

  /// Looks at alerts whose waiting is over. - Returns: how many timers were due.
  mutating func wakeAlerts(limit: Int) throws -> Int {
    let due = try TimerQueries.due(now: now, of: tenure.asked, limit: limit, connection)
    for timer in due {
      guard try TimerQueries.remove(timer, connection), timer.kind == StoredTimer.alert, let decision = CriticalAlertDecision(blueprint)
      else {
        continue
      }
      let cell = try ensure(customer: timer.customer, isNamed: false)
      try advance(cell)
      guard let alert = try AlertQueries.load(id: timer.subject, customer: timer.customer, connection),
        let health = cell.stored.health
      else { continue }
      let stored = cell.stored
      try store(decision.wake(alert, of: subject(stored), health: health, now: now) { explanation(of: stored) }, customer: timer.customer)
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
      case .task(let task): if try TaskQueries.insert(fromAlert: task, connection) { try AuditQueries.insert(task.making, connection) }
      case .deliver(let delivery): if try DeliveryQueries.enqueue(delivery, connection) { hasDeliveries = true }
      case .wake(let alert, let at):
        try TimerQueries.put(StoredTimer(kind: StoredTimer.alert, customer: customer, subject: alert, dueAt: at), connection)
      }
    }
  }

  private func subject(_ stored: StoredCustomer) -> CriticalAlertDecision.Subject {
    CriticalAlertDecision.Subject(
      customer: stored.state.id, name: stored.state.name, owner: stored.state.owner(attribute: blueprint.ownerAttribute))
  }
}
