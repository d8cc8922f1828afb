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
    var gathered = Gathered(scope: scope, connection: connection)
    try gathered.customers(
      from: "customer WHERE (shard, id) > ($1, $2) AND shard <= $3 ORDER BY shard, id LIMIT $4", [place.shard, place.id, shard, limit])
    guard let last = gathered.last else { return Stretch(customers: [], unreadable: [], end: nil) }
    let end = CustomerPlace(last)
    // The shards again: of a pair alone PostgreSQL guesses that a large part of the table is above or below it, and reads all.
    try gathered.all(
      from: { "\($0) WHERE (shard, customer) > ($1, $2) AND (shard, customer) <= ($3, $4) AND shard >= $5 AND shard <= $6" },
      [place.shard, place.id, end.shard, end.id, place.shard, end.shard])
    return Stretch(customers: gathered.readable, unreadable: gathered.unreadable.sorted(), end: end)
  }

  /// Those of these customers that there are, each whole, in no order; one of whom a row cannot be read is named apart.
  public static func customers(_ ids: [String], scope: StateScope, _ connection: any Connection) throws -> Stretch {
    guard !ids.isEmpty else { return Stretch(customers: [], unreadable: [], end: nil) }
    // One list of places, the shard in its first three characters: SQLite joins two lists by trying every pair.
    let values = [SQLParameter.texts(ids.map { "\(String(1_000 + Shard.number(of: $0)).dropFirst())\($0)" })]
    let dialect = connection.dialect
    // SQLite would look for a pair among a list by its first part alone, and read whole shards.
    let wanted = { (table: String, key: String) in
      dialect.twin(
        sqlite: """
          (SELECT CAST(substr(value, 1, 3) AS INTEGER) AS in_shard, substr(value, 4) AS in_customer FROM json_each($1)) AS wanted
          CROSS JOIN \(table) ON shard = in_shard AND \(key) = in_customer
          """,
        postgres: """
          \(table) WHERE (shard, \(key)) IN (
            SELECT CAST(substr(value, 1, 3) AS BIGINT), substr(value, 4) FROM unnest($1::text[]) AS value)
          """)
    }
    var gathered = Gathered(scope: scope, connection: connection)
    try gathered.customers(from: wanted("customer", "id"), values)
    if gathered.last != nil { try gathered.all(from: { wanted($0, "customer") }, values) }
    return Stretch(customers: gathered.readable, unreadable: gathered.unreadable.sorted(), end: nil)
  }

  /// Customers put together from their tables, one query a table.
  private struct Gathered {
    let scope: StateScope
    let connection: any Connection
    private var customers: [StoredCustomer] = []
    private var indices: [String: Int] = [:]
    private(set) var unreadable: Set<String> = []

    init(scope: StateScope, connection: any Connection) {
      self.scope = scope
      self.connection = connection
    }

    var last: String? { customers.last?.state.id }
    var readable: [StoredCustomer] {
      unreadable.isEmpty ? customers : customers.filter { !unreadable.contains($0.state.id) }
    }

    /// - Parameter rows: what follows FROM.
    mutating func customers(from rows: String, _ values: [any SQLBindable]) throws {
      try connection.each("SELECT id, first_seen, first_heard, is_named, attributes, \(CustomerQueries.listColumns) FROM \(rows)", values) {
        row in
        let id = row.text(0)
        var state = CustomerState(
          id: id, firstSeen: Instant(microseconds: row.integer(1)), firstHeard: Instant(microseconds: row.integer(2)))
        do { state.attributes = try StateCoding.attributes(row.text(4)) } catch is Unreadable { unreadable.insert(id) }
        var customer = StoredCustomer(state: state, isNamed: row.bool(3), health: nil)
        customer.listed = CustomerQueries.listKeys(row, from: 5).digest
        indices[id] = customers.count
        customers.append(customer)
        return true
      }
    }

    /// Everything else of them that the scope asks for.
    /// - Parameter rows: what follows FROM to get theirs of a table.
    mutating func all(from rows: (String) -> String, _ values: [any SQLBindable]) throws {
      try each("SELECT customer, \(HealthQueries.columns) FROM \(rows("health"))", values) {
        $0.health = try HealthQueries.health($1, from: 1)
      }
      try each("SELECT customer, attributes FROM \(rows("contact")) AND id = customer", values) {
        $0.state.ownTraits = try StateCoding.attributes($1.text(1))
      }
      if scope.parts.contains(.usage) { try usage(from: rows("usage_daily"), values) }
      if scope.parts.contains(.tickets) {
        try each("SELECT customer, id, state FROM \(rows("ticket"))", values) {
          $0.state.merge(try StateCoding.ticket(id: $1.text(1), $1.text(2)))
        }
      }
      if scope.parts.contains(.subscriptions) {
        try each("SELECT customer, state FROM \(rows("subscription"))", values) {
          $0.state.merge(try StateCoding.subscription($1.text(1)))
        }
      }
      if scope.parts.contains(.responses) {
        try each("SELECT customer, state FROM \(rows("survey_response"))", values) {
          $0.state.merge(try StateCoding.response($1.text(1)))
        }
      }
    }

    private mutating func usage(from rows: String, _ values: [any SQLBindable]) throws {
      let scope = scope
      var names = EventNames()
      try each(
        """
        SELECT done.customer, event, event_name.name, day, count, first, last, \(UsageQueries.person(of: "done.actor", scope))
        FROM (SELECT customer, actor, event, day, count, first, last FROM \(rows)) AS done JOIN event_name ON event_name.id = done.event
        """, values
      ) { customer, row in
        customer.state.add(
          event: names.name(row.int(1)) { row.text(2) }, count: row.int(4), day: Day(number: Int32(row.integer(3))),
          first: Instant(microseconds: row.integer(5)),
          last: Instant(microseconds: row.integer(6)), actor: row.text(7, is: "") ? nil : row.text(7),
          // A change by time alone that is overdue is looked at as of its own day.
          scope: scope.reaching(back: customer.health?.nextChangeAt))
      }
    }

    private mutating func each(
      _ sql: String, _ values: [any SQLBindable], _ body: (inout StoredCustomer, any Row) throws -> Void
    ) throws {
      var latest = 0
      try connection.each(sql, values) { row in
        guard let index = index(of: row, near: latest) else { return true }
        latest = index
        do { try body(&customers[index], row) } catch is Unreadable { unreadable.insert(customers[index].state.id) }
        return true
      }
    }

    /// Where in `customers` the one is that a row is about; `nil` for nobody's who was asked for. Nearly always rows come in their order.
    private func index(of row: any Row, near latest: Int) -> Int? {
      for index in latest..<min(latest + 2, customers.count) where row.text(0, is: customers[index].state.id) { return index }
      return indices[row.text(0)]
    }
  }

  /// The names of events as they are met: few, in very many rows.
  private struct EventNames {
    /// By number; they are small and without gaps.
    private var names = [String?](repeating: nil, count: UsageQueries.maximumNames + 1)

    mutating func name(_ number: Int, _ read: () -> String) -> String {
      guard names.indices.contains(number) else { return read() }
      if let known = names[number] { return known }
      let name = read()
      names[number] = name
      return name
    }
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
