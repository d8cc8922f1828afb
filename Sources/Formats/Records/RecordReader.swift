import Domain

/// Turns rows into log entries of one kind.
///
/// Every entry's `messageID` follows from its content (or is the event's own), so the same rows imported again change nothing.
public struct RecordReader: Sendable {
  public let kind: RecordKind
  public let map: ColumnMap
  /// The loaded files of `map.lookups`.
  public let tables: [Lookup: LookupTable]
  /// How its user says where a field comes from, for messages: `--map FIELD=COLUMN`.
  let mapping: String
  /// The usual columns of each field that the map does not name.
  let columns: [String: [Column]]

  struct Column: Sendable {
    let name: String
    let key: String
  }

  /// - Parameter mapping: how its user says where a field comes from, with the word FIELD in it, for messages.
  /// - Throws: `ColumnMapError` where the map names a field that the kind does not have.
  public init(
    kind: RecordKind, map: ColumnMap = ColumnMap(), tables: [Lookup: LookupTable] = [:], mapping: String = "--map FIELD=COLUMN"
  ) throws(ColumnMapError) {
    try map.check(for: kind, path: "")
    self.kind = kind
    self.map = map
    self.tables = tables
    self.mapping = mapping
    columns = Dictionary(
      uniqueKeysWithValues: kind.fields.map { field in
        (field.name, field.columns.map { Column(name: $0, key: ColumnIndex.key($0)) })
      })
  }

  /// Reads one row. Never fails as a whole: what is wrong with a row is its outcome.
  public func read(_ row: Row, receivedAt: Instant) -> RecordOutcome {
    for condition in map.conditions {
      guard let text = RecordText.text(row[condition.column]), condition.values.contains(text) else { return .passedOver }
    }
    let values = RowValues(row: row, reader: self, receivedAt: receivedAt)
    do {
      return .entry(try entry(values))
    } catch {
      return .rejected(error)
    }
  }

  private func entry(_ values: RowValues) throws(RecordError) -> LogEntry {
    switch kind {
    case .customers: try customer(values)
    case .contacts: try contact(values)
    case .events: try event(values)
    case .tickets: try ticket(values)
    case .subscriptions: try subscription(values)
    case .responses: try response(values)
    }
  }

  // MARK: Customers, contacts, events

  private func customer(_ values: RowValues) throws(RecordError) -> LogEntry {
    let id = try values.required("id")
    let attributes = try traits(values, fields: ["name"], nested: ["attributes", "traits"])
    return try statement(values, id: id, Actor(customer: id), .customer(attributes: attributes))
  }

  private func contact(_ values: RowValues) throws(RecordError) -> LogEntry {
    let id = try values.required("id")
    let traits = try traits(values, fields: ["email", "name"], nested: ["attributes", "traits"])
    return try statement(values, id: id, Actor(contact: id, customer: try values.id("customer")), .contact(traits: traits))
  }

  /// Named fields, `created_at`, then everything else.
  private func traits(_ values: RowValues, fields: [String], nested: [String]) throws(RecordError) -> [JSON.Member] {
    var members: [JSON.Member] = []
    for field in fields {
      if let text = try values.text(field) { members.append(JSON.Member(field, .string(text))) }
    }
    if let created = try values.time("created_at", history: true) { members.append(JSON.Member("created_at", .string(created.iso8601))) }
    let extras = try values.extras(nested: nested)
    members += extras.filter { extra in !members.contains { $0.name == extra.name } }
    return try bounded(members)
  }

  private func bounded(_ members: [JSON.Member]) throws(RecordError) -> [JSON.Member] {
    switch EntryBounds.excess(statement: members) {
    case .tooLarge: throw RecordError(.tooLarge, "the line holds more than \(EntryBounds.statementBytes >> 10) KB of attributes")
    case .tooDeep:
      throw RecordError(.tooDeep, "the line holds more than \(EntryBounds.depth) objects and arrays inside one another")
    case nil: return members
    }
  }

  /// What a record says of a customer or contact has held since `updated_at`, else since it was created, else always.
  private func statement(_ values: RowValues, id: String, _ actor: Actor, _ fact: Fact) throws(RecordError) -> LogEntry {
    let updated = try values.time("updated_at", history: true)
    let created = try values.time("created_at", history: true)
    return record(values, id: id, at: updated ?? created ?? .distantPast, updated: updated, actor, fact)
  }

  private func event(_ values: RowValues) throws(RecordError) -> LogEntry {
    let at = try values.requiredTime("at")
    guard let name = try values.id("event") else { throw values.missing("event") }
    let actor = Actor(contact: try values.id("contact"), anonymous: try values.id("anonymous"), customer: try values.id("customer"))
    guard actor != Actor() else { throw values.missing("contact") }
    let fact = Fact.event(name: name, properties: EventProperties(try bounded(try values.extras(nested: ["properties"]))))
    // As the row says it, before any clamping to the arrival: the same row must give the same id next time.
    let stated = try values.time("at", future: true) ?? at
    let content = Self.content(actor, fact, [JSON.Member("at", .integer(stated.microseconds))])
    let messageID = try values.text("message_id").map(TrackingText.messageID) ?? StableHash.contentID(content)
    return LogEntry(messageID: messageID, at: at, version: at, receivedAt: values.receivedAt, actor: actor, fact: fact)
  }

  // MARK: Tickets, subscriptions, responses

  /// The customer or contact that a ticket, subscription or response belongs to.
  private func owner(_ values: RowValues, contact: Bool) throws(RecordError) -> Actor {
    let actor = Actor(contact: contact ? try values.id("contact") : nil, customer: try values.id("customer"))
    guard actor != Actor() else { throw values.missing("customer") }
    return actor
  }

  private func ticket(_ values: RowValues) throws(RecordError) -> LogEntry {
    let id = try values.required("id")
    let opened = try values.requiredTime("opened_at")
    let solved = try values.time("solved_at")
    if let solved, solved < opened {
      throw RecordError(.endBeforeStart, "solved at \(solved.iso8601), before it was opened at \(opened.iso8601)")
    }
    let status = try Self.ticketStatus(values, isSolved: solved != nil)
    let ticket = TicketRecord(
      id: id, subject: try values.text("subject"), status: status, priority: try values.text("priority"), openedAt: opened,
      solvedAt: status.isOpen ? nil : solved, satisfaction: try Self.satisfaction(values))
    return record(
      values, id: id, at: opened, updated: try values.time("updated_at"), try owner(values, contact: true), .ticket(ticket))
  }

  private static func ticketStatus(_ values: RowValues, isSolved: Bool) throws(RecordError) -> TicketStatus {
    guard let text = try values.text("status") else { return isSolved ? .closed : .open }
    switch ColumnIndex.key(text) {
    case "new", "open", "opened", "reopened", "todo", "inprogress": return .open
    case "pending", "hold", "onhold", "waiting", "snoozed": return .pending
    case "solved", "resolved": return .solved
    case "closed", "done": return .closed
    default:
      throw RecordError(
        .unknownStatus, "unknown ticket status '\(RecordText.shown(.string(text)))'; known are new, open, pending, solved, closed")
    }
  }

  /// 1–5, or the words `good` (5) and `bad` (1); `offered` and `unoffered` (Zendesk) are no answer.
  private static func satisfaction(_ values: RowValues) throws(RecordError) -> Double? {
    switch try values.text("satisfaction")?.lowercased() {
    case "good": 5
    case "bad": 1
    case "offered", "unoffered": nil
    default: try values.number("satisfaction", in: 1...5)
    }
  }

  /// Stripe's words, and what other systems call the same.
  private static func subscriptionStatus(_ values: RowValues) throws(RecordError) -> String? {
    guard let text = try values.text("status") else { return nil }
    switch ColumnIndex.key(text) {
    case "active", "running", "current", "renewed": return "active"
    case "trialing", "trial", "intrial": return "trialing"
    case "pastdue", "overdue", "paymentfailed": return "past_due"
    case "unpaid": return "unpaid"
    case "paused", "onhold", "suspended": return "paused"
    case "incomplete", "pending": return "incomplete"
    case "incompleteexpired": return "incomplete_expired"
    case "canceled", "cancelled", "expired", "ended", "churned", "inactive", "terminated", "closed": return "canceled"
    default:
      throw RecordError(
        .unknownStatus,
        """
        unknown subscription status '\(RecordText.shown(.string(text)))'; known are active, trialing, past_due, unpaid, paused, \
        incomplete, canceled
        """)
    }
  }

  private func subscription(_ values: RowValues) throws(RecordError) -> LogEntry {
    let id = try values.required("id")
    let started = try values.requiredTime("started_at")
    let ended = try values.time("canceled_at", future: true)
    if let ended, ended < started {
      throw RecordError(.endBeforeStart, "ends at \(ended.iso8601), before it starts at \(started.iso8601)")
    }
    let amounts = 0...Double(1e12)
    let monthly = try values.number("mrr", in: amounts)
    let yearly = try values.number("arr", in: amounts)
    let subscription = SubscriptionRecord(
      id: id, plan: try values.text("plan"), tier: try values.text("tier"), mrr: monthly ?? (yearly ?? 0) / 12,
      seats: try values.number("seats", in: amounts), status: try Self.subscriptionStatus(values), startedAt: started,
      renewsAt: try values.time("renews_at", future: true), canceledAt: ended)
    return record(
      values, id: id, at: started, updated: try values.time("updated_at"), try owner(values, contact: false), .subscription(subscription))
  }

  private func response(_ values: RowValues) throws(RecordError) -> LogEntry {
    let at = try values.requiredTime("answered_at")
    let actor = try owner(values, contact: true)
    let survey = try values.id("survey") ?? "nps"
    let score = try values.number("score", in: survey == "nps" ? 0...10 : -1e12...1e12)
    let comment = try values.text("comment")
    guard score != nil || comment != nil else { throw values.missing("score") }
    var response = ResponseRecord(id: try values.id("id") ?? "", survey: survey, score: score, comment: comment)
    if response.id.isEmpty {
      response.id = StableHash.contentID(Self.content(actor, .response(response), [JSON.Member("at", .integer(at.microseconds))]))
    }
    return record(values, id: response.id, at: at, updated: at, actor, .response(response))
  }

  // MARK: Identity

  private func record(_ values: RowValues, id: String, at: Instant, updated: Instant?, _ actor: Actor, _ fact: Fact) -> LogEntry {
    let version = updated ?? values.receivedAt
    let stated = updated.map { [JSON.Member("updated_at", .integer($0.microseconds))] } ?? []
    let hash = StableHash.contentID(Self.content(actor, fact, stated))
    return LogEntry(
      messageID: TrackingText.messageID("\(fact.kind):\(id):\(hash)"), at: at, version: version, receivedAt: values.receivedAt,
      actor: actor, fact: fact, record: updated == nil ? id : nil)
  }

  /// What makes two rows the same: everything they say, and nothing of when it was imported. Part of stored ids, so it may never change.
  private static func content(_ actor: Actor, _ fact: Fact, _ more: [JSON.Member]) -> JSON {
    var members = [JSON.Member("kind", .string(fact.kind)), JSON.Member("payload", fact.payload)]
    for (name, value) in [("name", fact.name), ("contact", actor.contact), ("anonymous", actor.anonymous), ("customer", actor.customer)] {
      if let value { members.append(JSON.Member(name, .string(value))) }
    }
    return .object(members + more)
  }
}
