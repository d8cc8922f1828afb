import Domain
import SQL

/// A place in the order (shard, id) in which all customers can be walked through.
public struct CustomerPlace: Hashable, Sendable {
  public var shard: Int
  public var id: String
  /// Before the first customer.
  public static let start = CustomerPlace(shard: -1, id: "")
  public init(shard: Int, id: String) {
    self.shard = shard
    self.id = id
  }
  public init(_ id: String) { self.init(shard: Shard.number(of: id), id: id) }
}

/// Walks over all customers a page at a time: one query a table and page, each a range of its key.
public enum CustomerWalk {
  /// Part of a walk. A customer of whom a row cannot be read is passed over and named; its neighbours go on.
  public struct Stretch: Sendable {
    public var customers: [StoredCustomer]
    public var unreadable: [String]
    /// Where the next stretch begins; `nil` at the end of all.
    public var end: CustomerPlace?
  }

  /// The next customers in the order (shard, id), each whole.
  /// - Parameter shard: the last one to look at.
  public static func page(
    after place: CustomerPlace, through shard: Int = Shard.count - 1, limit: Int, scope: StateScope, _ connection: any Connection
  ) throws -> Stretch {
    var order: [String] = []
    var customers: [String: StoredCustomer] = [:]
    var unreadable: Set<String> = []
    try connection.each(
      """
      SELECT id, first_seen, first_heard, is_named, attributes FROM customer WHERE (shard, id) > ($1, $2) AND shard <= $3
      ORDER BY shard, id LIMIT $4
      """, [place.shard, place.id, shard, limit]
    ) { row in
      let id = row.text(0)
      order.append(id)
      var state = CustomerState(
        id: id, firstSeen: Instant(microseconds: row.integer(1)), firstHeard: Instant(microseconds: row.integer(2)))
      do {
        state.attributes = try StateCoding.attributes(row.text(4))
        customers[id] = StoredCustomer(state: state, isNamed: row.bool(3), health: nil)
      } catch is Unreadable {
        unreadable.insert(id)
      }
      return true
    }
    guard let last = order.last else { return Stretch(customers: [], unreadable: [], end: nil) }
    let end = CustomerPlace(last)
    let range: [any SQLBindable] = [place.shard, place.id, end.shard, end.id]
    func each(_ sql: String, _ body: (inout StoredCustomer, any Row) throws -> Void) throws {
      try connection.each(sql, range) { row in
        let id = row.text(0)
        guard var customer = customers.removeValue(forKey: id) else { return true }
        do {
          try body(&customer, row)
          customers[id] = customer
        } catch is Unreadable {
          unreadable.insert(id)
        }
        return true
      }
    }
    let bounds = "WHERE (shard, customer) > ($1, $2) AND (shard, customer) <= ($3, $4)"
    try each("SELECT customer, \(HealthQueries.columns) FROM health \(bounds)") { $0.health = try HealthQueries.health($1, from: 1) }
    try each(
      """
      SELECT usage_daily.customer, event_name.name, day, count, first, last, COALESCE(actor.root, usage_daily.actor) FROM usage_daily
      JOIN event_name ON event_name.id = usage_daily.event LEFT JOIN actor ON actor.id = usage_daily.actor
      WHERE (shard, usage_daily.customer) > ($1, $2) AND (shard, usage_daily.customer) <= ($3, $4)
      """
    ) { customer, row in
      customer.state.add(
        event: row.text(1), count: row.int(3), day: Day(number: Int32(row.integer(2))), first: Instant(microseconds: row.integer(4)),
        last: Instant(microseconds: row.integer(5)), actor: row.text(6).isEmpty ? nil : row.text(6),
        // A change by time alone that is overdue is looked at as of its own day.
        scope: scope.reaching(back: customer.health?.nextChangeAt))
    }
    try each("SELECT customer, id, state FROM ticket \(bounds)") { $0.state.merge(try StateCoding.ticket(id: $1.text(1), $1.text(2))) }
    try each("SELECT customer, state FROM subscription \(bounds)") { $0.state.merge(try StateCoding.subscription($1.text(1))) }
    try each("SELECT customer, state FROM survey_response \(bounds)") { $0.state.merge(try StateCoding.response($1.text(1))) }
    try each("SELECT customer, attributes FROM contact \(bounds) AND id = customer") {
      $0.state.ownTraits = try StateCoding.attributes($1.text(1))
    }
    return Stretch(customers: order.compactMap { customers[$0] }, unreadable: unreadable.sorted(), end: end)
  }

  /// All customers, a stretch at a time.
  public static func each(
    limit: Int = 500, scope: StateScope, _ connection: any Connection, _ body: ([StoredCustomer]) throws -> Void
  ) throws {
    var place: CustomerPlace? = .start
    while let from = place {
      let stretch = try page(after: from, limit: limit, scope: scope, connection)
      try body(stretch.customers)
      place = stretch.end
    }
  }
}
