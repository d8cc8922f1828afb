import Domain
import Storage

/// Who is who, and what has to move when that turns out to be otherwise than thought.
extension FoldTransaction {
  /// Takes in what an entry says of who is who and whose.
  /// - Returns: who did it; `nil` where nobody is named.
  mutating func noteIdentity(of entry: LogEntry) throws -> ActorCell? {
    let anonymous = entry.actor.anonymous.map(Identity.anonymousKey)
    let doer: ActorCell?
    if let contact = entry.actor.contact {
      let cell = try actor(contact)
      doer = cell
      if let anonymous { try link(anonymous, to: cell, at: entry.at) }
      if case .alias(let previous) = entry.fact {
        try link(previous, to: cell, at: entry.at)
        try link(Identity.anonymousKey(previous), to: cell, at: entry.at)
      }
    } else {
      doer = try anonymous.map { try actor($0) }
    }
    if let customer = entry.actor.customer, let doer, entry.fact.ties { try tie(doer, to: customer, at: entry.version) }
    return doer
  }

  /// What is known of an id; made where it is new.
  mutating func actor(_ id: String) throws -> ActorCell {
    if let actor = memory.actors[id] { return actor }
    if !unknownActors.contains(id), let actor = try ActorQueries.load(id, connection) { return memory.remember(actor) }
    let cell = memory.remember(ActorRecord(id: id))
    cell.newIn = memory.entryNumber
    change(cell)
    return cell
  }

  /// The actor's row is to be written.
  private mutating func change(_ cell: ActorCell) {
    guard !cell.isChanged else { return }
    cell.isChanged = true
    changedActors.append(cell)
  }

  private mutating func link(_ id: String, to target: ActorCell, at: Instant) throws {
    let cell = try actor(id)
    let roots = [cell.record.root, target.record.root]
    guard cell.record.link(to: target.record.id, at: at) else { return }
    change(cell)
    try regroup(roots: roots)
  }

  private mutating func tie(_ cell: ActorCell, to customer: String, at: Instant) throws {
    let before = cell.record.tie?.value
    guard cell.record.tie(to: customer, at: at) else { return }
    if cell.newIn == memory.entryNumber, cell.record.link == nil, cell.record.root == cell.record.id {
      // Nothing of it is stored yet: there is nothing to move.
      cell.record.customer = customer
    }
    // A newer tie to the customer the person belongs to anyway changes nothing, and can be read from the log again.
    if trails, before == customer, !cell.isChanged { memory.staleActors.add(cell) } else { change(cell) }
    if cell.record.customer != customer { try regroup(roots: [cell.record.root]) }
  }

  /// Works out anew who the people with these roots are, and moves the past of those who change their customer.
  private mutating func regroup(roots: [String]) throws {
    try flush()
    var before: [String: ActorRecord] = [:]
    for root in Set(roots) {
      for member in try ActorQueries.members(root: root, connection) { before[member.id] = memory.actors[member.id]?.record ?? member }
    }
    // They have company now: what is said of one of them concerns them all.
    for id in before.keys { memory.actors[id]?.newIn = -1 }
    let changed = Identity.resolve(before).values.filter { $0 != before[$0.id] }.sorted { $0.id < $1.id }
    var customers: Set<String> = []
    for after in changed {
      guard let present = before[after.id] else { continue }
      customers.formUnion([present.customer, after.customer])
      // Where its events named the customer themselves they stay, but they are another person's now.
      if present.root != after.root { customers.formUnion(try pinnedCustomers(of: after.id)) }
    }
    customers.remove("")
    let moves = changed.filter { before[$0.id]?.customer != $0.customer }
    guard routes == nil else {
      // The owners of the customers do the rest.
      know(changed)
      try ActorQueries.save(changed, connection)
      for after in moves {
        let from = RecordOwner(customer: before[after.id]?.customer ?? "", actor: after.id, isPinned: false)
        routes?.append(Route(position: routedPosition, kind: .move, owner: from))
      }
      for customer in customers {
        routes?.append(Route(position: routedPosition, kind: .recount, owner: RecordOwner(customer: customer, actor: "", isPinned: false)))
      }
      return
    }
    try rollUp(
      Set(customers.map(Shard.number)).union(moves.map { UsageKey.shard(customer: before[$0.id]?.customer ?? "", actor: $0.id) }))
    for customer in customers.sorted() { try letTimePass(customer) }
    know(changed)
    try ActorQueries.save(changed, connection)
    for after in moves {
      try UsageQueries.move(actor: after.id, from: before[after.id]?.customer ?? "", to: after.customer, connection)
    }
    for customer in customers.sorted() { try reload(customer) }
  }

  private mutating func know(_ records: [ActorRecord]) {
    for record in records {
      if let cell = memory.actors[record.id] { cell.record = record } else { _ = memory.remember(record) }
    }
  }

  private func pinnedCustomers(of actor: String) throws -> Set<String> {
    var customers = Set(try UsageQueries.pinnedCustomers(of: actor, connection))
    guard let trail else { return customers }
    customers.formUnion(trail.pinnedCustomers(of: actor))
    customers.formUnion(staged.lazy.filter { $0.owner.isPinned && $0.owner.actor == actor }.map(\.owner.customer))
    return customers
  }

  /// What time alone had due before now comes first for a customer that is about to change, under its state before.
  mutating func letTimePass(_ id: String) throws {
    guard let cell = try memory.customers[id] ?? load(id).map({ memory.remember($0) }) else { return }
    try touch(cell, at: .distantPast)
  }

  /// Reads a customer anew that gained or lost some of its people; forgets one that has nothing left and was never named.
  mutating func reload(_ id: String) throws {
    // Its history is written while it is known.
    try flushHealth()
    let known = memory.customers.removeValue(forKey: id)
    let (seen, heard) = try CustomerQueries.beginnings(of: id, connection)
    var stored = try load(id)
    if stored == nil, seen == .distantFuture, heard == .distantFuture { return }
    if let present = stored, !present.isNamed, seen == .distantFuture, heard == .distantFuture {
      try RecordQueries.deleteCustomer(id, withScores: scores, connection)
      if scores { try handOverWork(of: id) }
      return
    }
    if stored == nil {
      try ensure(customer: id, isNamed: known?.stored.isNamed ?? false)
      try flush()
      stored = try load(id)
    }
    guard var stored else { return }
    stored.state.firstSeen = seen
    stored.state.firstHeard = heard
    if let known, known.touchedAt != nil {
      // It keeps its turn to be scored.
      known.stored = stored
      memory.customers[id] = known
      change(known)
      try touch(known, at: .distantPast)
    } else {
      let cell = memory.remember(stored)
      change(cell)
      try touch(cell, at: .distantPast)
    }
  }
}

extension FoldTransaction {
  /// What people have to do and have said about a customer that is none any more goes where the person went.
  private func handOverWork(of id: String) throws {
    let goal = try memory.actors[id]?.record.customer ?? ActorQueries.load(id, connection)?.customer
    guard let goal, !goal.isEmpty, goal != id else { return try WorkQueries.delete(customer: id, connection) }
    try WorkQueries.move(from: id, to: goal, connection)
  }
}

extension Fact {
  /// Whether naming a customer beside a person says that the person belongs to it. A ticket or an answer
  /// names the customer it is about, no more.
  var ties: Bool {
    switch self {
    case .event, .usage, .contact, .customer, .alias: true
    case .ticket, .subscription, .response: false
    }
  }
}
