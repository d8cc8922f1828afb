import Domain
import Storage

/// Scores and their consequences.
extension FoldTransaction {
  /// Loads a customer, or makes it.
  @discardableResult
  mutating func ensure(customer id: String, isNamed: Bool) throws -> CustomerCell {
    let cell: CustomerCell
    if let known = memory.customers[id] {
      cell = known
    } else if unknownCustomers.remove(id) == nil, let stored = try load(id) {
      cell = memory.remember(stored)
    } else {
      cell = memory.remember(StoredCustomer(state: CustomerState(id: id), isNamed: isNamed, health: nil))
      cell.mayHaveAlert = false
      change(cell)
    }
    if isNamed, !cell.stored.isNamed {
      cell.stored.isNamed = true
      change(cell)
    }
    return cell
  }

  /// Marks a customer for scoring. What time alone had due before now comes first, under the state before.
  mutating func touch(_ cell: CustomerCell, at: Instant) throws {
    if let present = cell.touchedAt {
      cell.touchedAt = max(present, at)
      return
    }
    cell.touchedAt = at
    touched.append(cell)
    if scores { try advance(cell) }
  }

  /// Lets time pass for a customer up to now: each due change is recorded at its own instant.
  mutating func advance(_ cell: CustomerCell) throws {
    // A change is due at least a microsecond after the one before it; the bound only guards against a model that never settles.
    for _ in 0..<10_000 {
      guard let health = cell.stored.health, let due = health.nextChangeAt, due <= now else { return }
      guard health.model == evaluator.model.version else {
        // What was due under another model is not known any more.
        return try score(cell, at: now, cause: .model, newest: .distantPast)
      }
      try score(cell, at: due, cause: .time, newest: due)
      keepListed(cell)
    }
  }

  /// Subscriptions begin and end by time alone.
  mutating func keepListed(_ cell: CustomerCell) {
    if !cell.stored.state.subscriptions.isEmpty { keepInOrder(cell) }
  }

  /// The customer's own row is to be written where lists would not find it where it belongs.
  mutating func keepInOrder(_ cell: CustomerCell) {
    if ListKeys(of: cell.stored.state, at: now, ownerTrait: ownerTrait).digest != cell.stored.listed { change(cell) }
  }

  /// Scores a customer as it is in memory; nothing is stored where its present score may stand.
  mutating func score(_ cell: CustomerCell, at: Instant, cause: HealthChange.Cause, newest: Instant) throws {
    let health = evaluator.health(of: cell.stored.state, at: at, arrivals: memory.arrivals ?? Arrivals(), unless: cell.stored.health)
    if let health { try record(health, of: cell, cause: cause, newest: newest) }
  }

  /// Scores everyone touched and writes all that is pending.
  mutating func finish() throws {
    for cell in touched {
      let newest = cell.touchedAt
      cell.touchedAt = nil
      // One that is no customer after all has been forgotten meanwhile.
      guard scores, let newest, memory.customers[cell.stored.state.id] === cell else { continue }
      // Scores never go back in time, even if the clock does.
      let at = max(now, cell.stored.health?.calculatedAt ?? now)
      let newModel = cell.stored.health.map { $0.model != evaluator.model.version } ?? false
      try score(cell, at: at, cause: newModel ? .model : .data, newest: newest)
    }
    touched = []
    try flush()
  }

  /// Stores a score, its history where the score moved, and what the alert rules decide.
  mutating func record(_ health: Health, of cell: CustomerCell, cause: HealthChange.Cause, newest: Instant) throws {
    let before = cell.stored.health
    cell.stored.health = health
    if !cell.hasNewHealth {
      cell.hasNewHealth = true
      cell.countedAs = before.map { ($0.score, $0.band) }
      newHealth.append(cell)
    }
    guard before?.score != health.score || before?.band != health.band else { return }
    let change = HealthChange(
      at: health.calculatedAt, from: before?.score, to: health.score, bandFrom: before?.band, bandTo: health.band, cause: cause,
      model: health.model, points: health.points)
    let id = cell.stored.state.id
    var ordinal = 0
    // No change of it is later than its last calculation: nearly always this is the first one of its instant.
    if let before, before.calculatedAt >= health.calculatedAt {
      try flushHealth()
      ordinal = try HealthQueries.nextOrdinal(of: id, at: change.at, connection)
    }
    changes.append(.init(customer: id, ordinal: ordinal, change: change))
    try decideAlerts(for: cell, before: before, after: health, cause: cause, newest: newest)
  }
}

extension FoldTransaction {
  /// The shard under which this node tallies scores, whichever customers' they are.
  var tallyShard: Int { tenure.shards.min() ?? 0 }

  /// Writes the scores and changes that are pending.
  mutating func flushHealth() throws {
    // One that is no customer after all has been forgotten meanwhile.
    var tally = HealthTally.Change()
    let rows = newHealth.compactMap { cell -> (customer: String, health: Health)? in
      cell.hasNewHealth = false
      guard memory.customers[cell.stored.state.id] === cell, let health = cell.stored.health else { return nil }
      if let before = cell.countedAs { tally.remove(before.score, before.band) }
      tally.add(health.score, health.band)
      return (cell.stored.state.id, health)
    }
    try HealthQueries.save(rows, connection)
    try HealthTally.apply(tally, shard: tallyShard, connection)
    try HealthQueries.append(changes, connection)
    newHealth = []
    changes = []
  }
}
