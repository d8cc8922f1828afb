import Domain
import SQL
import Storage

/// The fold inside one write transaction: takes entries in log order, keeps roll-ups, records and identities, re-scores who was touched,
/// decides about alerts. All of it is committed together with the new position, or none.
struct FoldTransaction {
  private(set) var memory: FoldMemory
  let blueprint: Blueprint
  let evaluator: HealthEvaluator
  let scope: StateScope
  /// Under which name the attribute arrives that says who looks after a customer.
  let ownerTrait: String
  let now: Instant
  let connection: any Connection
  let tenure: Tenure
  /// A rebuild folds without scoring: no history, no alerts.
  let scores: Bool

  /// Whether roll-ups and the log's index may trail what is folded here.
  var trails: Bool
  let trailsFrom: Int
  /// How far the log had been folded, or routed, before.
  let start: Int64
  /// There were actors before whose rows lacked something.
  private(set) var hadStaleActors = false
  /// The last entry taken in.
  var lastTaken: Int64 = 0
  /// Entries taken in whose roll-ups and index are not written.
  var staged: [LogIndexRow] = []
  /// Shards for which nothing of what trailed before is missing any more.
  var rolledUp: Set<Int> = []
  var changedActors: [ActorCell] = []
  /// Ids of which nothing is stored, as far as was asked.
  var unknownActors: Set<String> = []
  var changedCustomers: [CustomerCell] = []
  /// Customers of whom nothing was stored when the entries came.
  var unknownCustomers: Set<String> = []
  /// Customers to score anew, in the order they were touched.
  var touched: [CustomerCell] = []
  /// Customers whose scores are to be written, and what is to be added to their history.
  var newHealth: [CustomerCell] = []
  var changes: [HealthQueries.NewChange] = []
  var arrivalsChanged = false
  /// While this node only finds the customers of entries: what their owners are to do. `nil`: it folds them itself.
  var routes: [Route]?
  /// The position of the entry at hand, for `routes`.
  var routedPosition: Int64 = 0
  /// How many shards further the rotation of those that are brought up to date is.
  var turned = 0
  /// New deliveries were stored: the outbox has work.
  var hasDeliveries = false

  /// - Parameters:
  ///   - scores: a rebuild folds without.
  ///   - trailsFrom: from how many rows on roll-ups and the log's index may be written later; `nil`: never.
  init(
    memory: FoldMemory, blueprint: Blueprint, now: Instant, tenure: Tenure = .sole, connection: any Connection, scores: Bool = true,
    trailsFrom: Int? = nil
  ) throws {
    self.memory = memory
    self.blueprint = blueprint
    self.now = now
    self.tenure = tenure
    self.connection = connection
    self.scores = scores
    start = try HousekeepingQueries.position(connection)
    evaluator = blueprint.evaluator
    scope = blueprint.scope(today: now.day)
    ownerTrait = blueprint.ownerAttribute
    // What others own they may have changed since.
    if self.memory.tenure != tenure { self.memory = FoldMemory() }
    self.memory.tenure = tenure
    if self.memory.blueprintVersion != blueprint.version {
      self.memory.customers.removeAll()
      self.memory.blueprintVersion = blueprint.version
    }
    trails = trailsFrom != nil && scores && tenure.isWhole
    self.trailsFrom = trailsFrom ?? 0
    if self.memory.actors.isOverfull { try ActorQueries.save(self.memory.staleActors.takeAll().map(\.record), connection) }
    self.memory.trim()
    if self.memory.names == nil { self.memory.know(try UsageQueries.names(connection)) }
    if self.memory.arrivals == nil || !tenure.isWhole { self.memory.arrivals = try HousekeepingQueries.arrivals(connection) }
    for name in scope.events.sorted() { _ = try eventID(of: name, isDeclared: true) }
    // A rebuild makes the tables anew from the beginning.
    guard scores else { return }
    if !self.memory.isUpToDate {
      try recoverTrail()
      self.memory.isUpToDate = true
    }
    if !trails { try rollUpAll() }
    hadStaleActors = !self.memory.staleActors.isEmpty
  }

  /// What is not in the roll-ups and the log's index yet; `nil` where everything is written at once.
  var trail: Trail? { scores && tenure.isWhole ? memory.trail : nil }

  /// Reads what is known of everyone who appears in the entries, at once.
  mutating func prepare(for entries: [StoredEntry]) throws {
    var asked: Set<String> = []
    for case .success(let entry) in entries.lazy.map(\.entry) {
      if let contact = entry.actor.contact, memory.actors[contact] == nil { asked.insert(contact) }
      if let anonymous = entry.actor.anonymous.map(Identity.anonymousKey), memory.actors[anonymous] == nil { asked.insert(anonymous) }
    }
    try loadActors(asked)
    try loadCustomers(of: entries)
  }

  /// Reads the customers that the entries are most likely about, as far as they are not known.
  private mutating func loadCustomers(of entries: [StoredEntry]) throws {
    guard routes == nil, scores else { return }
    var asked: Set<String> = []
    for case .success(let entry) in entries.lazy.map(\.entry) {
      let key = entry.actor.contact ?? entry.actor.anonymous.map(Identity.anonymousKey)
      for case let id? in [entry.actor.customer, key.flatMap { memory.actors[$0]?.record.customer }] where !id.isEmpty {
        if memory.customers[id] == nil { asked.insert(id) }
      }
    }
    let found = try CustomerWalk.customers(asked.sorted(), scope: scope, connection)
    for var stored in found.customers {
      try overlay(&stored)
      asked.remove(stored.state.id)
      _ = memory.remember(stored)
    }
    // Of whom a row cannot be read it is told where the customer is asked for alone.
    unknownCustomers = asked.subtracting(found.unreadable)
  }

  private mutating func loadActors(_ ids: Set<String>) throws {
    let asked = ids.filter { memory.actors[$0] == nil }
    unknownActors = asked
    for actor in try ActorQueries.load(asked.sorted(), connection) {
      _ = memory.remember(actor)
      unknownActors.remove(actor.id)
    }
  }

  mutating func loadActors(_ actors: some Sequence<Actor>) throws {
    var asked: Set<String> = []
    for actor in actors {
      if let contact = actor.contact { asked.insert(contact) } else if let id = actor.anonymous { asked.insert(Identity.anonymousKey(id)) }
    }
    try loadActors(asked)
    unknownActors = []
  }

  /// Finds out whose an entry is and takes it in. Score and alerts follow in `finish`.
  mutating func apply(_ entry: LogEntry, position: Int64) throws {
    let (owner, person) = try place(of: entry)
    try take(entry, position: position, owner: owner, person: person)
  }

  /// Finds out whose an entry is, for the node that owns the customer.
  mutating func route(_ entry: LogEntry, position: Int64) throws {
    routedPosition = position
    let (owner, person) = try place(of: entry)
    routes?.append(Route(position: position, kind: .entry, owner: owner, person: person ?? ""))
  }

  /// Whose entry it is, and the contact that its actor stands for.
  private mutating func place(of entry: LogEntry) throws -> (RecordOwner, person: String?) {
    memory.entryNumber += 1
    guard let actor = try noteIdentity(of: entry) else {
      return (RecordOwner(customer: entry.actor.customer ?? "", actor: "", isPinned: true), nil)
    }
    let (id, person) = (actor.record.id, actor.record.root)
    if let customer = entry.actor.customer, !entry.fact.followsContact {
      return (RecordOwner(customer: customer, actor: id, isPinned: true), person)
    }
    return (RecordOwner(customer: actor.record.customer, actor: id, isPinned: false), person)
  }

  /// Takes in an entry whose customer is known.
  mutating func take(_ entry: LogEntry, position: Int64, owner: RecordOwner, person: String?) throws {
    let touchTime = entry.version < entry.receivedAt ? max(entry.at, entry.version) : entry.at
    var row = LogIndexRow(owner: owner, at: entry.at, position: position)
    switch entry.fact {
    case .event(let name, _): row.events = .init(name: try eventID(of: name, isDeclared: false), count: 1, last: entry.at)
    case .usage(let name, let count, let last):
      row.events = .init(name: try eventID(of: name, isDeclared: false), count: count, last: last)
    default: break
    }
    if owner.customer.isEmpty {
      stage(row)
    } else {
      let cell = try ensure(customer: owner.customer, isNamed: owner.isPinned)
      try touch(cell, at: touchTime)
      stage(row)
      take(entry, into: cell, person: person)
    }
    memory.arrivals?.note(entry.fact, at: entry.at)
    arrivalsChanged = true
    try store(entry, owner: owner)
  }

  private mutating func stage(_ row: LogIndexRow) {
    staged.append(row)
    lastTaken = row.position
  }

  private mutating func take(_ entry: LogEntry, into cell: CustomerCell, person: String?) {
    let before = (cell.stored.state.firstSeen, cell.stored.state.firstHeard)
    cell.stored.state.apply(entry, actor: person, scope: scope)
    var isChanged = before != (cell.stored.state.firstSeen, cell.stored.state.firstHeard)
    switch entry.fact {
    case .customer, .subscription: isChanged = true
    // In B2C the person's name is the customer's.
    case .contact: isChanged = isChanged || entry.actor.contact == cell.stored.state.id
    default: break
    }
    if isChanged { change(cell) }
  }

  /// The customer's own row is to be written.
  mutating func change(_ cell: CustomerCell) {
    guard !cell.isChanged else { return }
    cell.isChanged = true
    changedCustomers.append(cell)
  }

  /// Writes what the entry states beside the customer's signals in memory.
  private mutating func store(_ entry: LogEntry, owner: RecordOwner) throws {
    switch entry.fact {
    case .event, .usage: break
    case .contact(let traits):
      var attributes = try RecordQueries.contactAttributes(customer: owner.customer, id: owner.actor, connection) ?? Attributes()
      attributes.merge(traits, version: entry.version)
      try RecordQueries.saveContact(customer: owner.customer, id: owner.actor, attributes, connection)
    case .customer, .alias: break
    case .ticket(let record):
      try RecordQueries.add(Ticket(record, version: entry.version), owner: owner, connection)
    case .subscription(let record):
      try RecordQueries.add(Versioned(record, version: entry.version), owner: owner, connection)
    case .response(let record):
      let response = CustomerState.Response(record: record, at: entry.at)
      try RecordQueries.add(Versioned(response, version: entry.version), owner: owner, connection)
    }
  }

  /// The number of an event name in roll-ups. Beyond the bound on names, undeclared ones share the name "".
  mutating func eventID(of name: String, isDeclared: Bool) throws -> Int64 {
    if let id = memory.names?[name] { return id }
    let known = memory.names?.count ?? 0
    guard isDeclared || known < UsageQueries.maximumNames || name.isEmpty else { return try eventID(of: "", isDeclared: true) }
    let id = try UsageQueries.number(of: name, connection)
    memory.know([name: id])
    return id
  }

  /// Writes everything pending but scores, so that the tables can be read.
  mutating func flush() throws {
    try ActorQueries.save(changedActors.map(\.record).sorted { $0.id < $1.id }, connection)
    if !trails {
      try UsageQueries.rollUp(staged, connection)
      staged = []
    }
    // One that is no customer after all has been forgotten meanwhile.
    let customers = changedCustomers.filter { memory.customers[$0.stored.state.id] === $0 }
      .sorted { ($0.stored.shard, $0.stored.state.id) < ($1.stored.shard, $1.stored.state.id) }
    let keys = try RecordQueries.save(customers.map(\.stored), at: now, ownerTrait: ownerTrait, connection)
    for (cell, keys) in zip(customers, keys) { cell.stored.listed = keys.digest }
    try flushHealth()
    if arrivalsChanged, let arrivals = memory.arrivals { try HousekeepingQueries.save(arrivals, connection) }
    for cell in changedActors { cell.isChanged = false }
    for cell in changedCustomers { cell.isChanged = false }
    changedActors = []
    changedCustomers = []
    arrivalsChanged = false
  }
}

extension Fact {
  /// What is said of a person goes where the person belongs, whatever customer the statement names beside it.
  var followsContact: Bool {
    switch self {
    case .contact, .alias: true
    default: false
    }
  }
}

extension StoredCustomer {
  var shard: Int { Shard.number(of: state.id) }
}
