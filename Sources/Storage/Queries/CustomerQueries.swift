import Domain
import SQL

/// A customer's folded state as stored, with its score.
public struct StoredCustomer: Sendable {
  public var state: CustomerState
  /// A record or a group call named it; else it exists only as long as someone belongs to it.
  public var isNamed: Bool
  public var health: Health?
  /// The digest of the keys under which lists find it; 0 before it is stored.
  public var listed: UInt64 = 0
  public init(state: CustomerState, isNamed: Bool, health: Health?) {
    self.state = state
    self.isNamed = isNamed
    self.health = health
  }
}

/// Customers as a whole, put together from their tables.
public enum CustomerQueries {
  /// Everything signals need of one customer, from roll-ups and records; `nil`: no such customer.
  public static func load(_ id: String, scope: StateScope, _ connection: any Connection) throws -> StoredCustomer? {
    let shard = Shard.number(of: id)
    let found = try connection.first(
      "SELECT first_seen, first_heard, is_named, attributes, \(listColumns) FROM customer WHERE shard = $1 AND id = $2", [shard, id]
    ) { row in
      (
        CustomerState(
          id: id, firstSeen: Instant(microseconds: row.integer(0)), firstHeard: Instant(microseconds: row.integer(1))), row.bool(2),
        try StateCoding.attributes(row.text(3)), Self.listKeys(row, from: 4).digest
      )
    }
    guard case (var state, let isNamed, let attributes, let listed)? = found else { return nil }
    state.attributes = attributes
    let health = try HealthQueries.health(of: id, connection)
    // A change by time alone that is overdue is looked at as of its own day.
    let scope = scope.reaching(back: health?.nextChangeAt)
    try UsageQueries.each(of: id, scope: scope, connection) { name, day, count, first, last, person in
      state.add(event: name, count: count, day: day, first: first, last: last, actor: person.isEmpty ? nil : person, scope: scope)
    }
    try RecordQueries.load(into: &state, connection)
    if let traits = try RecordQueries.contactAttributes(customer: id, id: id, connection) { state.ownTraits = traits }
    var stored = StoredCustomer(state: state, isNamed: isNamed, health: health)
    stored.listed = listed
    return stored
  }

  static let listColumns = "sort_name, started_at, mrr, owner"

  static func listKeys(_ row: any Row, from column: Int) -> ListKeys {
    ListKeys(
      name: row.text(column), startedAt: Instant(microseconds: row.integer(column + 1)), mrr: row.real(column + 2),
      owner: row.optionalText(column + 3))
  }

  /// When a customer was first seen and heard of, from the log: for one that gained or lost some of its people.
  public static func beginnings(of id: String, _ connection: any Connection) throws -> (seen: Instant, heard: Instant) {
    let place: [any SQLBindable] = [Shard.number(of: id), id, Instant.distantPast.microseconds]
    let seen = try connection.first("SELECT MIN(at) FROM customer_event WHERE shard = $1 AND customer = $2 AND at > $3", place) {
      $0.optionalInteger(0).map(Instant.init(microseconds:))
    }
    let heard = try connection.first(
      """
      SELECT MIN(event.received_at) FROM customer_event JOIN event ON event.position = customer_event.position
      WHERE customer_event.shard = $1 AND customer_event.customer = $2 AND customer_event.at = $3
      """, place
    ) { $0.optionalInteger(0).map(Instant.init(microseconds:)) }
    return ((seen ?? nil) ?? .distantFuture, (heard ?? nil) ?? .distantFuture)
  }

  public static func exists(_ id: String, _ connection: any Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM customer WHERE shard = $1 AND id = $2", [Shard.number(of: id), id]) { _ in true } ?? false
  }

  public static func count(_ connection: any Connection) throws -> Int {
    try connection.first("SELECT COUNT(*) FROM customer") { $0.int(0) } ?? 0
  }

  /// A contact of the customer, the first by id.
  public static func firstContact(of id: String, _ connection: any Connection) throws -> String? {
    try connection.first(
      "SELECT id FROM contact WHERE shard = $1 AND customer = $2 ORDER BY id LIMIT 1", [Shard.number(of: id), id]
    ) { $0.text(0) }
  }
}
