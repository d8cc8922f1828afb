import Domain
import Storage

/// Scores and their consequences.
extension FoldTransaction {
  /// Loads a customer, or makes it.
  mutating func ensure(customer id: String, isNamed: Bool) throws {
    if memory.customers[id] == nil {
      if let stored = try load(id) {
        memory.customers[id] = stored
      } else {
        memory.customers[id] = StoredCustomer(state: CustomerState(id: id), isNamed: isNamed, health: nil)
        changedCustomers.insert(id)
      }
    }
    if isNamed, memory.customers[id]?.isNamed == false {
      memory.customers[id]?.isNamed = true
      changedCustomers.insert(id)
    }
  }

  /// Marks a customer for scoring. What time alone had due before now comes first, under the state before.
  mutating func touch(_ id: String, at: Instant) throws {
    if let present = touched[id] {
      touched[id] = max(present, at)
      return
    }
    touched[id] = at
    touchOrder.append(id)
    if scores { try advance(id) }
  }

  /// Lets time pass for a customer up to now: each due change is recorded at its own instant.
  mutating func advance(_ id: String) throws {
    // A change is due at least a microsecond after the one before it; the bound only guards against a model that never settles.
    for _ in 0..<10_000 {
      guard let stored = memory.customers[id], let health = stored.health, let due = health.nextChangeAt, due <= now else { return }
      guard health.model == evaluator.model.version else {
        // What was due under another model is not known any more.
        let health = evaluator.health(of: stored.state, at: now, arrivals: memory.arrivals ?? Arrivals())
        return try record(health, of: id, cause: .model, newest: .distantPast)
      }
      try record(evaluator.health(of: stored.state, at: due, arrivals: memory.arrivals ?? Arrivals()), of: id, cause: .time, newest: due)
    }
  }

  /// Scores everyone touched and writes all that is pending.
  mutating func finish() throws {
    if scores {
      for id in touchOrder {
        guard let stored = memory.customers[id] else { continue }
        // Scores never go back in time, even if the clock does.
        let at = max(now, stored.health?.calculatedAt ?? now)
        let health = evaluator.health(of: stored.state, at: at, arrivals: memory.arrivals ?? Arrivals())
        let newModel = stored.health.map { $0.model != health.model } ?? false
        try record(health, of: id, cause: newModel ? .model : .data, newest: touched[id] ?? at)
      }
    }
    touched = [:]
    touchOrder = []
    try flush()
  }

  /// Stores a score where anything about it moved, its history where the score did, and what the alert rules decide.
  mutating func record(_ health: Health, of id: String, cause: HealthChange.Cause, newest: Instant) throws {
    guard let stored = memory.customers[id] else { return }
    let before = stored.health
    if let before, before.isSame(as: health) { return }
    memory.customers[id]?.health = health
    try HealthQueries.save(health, of: id, connection)
    guard before?.score != health.score || before?.band != health.band else { return }
    try HealthQueries.append(
      HealthChange(
        at: health.calculatedAt, from: before?.score, to: health.score, bandFrom: before?.band, bandTo: health.band, cause: cause,
        model: health.model, points: health.points), of: id, connection)
    try decideAlerts(for: id, before: before, after: health, cause: cause, newest: newest)
  }
}

extension Health {
  /// Nothing that anyone could see differs, but the time of calculation.
  func isSame(as other: Health) -> Bool {
    score == other.score && band == other.band && coverage == other.coverage && nextChangeAt == other.nextChangeAt && model == other.model
      && points == other.points
  }
}
