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
    try stored.add(rows, names: memory.namesByNumber, scope: scope) { try person(of: $0) }
  }

  private func person(of actor: String) throws -> String? {
    if actor.isEmpty { return nil }
    return try memory.actors[actor]?.root ?? ActorQueries.load(actor, connection)?.root ?? actor
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

  /// Brings the shards up to date whose turn it is, after entries were taken in.
  /// - Returns: how many shards further the rotation is.
  mutating func takeTurn() throws -> Int {
    guard trails, let trail else { return 0 }
    // Whatever was folded before without trailing is complete.
    if trail.isEmpty { try TrailQueries.noteAll(through: start, connection) }
    let shards = trail.turn(rows: staged.count)
    try rollUp(shards)
    try TrailQueries.noteWhole(through: frontier, connection)
    return shards.count
  }

  /// Everything is up to date.
  mutating func rollUpAll() throws {
    guard let trail, !(trail.isEmpty && staged.isEmpty) else { return }
    let shards = Tenure.everyShard
    var rows: [LogIndexRow] = []
    for shard in shards.sorted() where !rolledUp.contains(shard) { rows += trail.rows(in: shard) }
    try UsageQueries.rollUp(rows + staged, connection)
    staged = []
    rolledUp = shards
    try TrailQueries.noteAll(through: frontier, connection)
  }

  /// Finds out from the log what is missing in the tables of the shards owned: after a stop, or when they come from another node.
  /// - Returns: what trails from now on, where it may; else all of it has been written.
  mutating func recoverTrail(mayTrail: Bool) throws {
    let marks = try TrailQueries.marks(connection)
    let owned = tenure.shards
    var missing: [LogIndexRow] = []
    var place = owned.map(marks.complete).min() ?? marks.whole
    if place < marks.whole {
      let unfoldable = try HousekeepingQueries.unfoldable(connection)
      while case let traces = try TrailQueries.traces(after: place, through: marks.whole, limit: 20_000, connection), let last = traces.last {
        try loadActors(traces.lazy.map(\.actor))
        for trace in traces where !unfoldable.contains(trace.position) {
          let owner = try owner(of: trace)
          let event = try trace.name.map { try eventID(of: $0, isDeclared: false) }
          guard owned.contains(owner.shard), trace.position > marks.complete(owner.shard) else { continue }
          missing.append(LogIndexRow(owner: owner, at: trace.at, position: trace.position, event: event))
        }
        place = last.position
      }
    }
    if mayTrail, tenure.isWhole, marks.whole == start {
      let trail = Trail()
      trail.settle(complete: [], rows: missing, turned: 0)
      memory.trail = trail
      return
    }
    try UsageQueries.rollUp(missing, connection)
    if tenure.isWhole {
      try TrailQueries.noteAll(through: start, connection)
      try TrailQueries.noteWhole(through: start, connection)
      memory.trail = Trail()
    } else {
      try TrailQueries.note(owned, through: marks.whole, connection)
    }
  }

  /// Whose a folded entry is. Who is who has been taken in already, and what has moved since was up to date when it did.
  private mutating func owner(of trace: TrailQueries.Trace) throws -> RecordOwner {
    let key = trace.actor.contact ?? trace.actor.anonymous.map(Identity.anonymousKey) ?? ""
    if let customer = trace.actor.customer, !trace.followsContact { return RecordOwner(customer: customer, actor: key, isPinned: true) }
    guard !key.isEmpty else { return RecordOwner(customer: trace.actor.customer ?? "", actor: "", isPinned: true) }
    let record = try memory.actors[key] ?? ActorQueries.load(key, connection) ?? ActorRecord(id: key)
    return RecordOwner(customer: record.customer, actor: key, isPinned: false)
  }
}

extension StoredCustomer {
  /// Adds events that are not in the roll-ups yet.
  mutating func add(
    _ rows: [LogIndexRow], names: [Int64: String], scope: StateScope, person: (String) throws -> String?
  ) rethrows {
    let scope = scope.reaching(back: health?.nextChangeAt)
    for row in rows {
      guard let event = row.event, let name = names[event] else { continue }
      state.add(
        event: name, count: 1, day: row.at.day, first: row.at, last: row.at, actor: try person(row.owner.actor), scope: scope)
    }
  }
}
