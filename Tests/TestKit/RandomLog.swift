import Domain

/// Makes logs of a small world: few contacts, visitors and customers, so that ids meet, turn out to be one another, and change hands. Times
/// are coarse now and then, so that equal instants happen.
package struct RandomLog {
  package static let start = Instant(microseconds: 1_764_547_200_000_000)

  private var random: SplitMix64
  private let contacts = ["u1", "u2", "u3", "u4", "c1"]
  private let visitors = ["a1", "a2", "a3"]
  private let customers = ["c1", "c2", "c3", "u2"]
  private static let eventNames = ["Signed In", "Signed In", "Report Created", "Report Shared", "Export Used", "Alert Set", "Page Seen"]

  package init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// - Parameter span: from the first arrival to the last.
  /// - Returns: entries in the order of their arrival, each message id once.
  package mutating func entries(_ count: Int, over span: TimeSpan) -> [LogEntry] {
    let arrivals = (0..<count).map { _ in Self.start + random.span(upTo: span) }.sorted()
    return arrivals.enumerated().map { index, arrival in entry(id: "m\(index)", arrival: arrival) }
  }

  private mutating func entry(id: String, arrival: Instant) -> LogEntry {
    var at = arrival - delay()
    if random.chance(0.3) { at = Instant(microseconds: at.microseconds / 3_600_000_000 * 3_600_000_000) }
    let fact = fact(at: at)
    var version = at
    switch fact {
    case .customer, .contact:
      // A record without a time of its own: it always was so, and was stated when it arrived.
      if random.chance(0.2) { (at, version) = (.distantPast, arrival) }
    case .ticket(let ticket):
      at = ticket.openedAt
      version = random.chance(0.5) ? arrival : ticket.openedAt + random.span(upTo: arrival - ticket.openedAt)
    case .subscription(let subscription):
      at = min(subscription.startedAt, arrival)
      version = random.chance(0.5) ? arrival : at + random.span(upTo: arrival - at)
    default: break
    }
    return LogEntry(messageID: id, at: at, version: version, receivedAt: arrival, actor: actor(for: fact), fact: fact)
  }

  private mutating func delay() -> TimeSpan {
    switch random.below(10) {
    case 0: random.span(upTo: .days(20))
    case 1, 2: random.span(upTo: .hours(30))
    default: .milliseconds(Int64(random.below(900)))
    }
  }

  private mutating func actor(for fact: Fact) -> Actor {
    switch fact {
    case .event, .usage:
      let customer = random.chance(0.3) ? random.pick(customers) : nil
      switch random.below(10) {
      case 0...4: return Actor(contact: random.pick(contacts), customer: customer)
      case 5, 6: return Actor(contact: random.pick(contacts), anonymous: random.pick(visitors), customer: customer)
      case 7, 8: return Actor(anonymous: random.pick(visitors), customer: customer)
      default: return Actor(customer: random.pick(customers))
      }
    case .contact:
      let visitor = random.chance(0.3) ? random.pick(visitors) : nil
      if visitor != nil, random.chance(0.1) { return Actor(anonymous: visitor) }
      return Actor(contact: random.pick(contacts), anonymous: visitor, customer: random.chance(0.4) ? random.pick(customers) : nil)
    case .customer: return Actor(contact: random.chance(0.6) ? random.pick(contacts) : nil, customer: random.pick(customers))
    case .alias:
      return Actor(contact: random.pick(contacts))
    case .ticket, .response:
      if random.chance(0.1) { return Actor(anonymous: random.pick(visitors)) }
      if random.chance(0.5) { return Actor(contact: random.pick(contacts)) }
      return Actor(contact: random.chance(0.5) ? random.pick(contacts) : nil, customer: random.pick(customers))
    case .subscription:
      return random.chance(0.2) ? Actor(contact: random.pick(contacts)) : Actor(customer: random.pick(customers))
    }
  }

  private mutating func fact(at: Instant) -> Fact {
    switch random.below(100) {
    case ..<56: .event(name: random.pick(Self.eventNames), properties: [])
    case ..<64: .contact(traits: members())
    case ..<74: .customer(attributes: members())
    case ..<77: .alias(previous: random.pick(contacts + visitors))
    case ..<88: .ticket(ticket(at: at))
    case ..<95: .subscription(subscription(at: at))
    default: .response(response())
    }
  }

  private mutating func members() -> [JSON.Member] {
    let all: [JSON.Member] = [
      JSON.Member("name", .string(random.pick(["Acme", "Bolt", "Crate"]))), JSON.Member("region", .string(random.pick(["eu", "us"]))),
      JSON.Member("employees", .integer(Int64(random.below(200)))), JSON.Member("trial", .bool(random.chance(0.5))),
      JSON.Member("plan", random.chance(0.2) ? .null : .string(random.pick(["free", "pro"]))),
      JSON.Member("mrr", .integer(Int64(random.below(9) * 50))), JSON.Member("seats", .integer(Int64(random.below(5)))),
      JSON.Member("renewal_on", .string((Self.start + .days(Int64(random.below(120)))).day.iso8601)),
      JSON.Member("created_at", .string((Self.start - .days(Int64(random.below(100)) - 20)).iso8601)),
    ]
    return all.filter { _ in random.chance(0.3) }
  }

  package mutating func ticket(at: Instant) -> TicketRecord {
    let opened = random.chance(0.5) ? at - random.span(upTo: .days(9)) : at
    let status = random.pick(TicketStatus.allCases)
    return TicketRecord(
      id: "t\(random.below(4))", subject: random.chance(0.5) ? "Broken" : nil, status: status,
      priority: random.chance(0.3) ? "high" : nil, openedAt: opened,
      solvedAt: status.isOpen || random.chance(0.4) ? nil : opened + random.span(upTo: .days(9)),
      satisfaction: random.chance(0.4) ? Double(random.whole(in: 1...5)) : nil)
  }

  package mutating func subscription(at: Instant) -> SubscriptionRecord {
    let starts = at + random.span(upTo: .days(25)) - .days(20)
    return SubscriptionRecord(
      id: "s\(random.below(3))", plan: random.chance(0.8) ? random.pick(["pro", "enterprise"]) : nil,
      tier: random.chance(0.4) ? "gold" : nil, mrr: Double(random.below(20)) * 12.5,
      seats: random.chance(0.6) ? Double(random.below(6)) : nil,
      status: random.chance(0.6) ? random.pick(["active", "past_due", "unpaid", "canceled"]) : nil, startedAt: starts,
      renewsAt: random.chance(0.7) ? starts + random.span(upTo: .days(60)) : nil,
      canceledAt: random.chance(0.3) ? starts + random.span(upTo: .days(40)) : nil)
  }

  package mutating func response() -> ResponseRecord {
    ResponseRecord(
      id: "r\(random.below(4))", survey: random.chance(0.8) ? "nps" : "exit", score: random.chance(0.8) ? Double(random.below(11)) : nil,
      comment: random.chance(0.3) ? "Fine" : nil)
  }
}

extension SplitMix64 {
  /// Evenly spread over 0..<`limit`.
  package mutating func span(upTo limit: TimeSpan) -> TimeSpan {
    TimeSpan(microseconds: Int64(Double(max(limit.microseconds, 0)) * unit()))
  }

  package mutating func instant(from: Instant, to: Instant) -> Instant { from + span(upTo: to - from) }

  /// The items in a random order. Fixed for good, unlike `shuffled(using:)`.
  package mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
    var items = items
    for index in items.indices.reversed() where index > 0 { items.swapAt(index, below(index + 1)) }
    return items
  }

  /// The items in parts of 1…`largest`.
  package mutating func parts<Item>(_ items: [Item], largest: Int) -> [[Item]] {
    var parts: [[Item]] = []
    var rest = items[...]
    while !rest.isEmpty {
      let part = rest.prefix(whole(in: 1...largest))
      parts.append(Array(part))
      rest = rest[part.endIndex...]
    }
    return parts
  }

  /// The items with some of them repeated at random places.
  package mutating func repeated<Item>(_ items: [Item], share: Double) -> [Item] {
    shuffled(items + items.filter { _ in chance(share) })
  }
}
