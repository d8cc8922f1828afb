import Domain
import SQL

/// What an actor did for a customer, on its way to another one that may belong to another node: roll-ups, its part of the log's index, the
/// records it stated, its traits. Putting it down merges with what is there: it may come before or after what follows it.
public struct Luggage: Sendable {
  var usage: [UsageKey: EventUsage] = [:]
  var index: [LogIndexRow] = []
  var tickets: [Ticket] = []
  var subscriptions: [Versioned<SubscriptionRecord>] = []
  var responses: [Versioned<CustomerState.Response>] = []
  var traits: Attributes?

  /// Rows in one part, at most.
  private static let partSize = 2_000

  /// Takes all of it out of the tables; not what named its customer itself.
  public static func take(actor: String, from customer: String, _ connection: any Connection) throws -> Luggage {
    var luggage = Luggage()
    let owner = RecordOwner(customer: customer, actor: actor, isPinned: false)
    let place: [any SQLBindable] = [owner.shard, customer, actor]
    let own = "WHERE shard = $1 AND customer = $2 AND actor = $3 AND pinned = 0"
    try connection.each("SELECT event, day, count, first, last FROM usage_daily \(own)", place) { row in
      let day = Day(number: Int32(row.integer(1)))
      let key = UsageKey(customer: customer, actor: actor, isPinned: false, event: row.integer(0), day: day)
      luggage.usage[key] = EventUsage(
        total: row.int(2), first: Instant(microseconds: row.integer(3)), last: Instant(microseconds: row.integer(4)))
      return true
    }
    luggage.index = try connection.rows("SELECT at, position FROM customer_event \(own)", place) {
      LogIndexRow(owner: owner, at: Instant(microseconds: $0.integer(0)), position: $0.integer(1))
    }
    luggage.tickets = try connection.rows("SELECT id, state FROM ticket \(own)", place) {
      try StateCoding.ticket(id: $0.text(0), $0.text(1))
    }
    luggage.subscriptions = try connection.rows("SELECT state FROM subscription \(own)", place) { try StateCoding.subscription($0.text(0)) }
    luggage.responses = try connection.rows("SELECT state FROM survey_response \(own)", place) { try StateCoding.response($0.text(0)) }
    luggage.traits = try RecordQueries.contactAttributes(customer: customer, id: actor, connection)
    for table in ["usage_daily", "customer_event", "ticket", "subscription", "survey_response"] {
      try connection.execute("DELETE FROM \(table) \(own)", place)
    }
    try connection.execute("DELETE FROM contact WHERE shard = $1 AND customer = $2 AND id = $3", place)
    return luggage
  }

  /// Puts it down where the actor belongs now.
  public func put(owner: RecordOwner, _ connection: any Connection) throws {
    var moved: [UsageKey: EventUsage] = [:]
    for (key, part) in usage {
      var key = key
      (key.customer, key.actor) = (owner.customer, owner.actor)
      moved[key] = part
    }
    try UsageQueries.add(moved, connection)
    try UsageQueries.index(index.map { LogIndexRow(owner: owner, at: $0.at, position: $0.position) }, connection)
    for ticket in tickets { try RecordQueries.add(ticket, owner: owner, connection) }
    for subscription in subscriptions { try RecordQueries.add(subscription, owner: owner, connection) }
    for response in responses { try RecordQueries.add(response, owner: owner, connection) }
    guard let traits else { return }
    var present = try RecordQueries.contactAttributes(customer: owner.customer, id: owner.actor, connection) ?? Attributes()
    present.merge(traits)
    try RecordQueries.saveContact(customer: owner.customer, id: owner.actor, present, connection)
  }

  /// The same in pieces of bounded size; none where there is nothing.
  public var parts: [Luggage] {
    var parts: [Luggage] = []
    var rest = usage.sorted { UsageKey.inOrder($0.key, $1.key) }[...]
    var entries = index[...]
    var first = self
    (first.usage, first.index) = ([:], [])
    while !rest.isEmpty || !entries.isEmpty || first.hasRecords {
      var part = first
      first = Luggage()
      part.usage = Dictionary(uniqueKeysWithValues: rest.prefix(Self.partSize).map { ($0.key, $0.value) })
      part.index = Array(entries.prefix(Self.partSize))
      rest = rest.dropFirst(Self.partSize)
      entries = entries.dropFirst(Self.partSize)
      parts.append(part)
    }
    return parts
  }

  private var hasRecords: Bool { !tickets.isEmpty || !subscriptions.isEmpty || !responses.isEmpty || traits != nil }
}

extension Luggage {
  /// Compact JSON, for the table of routes.
  public var text: String {
    let usage = usage.map { key, part in
      JSON.array([key.event, Int64(key.day.number), Int64(part.total), part.first.microseconds, part.last.microseconds].map(JSON.integer))
    }
    return JSON.object([
      JSON.Member("usage", .array(usage)),
      JSON.Member("index", .array(index.map { .array([.integer($0.at.microseconds), .integer($0.position)]) })),
      JSON.Member("tickets", .array(tickets.map { .array([.string($0.id), .string(StateCoding.text($0))]) })),
      JSON.Member("subscriptions", .array(subscriptions.map { .string(StateCoding.text($0)) })),
      JSON.Member("responses", .array(responses.map { .string(StateCoding.text($0)) })),
      JSON.Member("traits", traits.map { .string(StateCoding.text($0)) } ?? .null),
    ]).printed()
  }

  /// - Throws: `Unreadable` where it is no luggage.
  public init(text: String) throws {
    let json = try StateCoding.parse(text)
    let nobody = RecordOwner(customer: "", actor: "", isPinned: false)
    for row in json["usage"]?.array ?? [] {
      let numbers = try Self.integers(row, 5, text)
      let key = UsageKey(
        customer: "", actor: "", isPinned: false, event: numbers[0], day: Day(number: Int32(truncatingIfNeeded: numbers[1])))
      usage[key] = EventUsage(total: Int(numbers[2]), first: Instant(microseconds: numbers[3]), last: Instant(microseconds: numbers[4]))
    }
    index = try (json["index"]?.array ?? []).map { row in
      let numbers = try Self.integers(row, 2, text)
      return LogIndexRow(owner: nobody, at: Instant(microseconds: numbers[0]), position: numbers[1])
    }
    tickets = try (json["tickets"]?.array ?? []).map { row in
      guard case .array(let pair) = row, pair.count == 2, let id = pair[0].string, let state = pair[1].string else {
        throw Unreadable(text)
      }
      return try StateCoding.ticket(id: id, state)
    }
    subscriptions = try (json["subscriptions"]?.array ?? []).map { try StateCoding.subscription($0.string ?? "") }
    responses = try (json["responses"]?.array ?? []).map { try StateCoding.response($0.string ?? "") }
    traits = try json["traits"]?.string.map(StateCoding.attributes)
  }

  private static func integers(_ json: JSON, _ count: Int, _ text: String) throws -> [Int64] {
    guard case .array(let values) = json, values.count == count else { throw Unreadable(text) }
    return try values.map { value in
      guard case .integer(let number) = value else { throw Unreadable(text) }
      return number
    }
  }
}
