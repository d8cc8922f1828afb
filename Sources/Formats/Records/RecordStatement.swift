import Domain

/// What is kept of a record that a source has stated, to be able to say later that it is gone or has come back.
public struct RecordStatement: Hashable, Sendable {
  public var actor: Actor
  /// Of tickets and subscriptions the whole fact; of customers and contacts one without attributes.
  public var fact: Fact

  /// `nil` for kinds that nobody deletes.
  public init?(_ entry: LogEntry) {
    actor = entry.actor
    switch entry.fact {
    case .customer: fact = .customer(attributes: [])
    case .contact: fact = .contact(traits: [])
    case .ticket, .subscription: fact = entry.fact
    case .event, .usage, .alias, .response: return nil
    }
  }

  /// As it is stored.
  public var text: String {
    var members = [JSON.Member("kind", .string(fact.kind)), JSON.Member("payload", fact.payload)]
    if let customer = actor.customer { members.append(JSON.Member("customer", .string(customer))) }
    if let contact = actor.contact { members.append(JSON.Member("contact", .string(contact))) }
    return JSON.object(members).printed()
  }

  /// Reads what `text` wrote; `nil` where it is something else.
  public init?(text: String) {
    guard let json = try? JSON.parse(text), let kind = json["kind"]?.string, let payload = json["payload"],
      let fact = try? Fact(kind: kind, name: nil, payload: payload)
    else { return nil }
    self.fact = fact
    actor = Actor(contact: json["contact"]?.string, customer: json["customer"]?.string)
  }
}

extension RecordStatement {
  /// The name under which customers and contacts show that their row is gone.
  public static let deletedAttribute = "deleted_at"

  /// The entry that says the record is gone, found out at `now`; `nil` where that says nothing new: a ticket that is solved or closed, a
  /// subscription that is over.
  ///
  /// An open ticket is closed, a subscription canceled, both at `now`; a customer or contact gets the attribute `deleted_at`.
  /// - Parameter origin: the same for the same deletion however often it is told, and for no other.
  public func deletion(at now: Instant, origin: String) -> LogEntry? {
    let stated = now.iso8601
    let gone: Fact
    let id: String
    switch fact {
    case .customer:
      guard let customer = actor.customer else { return nil }
      (gone, id) = (.customer(attributes: [JSON.Member(Self.deletedAttribute, .string(stated))]), customer)
    case .contact:
      guard let contact = actor.contact else { return nil }
      (gone, id) = (.contact(traits: [JSON.Member(Self.deletedAttribute, .string(stated))]), contact)
    case .ticket(var ticket):
      guard ticket.status.isOpen else { return nil }
      ticket.status = .closed
      ticket.solvedAt = max(now, ticket.openedAt)
      (gone, id) = (.ticket(ticket), ticket.id)
    case .subscription(var subscription):
      if let end = subscription.canceledAt, end <= now { return nil }
      if subscription.canceledAt == nil, subscription.isOver { return nil }
      subscription.status = "canceled"
      subscription.canceledAt = max(now, subscription.startedAt)
      subscription.renewsAt = nil
      (gone, id) = (.subscription(subscription), subscription.id)
    case .event, .usage, .alias, .response: return nil
    }
    // As what the record says now: so that the same row, come back, is told from a repeat.
    let messageID = TrackingText.messageID("\(gone.kind):\(id):deleted:\(origin)")
    return LogEntry(messageID: messageID, at: now, version: now, receivedAt: now, actor: actor, fact: gone, record: id)
  }

  /// What a row states that was gone and is there again: it holds from `now` on, whenever it was written.
  public static func returned(_ entry: LogEntry, at now: Instant, origin: String) -> LogEntry {
    var entry = entry
    entry.version = max(entry.version, now)
    let taken = JSON.Member(deletedAttribute, .null)
    switch entry.fact {
    case .customer(let attributes) where !attributes.contains { $0.name == deletedAttribute }:
      entry.fact = .customer(attributes: attributes + [taken])
    case .contact(let traits) where !traits.contains { $0.name == deletedAttribute }: entry.fact = .contact(traits: traits + [taken])
    default: break
    }
    // What states no time of its own is held against the deletion, and differs from it.
    if entry.record == nil { entry.messageID = TrackingText.messageID("\(entry.messageID):returned:\(origin)") }
    return entry
  }
}
