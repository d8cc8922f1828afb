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
  public var shard: Int { UsageKey.shard(customer: customer, actor: actor) }
}

/// Folded records of customers: tables `customer`, `contact`, `ticket`, `subscription`, `survey_response`.
public enum RecordQueries {
  // MARK: Customers and contacts

  /// Inserts or replaces customers' own rows: attributes, beginnings, and what lists go by as of `at`, which is returned.
  @discardableResult
  public static func save(
    _ customers: [StoredCustomer], at: Instant, ownerTrait: String = ListKeys.usualOwnerTrait, _ connection: any Connection
  ) throws -> [ListKeys] {
    let keys = customers.map { ListKeys(of: $0.state, at: at, ownerTrait: ownerTrait) }
    try connection.insert(
      BulkInsert(
        into: "customer",
        [
          .integers("shard", customers.map { Int64(Shard.number(of: $0.state.id)) }), .texts("id", customers.map(\.state.id)),
          .integers("first_seen", customers.map(\.state.firstSeen.microseconds)),
          .integers("first_heard", customers.map(\.state.firstHeard.microseconds)),
          .integers("is_named", customers.map { $0.isNamed ? 1 : 0 }),
          .texts("attributes", customers.map { StateCoding.text($0.state.attributes) }), .texts("sort_name", keys.map(\.name)),
          .integers("started_at", keys.map(\.startedAt.microseconds)), .reals("mrr", keys.map(\.mrr)),
          .texts("owner", keys.map(\.owner)),
        ],
        onConflict: """
          (shard, id) DO UPDATE SET first_seen = excluded.first_seen, first_heard = excluded.first_heard, is_named = excluded.is_named,
            attributes = excluded.attributes, sort_name = excluded.sort_name, started_at = excluded.started_at, mrr = excluded.mrr,
            owner = excluded.owner
          """))
    return keys
  }

  /// Forgets a customer that turned out to be a contact of another one; `withScores`: its score, history and alerts too.
  public static func deleteCustomer(_ id: String, withScores: Bool, _ connection: any Connection) throws {
    let shard = Shard.number(of: id)
    try connection.execute("DELETE FROM customer WHERE shard = $1 AND id = $2", [shard, id])
    guard withScores else { return }
    try HealthTally.delete(where: "shard = $1 AND customer = $2", [shard, id], shard: shard, connection)
    for table in ["health_change", "alert", "timer"] {
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

  // Several people may speak of the same record: each one's statements are kept in a row of their own, so
  // that they can move with the person.

  /// Takes in what an owner states of a ticket, beside what the same one stated of it before.
  public static func add(_ ticket: Ticket, owner: RecordOwner, _ connection: any Connection) throws {
    var ticket = ticket
    if let known = try part("ticket", id: ticket.id, owner: owner, connection) {
      ticket.merge(try StateCoding.ticket(id: ticket.id, known))
    }
    try save("ticket", id: ticket.id, owner: owner, text: StateCoding.text(ticket), connection)
  }

  /// Takes in what an owner states of a subscription.
  public static func add(_ subscription: Versioned<SubscriptionRecord>, owner: RecordOwner, _ connection: any Connection) throws {
    let id = subscription.value.id
    var state = CustomerState(id: owner.customer)
    state.merge(subscription)
    if let known = try part("subscription", id: id, owner: owner, connection) { state.merge(try StateCoding.subscription(known)) }
    guard let merged = state.subscriptions[id] else { return }
    try save("subscription", id: id, owner: owner, text: StateCoding.text(merged), connection)
  }

  /// Takes in what an owner states of a survey answer.
  public static func add(_ response: Versioned<CustomerState.Response>, owner: RecordOwner, _ connection: any Connection) throws {
    let id = response.value.record.id
    var state = CustomerState(id: owner.customer)
    state.merge(response)
    if let known = try part("survey_response", id: id, owner: owner, connection) { state.merge(try StateCoding.response(known)) }
    guard let merged = state.responses[id] else { return }
    try save("survey_response", id: id, owner: owner, text: StateCoding.text(merged), connection)
  }

  private static func part(_ table: String, id: String, owner: RecordOwner, _ connection: any Connection) throws -> String? {
    try connection.first(
      "SELECT state FROM \(table) WHERE shard = $1 AND customer = $2 AND id = $3 AND actor = $4 AND pinned = $5",
      [owner.shard, owner.customer, id, owner.actor, owner.isPinned]
    ) { $0.text(0) }
  }

  private static func save(_ table: String, id: String, owner: RecordOwner, text: String, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO \(table) (shard, customer, id, actor, pinned, state) VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (shard, customer, id, actor, pinned) DO UPDATE SET state = excluded.state
      """, [owner.shard, owner.customer, id, owner.actor, owner.isPinned, text])
  }

  /// Loads a customer's records into `state`.
  static func load(into state: inout CustomerState, _ connection: any Connection) throws {
    let place: [any SQLBindable] = [Shard.number(of: state.id), state.id]
    let filter = "WHERE shard = $1 AND customer = $2"
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

  /// Moves what an actor stated (not what named its customer itself) to another customer. All of it is always
  /// at one customer: nothing of it is there yet.
  static func move(actor: String, from: String, to: String, _ connection: any Connection) throws {
    let (source, target) = (UsageKey.shard(customer: from, actor: actor), UsageKey.shard(customer: to, actor: actor))
    for table in ["ticket", "subscription", "survey_response"] {
      try connection.execute(
        "UPDATE \(table) SET shard = $1, customer = $2 WHERE shard = $3 AND customer = $4 AND actor = $5 AND pinned = 0",
        [target, to, source, from, actor])
    }
    try connection.execute(
      "UPDATE contact SET shard = $1, customer = $2 WHERE shard = $3 AND customer = $4 AND id = $5", [target, to, source, from, actor])
  }
}
