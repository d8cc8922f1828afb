import Domain
import Storage

/// Who is who, and what has to move when that turns out to be otherwise than thought.
extension FoldTransaction {
  /// Takes in what an entry says of who is who and whose.
  mutating func noteIdentity(of entry: LogEntry) throws {
    newActors = []
    let anonymous = entry.actor.anonymous.map(Identity.anonymousKey)
    if let contact = entry.actor.contact {
      _ = try actor(contact)
      if let anonymous { try link(anonymous, to: contact, at: entry.at) }
      if case .alias(let previous) = entry.fact {
        try link(previous, to: contact, at: entry.at)
        try link(Identity.anonymousKey(previous), to: contact, at: entry.at)
      }
    } else if let anonymous {
      _ = try actor(anonymous)
    }
    if let customer = entry.actor.customer, let person = entry.actor.contact ?? anonymous, entry.fact.ties {
      try tie(person, to: customer, at: entry.version)
    }
  }

  /// What is known of an id; made where it is new.
  mutating func actor(_ id: String) throws -> ActorRecord {
    if let actor = memory.actors[id] { return actor }
    if !unknownActors.contains(id), let actor = try ActorQueries.load(id, connection) {
      memory.actors[id] = actor
      return actor
    }
    let actor = ActorRecord(id: id)
    memory.actors[id] = actor
    changedActors.insert(id)
    newActors.insert(id)
    return actor
  }

  private mutating func link(_ id: String, to target: String, at: Instant) throws {
    var record = try actor(id)
    let targetRoot = try actor(target).root
    let roots = [record.root, targetRoot]
    guard record.link(to: target, at: at) else { return }
    memory.actors[id] = record
    changedActors.insert(id)
    try regroup(roots: roots)
  }

  private mutating func tie(_ id: String, to customer: String, at: Instant) throws {
    var record = try actor(id)
    guard record.tie(to: customer, at: at) else { return }
    if newActors.contains(id), record.link == nil, record.root == id {
      // Nothing of it is stored yet: there is nothing to move.
      record.customer = customer
    }
    memory.actors[id] = record
    changedActors.insert(id)
    // A newer tie to the customer the person belongs to anyway changes nothing.
    if record.customer != customer { try regroup(roots: [record.root]) }
  }

  /// Works out anew who the people with these roots are, and moves the past of those who change their customer.
  private mutating func regroup(roots: [String]) throws {
    try flush()
    var before: [String: ActorRecord] = [:]
    for root in Set(roots) { for member in try ActorQueries.members(root: root, connection) { before[member.id] = member } }
    // They have company now: what is said of one of them concerns them all.
    newActors.subtract(before.keys)
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
      for after in changed { memory.actors[after.id] = after }
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
    for after in changed { memory.actors[after.id] = after }
    try ActorQueries.save(changed, connection)
    for after in moves {
      try UsageQueries.move(actor: after.id, from: before[after.id]?.customer ?? "", to: after.customer, connection)
    }
    for customer in customers.sorted() { try reload(customer) }
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
    if memory.customers[id] == nil {
      guard let stored = try load(id) else { return }
      memory.customers[id] = stored
    }
    try touch(id, at: .distantPast)
  }

  /// Reads a customer anew that gained or lost some of its people; forgets one that has nothing left and was never named.
  mutating func reload(_ id: String) throws {
    let known = memory.customers.removeValue(forKey: id)
    let (seen, heard) = try CustomerQueries.beginnings(of: id, connection)
    var stored = try load(id)
    if stored == nil, seen == .distantFuture, heard == .distantFuture { return }
    if let present = stored, !present.isNamed, seen == .distantFuture, heard == .distantFuture {
      try RecordQueries.deleteCustomer(id, withScores: scores, connection)
      touched[id] = nil
      touchOrder.removeAll { $0 == id }
      return
    }
    if stored == nil {
      try ensure(customer: id, isNamed: known?.isNamed ?? false)
      try flush()
      stored = try load(id)
    }
    guard var stored else { return }
    stored.state.firstSeen = seen
    stored.state.firstHeard = heard
    memory.customers[id] = stored
    changedCustomers.insert(id)
    try touch(id, at: .distantPast)
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
