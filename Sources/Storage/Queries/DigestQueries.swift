import Domain
import SQL

/// What digests ask about all customers: once a week, not for a page.
public enum DigestQueries {
  /// How many customers were in one band then and are in another (or the same) now, with the sum of their scores then.
  public struct Flow: Hashable, Sendable {
    public var from: Band
    public var to: Band
    public var customers: Int
    public var scoresBefore: Int
    public init(from: Band, to: Band, customers: Int, scoresBefore: Int) {
      self.from = from
      self.to = to
      self.customers = customers
      self.scoresBefore = scoresBefore
    }
  }

  /// The change that a customer's score rested on at `$1`.
  private static let past = """
    health_change AS past ON past.shard = now.shard AND past.customer = now.customer
    WHERE (past.at, past.ordinal) = (SELECT at, ordinal FROM health_change AS h WHERE h.shard = now.shard AND h.customer = now.customer
      AND h.at <= $1 ORDER BY at DESC, ordinal DESC LIMIT 1)
    """

  /// From where to where the customers that had a score at `mark` have gone.
  public static func flows(since mark: Instant, _ connection: any Connection) throws -> [Flow] {
    try connection.rows(
      """
      SELECT past.band_to, now.band, COUNT(*), CAST(SUM(past.score_to) AS BIGINT) FROM health AS now JOIN \(past)
      GROUP BY past.band_to, now.band ORDER BY past.band_to, now.band
      """, [mark.microseconds]
    ) { row in
      Flow(
        from: try HealthQueries.band(row.text(0)), to: try HealthQueries.band(row.text(1)), customers: row.int(2), scoresBefore: row.int(3))
    }
  }

  /// A customer with its score, before and now.
  public struct Row: Hashable, Sendable {
    public var customer: String
    public var now: AlertMessage.Standing
    public var before: AlertMessage.Standing?
    /// `nil` where none is known.
    public var mrr: Double?
    public init(customer: String, now: AlertMessage.Standing, before: AlertMessage.Standing?, mrr: Double?) {
      self.customer = customer
      self.now = now
      self.before = before
      self.mrr = mrr
    }
  }

  /// The customers of the largest revenue that have gone from one band to another since `mark`.
  /// - Parameters:
  ///   - steps: the ways to look for; not empty.
  ///   - limit: at most so many.
  public static func moved(
    since mark: Instant, _ steps: [(from: Band, to: Band)], limit: Int, _ connection: any Connection
  ) throws -> [Row] {
    let isStep = steps.indices.map { "past.band_to = $\(2 * $0 + 2) AND now.band = $\(2 * $0 + 3)" }.joined(separator: " OR ")
    var values: [any SQLBindable] = [mark.microseconds]
    for step in steps { values += [step.from.rawValue, step.to.rawValue] }
    values.append(limit)
    return try connection.rows(
      """
      SELECT now.customer, now.score, now.band, past.score_to, past.band_to, customer.mrr
      FROM health AS now JOIN customer ON customer.shard = now.shard AND customer.id = now.customer JOIN \(past) AND (\(isStep))
      ORDER BY customer.mrr DESC, now.score, now.customer LIMIT $\(2 * steps.count + 2)
      """, values
    ) { row in
      Row(
        customer: row.text(0), now: try standing(row, 1), before: try standing(row, 3), mrr: mrr(row, 5))
    }
  }

  /// Those at risk or critical, largest revenue first.
  public static func largestEndangered(limit: Int, _ connection: any Connection) throws -> [Row] {
    try connection.rows(
      """
      SELECT customer.id, health.score, health.band, customer.mrr
      FROM customer JOIN health ON health.shard = customer.shard AND health.customer = customer.id
      WHERE health.band <> 'healthy' ORDER BY customer.mrr DESC, customer.id LIMIT $1
      """, [limit]
    ) { row in Row(customer: row.text(0), now: try standing(row, 1), before: nil, mrr: mrr(row, 3)) }
  }

  /// The stored points of everybody at risk or critical, one after the other; a row that cannot be read is passed over.
  public static func eachEndangered(_ connection: any Connection, _ body: ([MeasurePoints]) -> Void) throws {
    try connection.stream("SELECT points FROM health WHERE band <> 'healthy'", []) { row in
      if let points = try? StateCoding.points(row.text(0)) { body(points) }
      return true
    }
  }

  private static func standing(_ row: any SQL.Row, _ column: Int) throws -> AlertMessage.Standing {
    AlertMessage.Standing(score: row.int(column), band: try HealthQueries.band(row.text(column + 1)))
  }

  private static func mrr(_ row: any SQL.Row, _ column: Int) -> Double? {
    let mrr = row.real(column)
    return mrr > ListKeys.missing ? mrr : nil
  }
}
