import Domain

/// How folded values stand in a text column: compact JSON, instants as microseconds.
enum StateCoding {
  static func text(_ attributes: Attributes) -> String {
    let members = attributes.values.sorted { $0.key < $1.key }.map { name, value in
      JSON.Member(name, .array([value.value, .integer(value.version.microseconds)] + reading(of: value.value)))
    }
    return JSON.object(members).printed()
  }

  /// What a text says as a date or a number, kept beside it for queries: to read ISO 8601 is beyond SQL.
  private static func reading(of value: JSON) -> [JSON] {
    guard case .string = value else { return [] }
    if case .instant(let instant)? = Value(value, as: .date) { return [["date": .integer(instant.microseconds)]] }
    if case .number(let number)? = Value(value, as: .number) { return [["number": .number(number)]] }
    return []
  }

  static func attributes(_ text: String) throws -> Attributes {
    var values: [String: Versioned<JSON>] = [:]
    for member in try parse(text).members ?? [] {
      guard case .array(let pair) = member.value, pair.count >= 2, case .integer(let version) = pair[1] else { throw Unreadable(text) }
      values[member.name] = Versioned(pair[0], version: Instant(microseconds: version))
    }
    return Attributes(values)
  }

  static func text(_ ticket: Ticket) -> String {
    let details = ticket.details.value
    return JSON.object([
      JSON.Member("opened", .integer(ticket.openedAt.microseconds)),
      JSON.Member("subject", details.subject.map(JSON.string) ?? .null),
      JSON.Member("priority", details.priority.map(JSON.string) ?? .null),
      JSON.Member("satisfaction", details.satisfaction.map(JSON.number) ?? .null),
      JSON.Member("version", .integer(ticket.details.version.microseconds)),
      JSON.Member("transitions", .array(ticket.transitions.map { [.integer($0.at.microseconds), .string($0.status.rawValue)] })),
    ]).printed()
  }

  static func ticket(id: String, _ text: String) throws -> Ticket {
    let json = try parse(text)
    let transitions = try (json["transitions"]?.array ?? []).map { item in
      guard case .array(let pair) = item, pair.count == 2, case .integer(let at) = pair[0],
        let status = pair[1].string.flatMap(TicketStatus.init(rawValue:))
      else { throw Unreadable(text) }
      return Ticket.Transition(at: Instant(microseconds: at), status: status)
    }
    let details = Ticket.Details(
      subject: json["subject"]?.string, priority: json["priority"]?.string, satisfaction: json["satisfaction"]?.double)
    return Ticket(
      id: id, openedAt: try instant(json["opened"], in: text),
      details: Versioned(details, version: try instant(json["version"], in: text)), transitions: transitions)
  }

  static func text(_ subscription: Versioned<SubscriptionRecord>) -> String {
    JSON.object([
      JSON.Member("version", .integer(subscription.version.microseconds)),
      JSON.Member("record", Fact.subscription(subscription.value).payload),
    ]).printed()
  }

  static func subscription(_ text: String) throws -> Versioned<SubscriptionRecord> {
    let json = try parse(text)
    guard case .subscription(let record) = try fact("subscription", json, text) else {
      throw Unreadable(text)
    }
    return Versioned(record, version: try instant(json["version"], in: text))
  }

  static func text(_ response: Versioned<CustomerState.Response>) -> String {
    JSON.object([
      JSON.Member("version", .integer(response.version.microseconds)),
      JSON.Member("at", .integer(response.value.at.microseconds)),
      JSON.Member("record", Fact.response(response.value.record).payload),
    ]).printed()
  }

  static func response(_ text: String) throws -> Versioned<CustomerState.Response> {
    let json = try parse(text)
    guard case .response(let record) = try fact("response", json, text) else {
      throw Unreadable(text)
    }
    return Versioned(
      CustomerState.Response(record: record, at: try instant(json["at"], in: text)), version: try instant(json["version"], in: text))
  }

  static func text(_ points: [MeasurePoints]) -> String {
    JSON.object(points.map { JSON.Member($0.name, .integer(Int64($0.points))) }).printed()
  }

  static func points(_ text: String) throws -> [MeasurePoints] {
    try (parse(text).members ?? []).map { member in
      guard case .integer(let points) = member.value else { throw Unreadable(text) }
      return MeasurePoints(name: member.name, points: Int(points))
    }
  }

  static func parse(_ text: String) throws -> JSON {
    do {
      // What stands in a column was bounded when it came in; here only damage can make it unreadable.
      return try JSON.parse(text, limits: JSONLimits(depth: 128, bytes: .max, values: .max))
    } catch {
      throw Unreadable(text)
    }
  }

  private static func fact(_ kind: String, _ json: JSON, _ text: String) throws -> Fact {
    do {
      return try Fact(kind: kind, name: nil, payload: json["record"] ?? .null)
    } catch {
      throw Unreadable(text)
    }
  }

  private static func instant(_ json: JSON?, in text: String) throws -> Instant {
    guard case .integer(let microseconds)? = json else { throw Unreadable(text) }
    return Instant(microseconds: microseconds)
  }
}

/// A column does not hold what we once wrote there: a damaged database or a bug of ours.
public struct Unreadable: Error, CustomStringConvertible {
  let length: Int
  init(_ text: String) { length = text.utf8.count }
  public var description: String { "a stored value of \(length) bytes cannot be read" }
}
