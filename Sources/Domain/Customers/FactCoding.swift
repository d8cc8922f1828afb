// The stored form of a fact: a kind, for events a name, and a JSON payload. Instants are whole microseconds since 1970. Once released, the
// names here are a format: they may gain members and must keep the old ones readable.

/// A stored fact that cannot be read.
public struct FactCodingError: Error, Hashable, Sendable, CustomStringConvertible {
  public var kind: String
  /// The member that is missing or of the wrong type; `nil` where the kind itself is unknown.
  public var member: String?

  public init(kind: String, member: String? = nil) {
    self.kind = kind
    self.member = member
  }

  public var description: String {
    member.map { "a stored \(kind) has no readable '\($0)'" } ?? "unknown kind of stored fact '\(kind)'"
  }
}

extension Fact {
  /// `event`, `usage`, `contact`, `customer`, `alias`, `ticket`, `subscription` or `response`.
  public var kind: String {
    switch self {
    case .event: "event"
    case .usage: "usage"
    case .contact: "contact"
    case .customer: "customer"
    case .alias: "alias"
    case .ticket: "ticket"
    case .subscription: "subscription"
    case .response: "response"
    }
  }

  /// The event's name, also of events summed up; `nil` for all other kinds.
  public var name: String? {
    switch self {
    case .event(let name, _), .usage(let name, _, _): name
    default: nil
    }
  }

  /// All of the fact but its kind and name. Numbers must be finite to come back.
  public var payload: JSON {
    switch self {
    case .event(_, let properties): .object(properties.members)
    case .usage(_, let count, let last): ["count": .integer(Int64(count)), "last": .integer(last.microseconds)]
    case .contact(let traits): .object(traits)
    case .customer(let attributes): .object(attributes)
    case .alias(let previous): ["previous": .string(previous)]
    case .ticket(let ticket): ticket.payload
    case .subscription(let subscription): subscription.payload
    case .response(let response): response.payload
    }
  }

  /// `payload` as it is stored.
  public var payloadText: String { if case .event(_, let properties) = self { properties.text } else { payload.printed() } }

  /// Reads a stored fact back, an event's properties as they are.
  /// - Throws: as `init(kind:name:payload:)`; also where the payload is no JSON.
  public init(kind: String, name: String?, payloadText text: String) throws(FactCodingError) {
    if kind == "event", let name, let properties = EventProperties(stored: text) {
      self = .event(name: name, properties: properties)
      return
    }
    let payload: JSON
    do {
      payload = try JSON.parse(text)
    } catch {
      throw FactCodingError(kind: kind, member: "payload")
    }
    try self.init(kind: kind, name: name, payload: payload)
  }

  /// Reads a stored fact back: `Fact(kind: f.kind, name: f.name, payload: f.payload) == f`.
  /// - Throws: `FactCodingError` for an unknown kind or a payload that lacks what the kind needs.
  public init(kind: String, name: String?, payload: JSON) throws(FactCodingError) {
    let reader = PayloadReader(kind: kind, payload: payload)
    switch kind {
    case "event":
      guard let name else { throw FactCodingError(kind: kind, member: "name") }
      self = .event(name: name, properties: EventProperties(try reader.members()))
    case "usage":
      guard let name else { throw FactCodingError(kind: kind, member: "name") }
      self = .usage(name: name, count: try reader.count("count"), last: try reader.instant("last"))
    case "contact": self = .contact(traits: try reader.members())
    case "customer": self = .customer(attributes: try reader.members())
    case "alias": self = .alias(previous: try reader.text("previous"))
    case "ticket": self = .ticket(try TicketRecord(reader))
    case "subscription": self = .subscription(try SubscriptionRecord(reader))
    case "response": self = .response(try ResponseRecord(reader))
    default: throw FactCodingError(kind: kind)
    }
  }
}

private struct PayloadReader {
  let kind: String
  let payload: JSON

  func members() throws(FactCodingError) -> [JSON.Member] {
    guard let members = payload.members else { throw FactCodingError(kind: kind, member: "payload") }
    return members
  }

  func text(_ name: String) throws(FactCodingError) -> String {
    guard let text = payload[name]?.string else { throw FactCodingError(kind: kind, member: name) }
    return text
  }

  func instant(_ name: String) throws(FactCodingError) -> Instant {
    guard let instant = optionalInstant(name) else { throw FactCodingError(kind: kind, member: name) }
    return instant
  }

  func count(_ name: String) throws(FactCodingError) -> Int {
    guard case .integer(let count) = payload[name], count > 0 else { throw FactCodingError(kind: kind, member: name) }
    return Int(count)
  }

  func optionalText(_ name: String) -> String? { payload[name]?.string }

  func optionalNumber(_ name: String) -> Double? { payload[name]?.double }

  func optionalInstant(_ name: String) -> Instant? {
    guard case .integer(let microseconds) = payload[name] else { return nil }
    return Instant(microseconds: microseconds)
  }
}

private func object(_ members: [(String, JSON?)]) -> JSON {
  .object(members.compactMap { name, value in value.map { JSON.Member(name, $0) } })
}

extension JSON {
  fileprivate static func text(_ text: String?) -> JSON? { text.map(JSON.string) }
  fileprivate static func number(_ number: Double?) -> JSON? { number.map(JSON.number) }
  fileprivate static func instant(_ instant: Instant?) -> JSON? { instant.map { .integer($0.microseconds) } }
}

extension TicketRecord {
  fileprivate var payload: JSON {
    object([
      ("id", .string(id)), ("subject", .text(subject)), ("status", .string(status.rawValue)), ("priority", .text(priority)),
      ("opened_at", .instant(openedAt)), ("solved_at", .instant(solvedAt)), ("satisfaction", .number(satisfaction)),
    ])
  }

  fileprivate init(_ reader: PayloadReader) throws(FactCodingError) {
    guard let status = TicketStatus(rawValue: try reader.text("status")) else {
      throw FactCodingError(kind: reader.kind, member: "status")
    }
    self.init(
      id: try reader.text("id"), subject: reader.optionalText("subject"), status: status, priority: reader.optionalText("priority"),
      openedAt: try reader.instant("opened_at"), solvedAt: reader.optionalInstant("solved_at"),
      satisfaction: reader.optionalNumber("satisfaction"))
  }
}

extension SubscriptionRecord {
  fileprivate var payload: JSON {
    object([
      ("id", .string(id)), ("plan", .text(plan)), ("tier", .text(tier)), ("mrr", JSON.number(mrr)), ("seats", .number(seats)),
      ("status", .text(status)), ("started_at", .instant(startedAt)), ("renews_at", .instant(renewsAt)),
      ("canceled_at", .instant(canceledAt)),
    ])
  }

  fileprivate init(_ reader: PayloadReader) throws(FactCodingError) {
    self.init(
      id: try reader.text("id"), plan: reader.optionalText("plan"), tier: reader.optionalText("tier"),
      mrr: reader.optionalNumber("mrr") ?? 0, seats: reader.optionalNumber("seats"), status: reader.optionalText("status"),
      startedAt: try reader.instant("started_at"), renewsAt: reader.optionalInstant("renews_at"),
      canceledAt: reader.optionalInstant("canceled_at"))
  }
}

extension ResponseRecord {
  fileprivate var payload: JSON {
    object([("id", .string(id)), ("survey", .string(survey)), ("score", .number(score)), ("comment", .text(comment))])
  }

  fileprivate init(_ reader: PayloadReader) throws(FactCodingError) {
    self.init(
      id: try reader.text("id"), survey: try reader.text("survey"), score: reader.optionalNumber("score"),
      comment: reader.optionalText("comment"))
  }
}
