/// Everything about one customer that signals are read from: a fold of its log entries, the same in whatever order they come.
public struct CustomerState: Hashable, Sendable {
  public let id: String
  /// When the earliest thing known of it happened; `distantFuture` where nothing has a time.
  public var firstSeen: Instant
  /// When we first heard of it through a statement without a time.
  public var firstHeard: Instant
  /// From group calls and customer records.
  public var attributes: Attributes
  /// Traits of the contact that shares the customer's id (B2C); of both statements of a name the later holds, of equally late
  /// ones the customer's own.
  public var ownTraits: Attributes
  /// By event name as sent; only declared ones, see `StateScope`.
  public var usage: EventTable
  /// All events together.
  public var activity: EventUsage
  /// Contacts (and not yet identified visitors of theirs) with the time of their latest event; empty where the scope leaves them out.
  public var contacts: [String: Instant]
  public var tickets: [String: Ticket]
  public var subscriptions: [String: Versioned<SubscriptionRecord>]
  public var responses: [String: Versioned<Response>]

  /// An answer with its time.
  public struct Response: Hashable, Sendable {
    public var record: ResponseRecord
    public var at: Instant
    public init(record: ResponseRecord, at: Instant) {
      self.record = record
      self.at = at
    }

    func outranks(_ other: Response) -> Bool {
      if at != other.at { return at > other.at }
      return Fact.response(other.record).payload.printed().precedesInBytes(Fact.response(record).payload.printed())
    }
  }

  public init(id: String, firstSeen: Instant = .distantFuture, firstHeard: Instant = .distantFuture) {
    self.id = id
    self.firstSeen = firstSeen
    self.firstHeard = firstHeard
    attributes = Attributes()
    ownTraits = Attributes()
    usage = EventTable()
    activity = EventUsage()
    contacts = [:]
    tickets = [:]
    subscriptions = [:]
    responses = [:]
  }

  /// When the customer started: its `created_at` where stated, else when it was first seen, else when we first heard of it.
  public var startedAt: Instant {
    for name in ["created_at", "createdAt"] {
      if let text = self[attribute: name]?.string, let instant = Instant(iso8601: text) { return instant }
      if let number = self[attribute: name]?.double, let instant = Instant(epoch: number) { return instant }
    }
    return firstSeen < .distantFuture ? firstSeen : firstHeard
  }

  public var name: String? { self[attribute: "name"].flatMap(\.plainText) }

  /// An attribute of the customer, by the name under which it arrives.
  public subscript(attribute name: String) -> JSON? { effectiveAttributes(named: name) }

  private func effectiveAttributes(named name: String) -> JSON? {
    guard let own = ownTraits.values[name] else { return attributes[name] }
    guard let stated = attributes.values[name] else { return ownTraits[name] }
    let value = own.version > stated.version ? own.value : stated.value
    return value.isNull ? nil : value
  }

  /// All attributes in force, sorted by name.
  public var effectiveAttributes: [JSON.Member] {
    Set(attributes.values.keys).union(ownTraits.values.keys).sorted()
      .compactMap { name in self[attribute: name].map { JSON.Member(name, $0) } }
  }

  /// Takes one entry of this customer in. `actor` is who did it (a contact's id or an anonymous key), as far as it is known.
  public mutating func apply(_ entry: LogEntry, actor: String?, scope: StateScope) {
    if entry.at > .distantPast {
      firstSeen = min(firstSeen, entry.at)
    } else {
      firstHeard = min(firstHeard, entry.receivedAt)
    }
    switch entry.fact {
    case .event(let name, _):
      add(event: name, count: 1, day: entry.at.day, first: entry.at, last: entry.at, actor: actor, scope: scope)
    case .usage(let name, let count, let last):
      add(event: name, count: count, day: entry.at.day, first: entry.at, last: last, actor: actor, scope: scope)
    case .contact(let traits):
      if entry.actor.contact == id { ownTraits.merge(traits, version: entry.version) }
    case .customer(let members):
      attributes.merge(members, version: entry.version)
    case .alias:
      break
    case .ticket(let record):
      merge(Ticket(record, version: entry.version))
    case .subscription(let record):
      merge(Versioned(record, version: entry.version))
    case .response(let record):
      merge(Versioned(Response(record: record, at: entry.at), version: entry.version))
    }
  }

  /// Adds a day's events of one name by one actor: one event as it comes, or a roll-up row.
  public mutating func add(event name: String, count: Int, day: Day, first: Instant, last: Instant, actor: String?, scope: StateScope) {
    activity.add(count: count, day: day, first: first, last: last, keepingFrom: scope.keepingFrom)
    if scope.events.contains(name) {
      usage.update(name) { $0.add(count: count, day: day, first: first, last: last, keepingFrom: scope.keepingFrom) }
    }
    if let actor, scope.parts.contains(.contacts) { contacts[actor] = max(contacts[actor] ?? .distantPast, last) }
  }

  /// Takes in what is known of a ticket, whether or not it was known before.
  public mutating func merge(_ ticket: Ticket) {
    if tickets[ticket.id] != nil {
      tickets[ticket.id]?.merge(ticket)
    } else {
      tickets[ticket.id] = ticket
    }
  }

  /// Takes in what a record states of a subscription; of two statements the later version holds.
  public mutating func merge(_ subscription: Versioned<SubscriptionRecord>) {
    let id = subscription.value.id
    if subscriptions[id] != nil {
      subscriptions[id]?.merge(subscription) {
        Fact.subscription($1).payload.printed().precedesInBytes(Fact.subscription($0).payload.printed())
      }
    } else {
      subscriptions[id] = subscription
    }
  }

  /// Takes in a survey answer; of two statements of the same answer the later version holds.
  public mutating func merge(_ response: Versioned<Response>) {
    let id = response.value.record.id
    if responses[id] != nil {
      responses[id]?.merge(response) { $0.outranks($1) }
    } else {
      responses[id] = response
    }
  }
}

/// Which part of a customer's past the signals in use need: declared events, and days as far back as windows reach.
public struct StateScope: Hashable, Sendable {
  public var events: Set<String>
  public var keepingFrom: Day
  /// The day whose windows begin at `keepingFrom`; `nil`: no day in particular.
  public var today: Day?
  /// What is read of customers.
  public var parts = StateParts.all

  public init(events: Set<String>, keepingFrom: Day, today: Day? = nil) {
    self.events = events
    self.keepingFrom = keepingFrom
    self.today = today
  }

  /// The scope for looking at parts alone.
  public func reading(_ parts: StateParts) -> StateScope {
    var scope = self
    scope.parts = parts
    return scope
  }

  /// The scope for looking at a customer at `instant` too, where that lies before today.
  public func reaching(back instant: Instant?) -> StateScope {
    guard let today, let instant, instant.day < today, keepingFrom < today else { return self }
    var scope = self
    scope.keepingFrom = keepingFrom - Int(today.number - instant.day.number)
    return scope
  }
}
