import Domain
import SQL

/// Lists and the company's numbers without looking at every customer: what lists are sorted by stands beside the customer, in order; how
/// many customers have which score is counted as scores change.
enum Migration0008 {
  static let migration = Migration(
    """
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

    """, step: fill)

  private static let indexes = """
    CREATE INDEX customer_id ON customer (id);
    CREATE INDEX customer_name ON customer (sort_name, id);
    CREATE INDEX customer_started ON customer (started_at, id);
    CREATE INDEX customer_mrr ON customer (mrr, id);
    CREATE INDEX health_score ON health (score, customer);
    """

  /// Name and beginning are what the program makes of what is stored; the revenue is as of the last score. In statements of its own: those
  /// of the program will ask for what later migrations add.
  @Sendable private static func fill(_ connection: any Connection) throws {
    var after: (shard: Int, id: String)? = (-1, "")
    while let (shard, id) = after {
      let states = try connection.rows(
        """
        SELECT id, first_seen, first_heard, attributes FROM customer WHERE (shard, id) > ($1, $2) ORDER BY shard, id LIMIT 1000
        """, [shard, id]
      ) { row in
        var state = CustomerState(
          id: row.text(0), firstSeen: Instant(microseconds: row.integer(1)), firstHeard: Instant(microseconds: row.integer(2)))
        // What cannot be read is told of where it is needed.
        state.attributes = (try? StateCoding.attributes(row.text(3))) ?? Attributes()
        return state
      }
      for state in states { try fill(state, connection) }
      after = states.last.map { (Shard.number(of: $0.id), $0.id) }
    }
    try connection.script(indexes)
    try HealthTally.recount(connection)
  }

  private static func fill(_ state: CustomerState, _ connection: any Connection) throws {
    var state = state
    let place: [any SQLBindable] = [Shard.number(of: state.id), state.id]
    let traits = try connection.first("SELECT attributes FROM contact WHERE shard = $1 AND customer = $2 AND id = $2", place) { $0.text(0) }
    if let traits { state.ownTraits = (try? StateCoding.attributes(traits)) ?? Attributes() }
    for text in try connection.rows("SELECT state FROM subscription WHERE shard = $1 AND customer = $2", place, { $0.text(0) }) {
      if let subscription = try? StateCoding.subscription(text) { state.merge(subscription) }
    }
    let scoredAt = try connection.first("SELECT calculated_at FROM health WHERE shard = $1 AND customer = $2", place) { $0.integer(0) }
    let keys = ListKeys(of: state, at: scoredAt.map(Instant.init(microseconds:)) ?? state.startedAt)
    try connection.execute(
      "UPDATE customer SET sort_name = $3, started_at = $4, mrr = $5 WHERE shard = $1 AND id = $2",
      place + [keys.name, keys.startedAt.microseconds, keys.mrr])
  }
}
