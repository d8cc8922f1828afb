import Domain
import SQL

/// Who a stored record belongs to.
public struct RecordOwner: Hashable, Sendable {
  public var customer: String
  public var actor: String
  public var isPinned: Bool
  public init(customer: String, actor: String, isPinned: Bool) {
    self.customer = customer
    self.actor = actor
    self.isPinned = isPinned
  }
  var shard: Int { UsageKey.shard(customer: customer, actor: actor) }
}

/// Folded records of customers: tables `customer`, `contact`, `ticket`, `subscription`, `survey_response`.
public enum RecordQueries {
  // MARK: Customers and contacts

  /// Inserts or replaces a customer's own row: attributes and beginnings.
  public static func saveCustomer(_ state: CustomerState, isNamed: Bool, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO customer (shard, id, first_seen, first_heard, is_named, attributes) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (shard, id) DO UPDATE SET first_seen = excluded.first_seen, first_heard = excluded.first_heard,
        is_named = excluded.is_named, attributes = excluded.attributes
      """,
      [
        Shard.number(of: state.id), state.id, state.firstSeen.microseconds, state.firstHeard.microseconds, isNamed,
        StateCoding.text(state.attributes),
      ])
  }

  /// Forgets a customer that turned out to be a contact of another one; `withScores`: its score, history and alerts too.
  public static func deleteCustomer(_ id: String, withScores: Bool, _ connection: any Connection) throws {
    let shard = Shard.number(of: id)
    try connection.execute("DELETE FROM customer WHERE shard = $1 AND id = $2", [shard, id])
    guard withScores else { return }
    for table in ["health", "health_change", "alert", "timer"] {
      try connection.execute("DELETE FROM \(table) WHERE shard = $1 AND customer = $2", [shard, id])
    }
  }

  public static func contactAttributes(customer: String, id: String, _ connection: any Connection) throws -> Attributes? {
    try connection.first(
      "SELECT attributes FROM contact WHERE shard = $1 AND customer = $2 AND id = $3",
      [UsageKey.shard(customer: customer, actor: id), customer, id]
    ) { try StateCoding.attributes($0.text(0)) }
  }

  /// Inserts or replaces a contact's traits.
  public static func saveContact(customer: String, id: String, _ attributes: Attributes, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO contact (shard, customer, id, attributes) VALUES ($1, $2, $3, $4)
      ON CONFLICT (shard, customer, id) DO UPDATE SET attributes = excluded.attributes
      """, [UsageKey.shard(customer: customer, actor: id), customer, id, StateCoding.text(attributes)])
  }

  // MARK: Tickets, subscriptions, answers

  public static func save(_ ticket: Ticket, owner: RecordOwner, _ connection: any Connection) throws {
    try save("ticket", id: ticket.id, owner: owner, text: StateCoding.text(ticket), connection)
  }

  public static func save(_ subscription: Versioned<SubscriptionRecord>, owner: RecordOwner, _ connection: any Connection) throws {
    try save("subscription", id: subscription.value.id, owner: owner, text: StateCoding.text(subscription), connection)
  }

  public static func save(_ response: Versioned<CustomerState.Response>, owner: RecordOwner, _ connection: any Connection) throws {
    try save("survey_response", id: response.value.record.id, owner: owner, text: StateCoding.text(response), connection)
  }

  private static func save(_ table: String, id: String, owner: RecordOwner, text: String, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO \(table) (shard, customer, id, actor, pinned, state) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (shard, customer, id) DO UPDATE SET actor = excluded.actor, pinned = excluded.pinned, state = excluded.state
      """, [owner.shard, owner.customer, id, owner.actor, owner.isPinned, text])
  }

  /// Loads a customer's records into `state`; of an unknown visitor (`customer` empty) only those of `actor`.
  public static func load(into state: inout CustomerState, actor: String = "", _ connection: any Connection) throws {
    let place: [any SQLBindable] = [UsageKey.shard(customer: state.id, actor: actor), state.id, actor]
    let filter = "WHERE shard = $1 AND customer = $2 AND ($3 = '' OR actor = $3)"
    for ticket in try connection.rows(
      "SELECT id, state FROM ticket \(filter)", place, { try StateCoding.ticket(id: $0.text(0), $0.text(1)) })
    {
      state.merge(ticket)
    }
    for item in try connection.rows("SELECT state FROM subscription \(filter)", place, { try StateCoding.subscription($0.text(0)) }) {
      state.merge(item)
    }
    for item in try connection.rows("SELECT state FROM survey_response \(filter)", place, { try StateCoding.response($0.text(0)) }) {
      state.merge(item)
    }
  }

  /// Moves an actor's own records (not those that named their customer themselves) to another customer, merging where it has the same ones.
  static func move(actor: String, from: String, to: String, _ connection: any Connection) throws {
    let source = UsageKey.shard(customer: from, actor: actor)
    var moved = CustomerState(id: to)
    for (table, take) in movers {
      let rows = try connection.rows(
        "SELECT id, state FROM \(table) WHERE shard = $1 AND customer = $2 AND actor = $3 AND pinned = 0", [source, from, actor]
      ) { ($0.text(0), $0.text(1)) }
      for (id, text) in rows { try take(&moved, id, text) }
      try connection.execute(
        "DELETE FROM \(table) WHERE shard = $1 AND customer = $2 AND actor = $3 AND pinned = 0", [source, from, actor])
    }
    let attributes = try contactAttributes(customer: from, id: actor, connection)
    let owner = RecordOwner(customer: to, actor: actor, isPinned: false)
    var present = CustomerState(id: to)
    if !(moved.tickets.isEmpty && moved.subscriptions.isEmpty && moved.responses.isEmpty) {
      try load(into: &present, actor: to.isEmpty ? actor : "", connection)
    }
    let (tickets, subscriptions, responses) = (moved.tickets.keys, moved.subscriptions.keys, moved.responses.keys)
    moved.tickets.values.forEach { present.merge($0) }
    moved.subscriptions.values.forEach { present.merge($0) }
    moved.responses.values.forEach { present.merge($0) }
    for id in tickets { if let ticket = present.tickets[id] { try save(ticket, owner: owner, connection) } }
    for id in subscriptions { if let item = present.subscriptions[id] { try save(item, owner: owner, connection) } }
    for id in responses { if let item = present.responses[id] { try save(item, owner: owner, connection) } }
    guard let attributes else { return }
    try connection.execute("DELETE FROM contact WHERE shard = $1 AND customer = $2 AND id = $3", [source, from, actor])
    try saveContact(customer: to, id: actor, attributes, connection)
  }

  private static var movers: [(String, (inout CustomerState, String, String) throws -> Void)] {
    [
      ("ticket", { state, id, text in state.merge(try StateCoding.ticket(id: id, text)) }),
      ("subscription", { state, _, text in state.merge(try StateCoding.subscription(text)) }),
      ("survey_response", { state, _, text in state.merge(try StateCoding.response(text)) }),
    ]
  }
}
