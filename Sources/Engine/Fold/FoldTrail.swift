import Domain
import SQL
import Storage

/// Roll-ups and the log's index: written at once, or trailing behind what is folded.
extension FoldTransaction {
  /// Up to where everything is folded or on its way to be: shards brought up to date now lack nothing up to here.
  private var frontier: Int64 { max(lastTaken, start) }

  /// A customer as stored, with what trails.
  func load(_ id: String) throws -> StoredCustomer? {
    guard var stored = try CustomerQueries.load(id, scope: scope, connection) else { return nil }
    try overlay(&stored)
    return stored
  }

  /// Adds what trails to a customer as stored.
  func overlay(_ stored: inout StoredCustomer) throws {
    guard let trail, !rolledUp.contains(Shard.number(of: stored.state.id)) else { return }
    let rows = trail.rows(of: stored.state.id)
    guard !rows.isEmpty else { return }
    try stored.add(rows, names: memory.namesByNumber, scope: scope) { scope.parts.contains(.contacts) ? try person(of: $0) : nil }
  }

  private func person(of actor: String) throws -> String? {
    if actor.isEmpty { return nil }
    return try memory.actors[actor]?.record.root ?? ActorQueries.load(actor, connection)?.root ?? actor
  }

  /// Brings shards up to date: their tables can be read, and changed by statements, as if nothing ever trailed.
  mutating func rollUp(_ shards: Set<Int>) throws {
    guard let trail else { return }
    var rows: [LogIndexRow] = []
    for shard in shards.sorted() where !rolledUp.contains(shard) { rows += trail.rows(in: shard) }
    rows += staged.filter { shards.contains($0.owner.shard) }
    try UsageQueries.rollUp(rows, connection)
    staged.removeAll { shards.contains($0.owner.shard) }
    rolledUp.formUnion(shards)
    try TrailQueries.note(shards, through: frontier, connection)
  }

  /// Brings the shards up to date whose turn it is, and the rows of some actors, after entries were taken in.
  /// - Returns: how many shards further the rotation is.
  mutating func takeTurn() throws -> Int {
    guard trails, let trail else { return 0 }
    // A few rows are written at once: nobody waits for them, whoever else looks sees them, and nothing need be read again after a crash.
    if trail.count + staged.count < trailsFrom {
      try rollUpAll()
      return 0
    }
    // Whatever was folded before without trailing is complete.
    if trail.isEmpty { try TrailQueries.noteAll(through: start, actors: hadStaleActors ? nil : start, connection) }
    let count = staged.count
    let shards = trail.turn(rows: count)
    try rollUp(shards)
    let (cells, through) = memory.staleActors.take(ofEntries: count, at: frontier)
    try ActorQueries.save(cells.map(\.record), connection)
    if let through { try TrailQueries.noteActors(through: through, connection) }
    try TrailQueries.noteWhole(through: frontier, connection)
    return shards.count
  }

  /// Everything is up to date.
  mutating func rollUpAll() throws {
    guard let trail, !(trail.isEmpty && staged.isEmpty && memory.staleActors.isEmpty) else { return }
    let shards = Tenure.everyShard
    var rows: [LogIndexRow] = []
    for shard in shards.sorted() where !rolledUp.contains(shard) { rows += trail.rows(in: shard) }
    try UsageQueries.rollUp(rows + staged, connection)
    staged = []
    rolledUp = shards
    try ActorQueries.save(memory.staleActors.takeAll().map(\.record), connection)
    try TrailQueries.noteAll(through: frontier, actors: frontier, connection)
  }

  /// Finds out from the log what is missing in the tables of the shards owned: after a stop, or when they come from another node. Where it
  /// may go on trailing it does; else all of it is written.
  mutating func recoverTrail() throws {
    let marks = try TrailQueries.marks(connection)
    let missing = try missingRows(marks)
    if tenure.isWhole { memory.trail = Trail() }
    if trails, marks.whole == start {
      memory.trail?.settle(complete: [], rows: missing, turned: 0)
      return
    }
    try ActorQueries.save(memory.staleActors.takeAll().map(\.record), connection)
    if tenure.routes, marks.actors < marks.whole { try TrailQueries.noteActors(through: marks.whole, connection) }
    guard tenure.shards.contains(where: { marks.complete($0) < marks.whole }) else { return }
    try UsageQueries.rollUp(missing, connection)
    try TrailQueries.note(tenure.shards, through: marks.whole, connection)
  }

  /// Whether all that one process folded alone is in the tables, of whichever shard.
  func nothingTrails() throws -> Bool {
    if memory.isComplete { return true }
    let marks = try TrailQueries.marks(connection)
    memory.isComplete = Tenure.everyShard.allSatisfy { marks.complete($0) >= marks.whole }
    return memory.isComplete
  }

  /// What the tables of the shards owned lack of what one process had folded; notes what the rows of actors lack.
  private mutating func missingRows(_ marks: TrailQueries.Marks) throws -> [LogIndexRow] {
    var place = tenure.shards.map(marks.complete).min() ?? marks.whole
    if tenure.routes { place = min(place, marks.actors) }
    guard place < marks.whole else { return [] }
    var missing: [LogIndexRow] = []
    let unfoldable = try HousekeepingQueries.unfoldable(connection)
    while true {
      let traces = try TrailQueries.traces(after: place, through: marks.whole, limit: 20_000, connection)
      guard let last = traces.last else { return missing }
      try loadActors(traces.lazy.map(\.actor))
      for trace in traces where !unfoldable.contains(trace.position) {
        let key = trace.actor.contact ?? trace.actor.anonymous.map(Identity.anonymousKey)
        let doer = try key.map { try actor($0) }
        if tenure.routes, trace.ties, let doer, let customer = trace.actor.customer, doer.record.tie(to: customer, at: trace.version) {
          memory.staleActors.add(doer)
        }
        let owner = Self.owner(of: trace, actor: doer?.record)
        guard tenure.shards.contains(owner.shard), trace.position > marks.complete(owner.shard) else { continue }
        let events = try trace.name.map { LogIndexRow.Events(name: try eventID(of: $0, isDeclared: false), count: 1, last: trace.at) }
        missing.append(LogIndexRow(owner: owner, at: trace.at, position: trace.position, events: events))
      }
      place = last.position
    }
  }

  /// Whose a folded entry is. Who is who has been taken in already, and what has moved since was up to date when it did.
  private static func owner(of trace: TrailQueries.Trace, actor: ActorRecord?) -> RecordOwner {
    let customer = trace.actor.customer
    guard let actor else { return RecordOwner(customer: customer ?? "", actor: "", isPinned: true) }
    if let customer, !trace.followsContact { return RecordOwner(customer: customer, actor: actor.id, isPinned: true) }
    return RecordOwner(customer: actor.customer, actor: actor.id, isPinned: false)
  }
}

extension StoredCustomer {
  /// Adds events that are not in the roll-ups yet.
  mutating func add(
    _ rows: [LogIndexRow], names: [Int64: String], scope: StateScope, person: (String) throws -> String?
  ) rethrows {
    let scope = scope.reaching(back: health?.nextChangeAt)
    for row in rows {
      guard let events = row.events, let name = names[events.name] else { continue }
      state.add(
        event: name, count: events.count, day: row.at.day, first: row.at, last: events.last, actor: try person(row.owner.actor),
        scope: scope)
    }
  }
}
