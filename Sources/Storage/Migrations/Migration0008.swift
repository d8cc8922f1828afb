import Domain
import SQL

/// Lists and the company's numbers without looking at every customer: what lists are sorted by stands beside the customer, in order; how
/// many customers have which score is counted as scores change.
enum Migration0008 {
  static let migration = Migration(
    sqlite: shared, postgres: Migration.postgres(shared) + "ALTER TABLE health_tally SET (fillfactor = 50);\n", step: fill)

  private static let shared = """
    ALTER TABLE customer ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
    ALTER TABLE customer ADD COLUMN started_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE customer ADD COLUMN mrr REAL NOT NULL DEFAULT -1e15;

    CREATE TABLE health_tally (
      shard INTEGER NOT NULL,
      score INTEGER NOT NULL,
      band TEXT NOT NULL,
      customers INTEGER NOT NULL,
      PRIMARY KEY (shard, score, band)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO health_tally (shard, score, band, customers)
      SELECT shard, score, band, COUNT(*) FROM health GROUP BY shard, score, band;
    CREATE INDEX health_score ON health (score, customer);

    """

  private static let indexes = """
    CREATE INDEX customer_id ON customer (id);
    CREATE INDEX customer_name ON customer (sort_name, id);
    CREATE INDEX customer_started ON customer (started_at, id);
    CREATE INDEX customer_mrr ON customer (mrr, id);
    """

  /// A customer's row as it was before.
  private struct Customer {
    var shard: Int
    var firstSeen: Int64
    var firstHeard: Int64
    var isNamed: Int64
    var attributes: String
    var state: CustomerState
    var scoredAt: Instant?
  }

  /// Name and beginning are what the program makes of what is stored; the revenue is as of the last score. The statements are the
  /// migration's own: those of the program will ask for what later migrations add.
  @Sendable private static func fill(_ connection: any Connection) throws {
    var after: (shard: Int, id: String)? = (-1, "")
    while let place = after {
      let rows = try rows(after: place, connection)
      try save(rows, connection)
      after = rows.last.map { ($0.shard, $0.state.id) }
    }
    try connection.script(indexes)
  }

  private static func rows(after place: (shard: Int, id: String), _ connection: any Connection) throws -> [Customer] {
    var rows = try connection.rows(
      """
      SELECT shard, id, first_seen, first_heard, is_named, attributes FROM customer WHERE (shard, id) > ($1, $2)
      ORDER BY shard, id LIMIT 1000
      """, [place.shard, place.id]
    ) { row in
      var state = CustomerState(
        id: row.text(1), firstSeen: Instant(microseconds: row.integer(2)), firstHeard: Instant(microseconds: row.integer(3)))
      // What cannot be read is told of where it is needed.
      state.attributes = (try? StateCoding.attributes(row.text(5))) ?? Attributes()
      return Customer(
        shard: row.int(0), firstSeen: row.integer(2), firstHeard: row.integer(3), isNamed: row.integer(4), attributes: row.text(5),
        state: state)
    }
    guard let last = rows.last else { return [] }
    let indexes = Dictionary(rows.enumerated().map { ($1.state.id, $0) }, uniquingKeysWith: { first, _ in first })
    let range = "(shard, customer) > ($1, $2) AND (shard, customer) <= ($3, $4) AND shard >= $5 AND shard <= $6"
    func each(_ sql: String, _ body: (inout Customer, any Row) throws -> Void) throws {
      try connection.each(sql + " WHERE " + range, [place.shard, place.id, last.shard, last.state.id, place.shard, last.shard]) { row in
        if let index = indexes[row.text(0)] { try body(&rows[index], row) }
        return true
      }
    }
    try each("SELECT customer, id, attributes FROM contact") { customer, row in
      guard row.text(1) == customer.state.id else { return }
      customer.state.ownTraits = (try? StateCoding.attributes(row.text(2))) ?? Attributes()
    }
    try each("SELECT customer, state FROM subscription") { customer, row in
      if let subscription = try? StateCoding.subscription(row.text(1)) { customer.state.merge(subscription) }
    }
    try each("SELECT customer, calculated_at FROM health") { $0.scoredAt = Instant(microseconds: $1.integer(1)) }
    return rows
  }

  private static func save(_ rows: [Customer], _ connection: any Connection) throws {
    let keys = rows.map { ListKeys(of: $0.state, at: $0.scoredAt ?? $0.state.startedAt) }
    try connection.insert(
      BulkInsert(
        into: "customer",
        [
          .integers("shard", rows.map { Int64($0.shard) }), .texts("id", rows.map(\.state.id)),
          .integers("first_seen", rows.map(\.firstSeen)), .integers("first_heard", rows.map(\.firstHeard)),
          .integers("is_named", rows.map(\.isNamed)), .texts("attributes", rows.map(\.attributes)),
          .texts("sort_name", keys.map(\.name)), .integers("started_at", keys.map(\.startedAt.microseconds)),
          .reals("mrr", keys.map(\.mrr)),
        ],
        onConflict: """
          (shard, id) DO UPDATE SET sort_name = excluded.sort_name, started_at = excluded.started_at, mrr = excluded.mrr
          """))
  }
}
