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
    if let actor = try ActorQueries.load(id, connection) {
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
    for (id, after) in Identity.resolve(before) {
      guard let present = before[id], present != after else { continue }
      memory.actors[id] = after
      try ActorQueries.save(after, connection)
      if present.customer != after.customer {
        try UsageQueries.move(actor: id, from: present.customer, to: after.customer, connection)
      }
      for customer in Set([present.customer, after.customer]) where !customer.isEmpty { try reload(customer) }
    }
  }

  /// Reads a customer anew that gained or lost some of its people; forgets one that has nothing left and was never named.
  private mutating func reload(_ id: String) throws {
    let known = memory.customers.removeValue(forKey: id)
    let (seen, heard) = try CustomerQueries.beginnings(of: id, connection)
    var stored = try CustomerQueries.load(id, scope: scope, connection)
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
      stored = try CustomerQueries.load(id, scope: scope, connection)
    }
    guard var stored else { return }
    stored.state.firstSeen = seen
    stored.state.firstHeard = heard < .distantFuture ? heard : stored.state.firstHeard
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
    case .event, .contact, .customer, .alias: true
    case .ticket, .subscription, .response: false
    }
  }
}
