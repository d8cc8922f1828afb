import Domain
import SQL

/// Scores and their history: tables `health` and `health_change`.
public enum HealthQueries {
  static let columns = "score, band, coverage, calculated_at, next_change_at, model, points"

  public static func health(of customer: String, _ connection: any Connection) throws -> Health? {
    try connection.first(
      "SELECT \(columns) FROM health WHERE shard = $1 AND customer = $2", [Shard.number(of: customer), customer]
    ) { try health($0, from: 0) }
  }

  /// Inserts or replaces scores, each customer's once.
  public static func save(_ rows: [(customer: String, health: Health)], _ connection: any Connection) throws {
    let sorted = rows.map { (shard: Shard.number(of: $0.customer), customer: $0.customer, health: $0.health) }
      .sorted { ($0.shard, $0.customer) < ($1.shard, $1.customer) }
    try connection.insert(
      BulkInsert(
        into: "health",
        [
          .integers("shard", sorted.map { Int64($0.shard) }), .texts("customer", sorted.map { $0.customer }),
          .integers("score", sorted.map { Int64($0.health.score) }), .texts("band", sorted.map { $0.health.band.rawValue }),
          .reals("coverage", sorted.map { $0.health.coverage }),
          .integers("calculated_at", sorted.map { $0.health.calculatedAt.microseconds }),
          .integers("next_change_at", sorted.map { $0.health.nextChangeAt?.microseconds }), .texts("model", sorted.map { $0.health.model }),
          .texts("points", sorted.map { StateCoding.text($0.health.points) }),
        ],
        onConflict: """
          (shard, customer) DO UPDATE SET score = excluded.score, band = excluded.band, coverage = excluded.coverage,
            calculated_at = excluded.calculated_at, next_change_at = excluded.next_change_at, model = excluded.model,
            points = excluded.points
          """))
  }

  /// Customers whose score time alone changes at or before `now`, the longest due first.
  /// - Parameter shards: only these; `nil`: all.
  public static func due(at now: Instant, of shards: Set<Int>? = nil, limit: Int, _ connection: any Connection) throws -> [String] {
    try connection.rows(
      "SELECT customer FROM health WHERE next_change_at <= $1\(condition(shards, connection)) ORDER BY next_change_at LIMIT $2",
      [now.microseconds, limit]
    ) { $0.text(0) }
  }

  /// A condition on shards; their numbers are ours and few.
  static func condition(_ shards: Set<Int>?, _ connection: any Connection) -> String {
    shards.map { " AND shard IN (\($0.isEmpty ? "NULL" : $0.sorted().map(String.init).joined(separator: ", ")))" } ?? ""
  }

  /// A change on its way into a customer's history.
  public struct NewChange: Sendable {
    public var customer: String
    /// Which one of its instant, from 0.
    public var ordinal: Int
    public var change: HealthChange
    public init(customer: String, ordinal: Int, change: HealthChange) {
      self.customer = customer
      self.ordinal = ordinal
      self.change = change
    }
  }

  /// The ordinal of another change of a customer at an instant.
  public static func nextOrdinal(of customer: String, at: Instant, _ connection: any Connection) throws -> Int {
    try connection.first(
      "SELECT COALESCE(MAX(ordinal) + 1, 0) FROM health_change WHERE shard = $1 AND customer = $2 AND at = $3",
      [Shard.number(of: customer), customer, at.microseconds]
    ) { $0.int(0) } ?? 0
  }

  /// Adds changes to customers' histories.
  public static func append(_ changes: [NewChange], _ connection: any Connection) throws {
    let rows = changes.map { (shard: Shard.number(of: $0.customer), row: $0, change: $0.change) }
    try connection.insert(
      BulkInsert(
        into: "health_change",
        [
          .integers("shard", rows.map { Int64($0.shard) }), .texts("customer", rows.map { $0.row.customer }),
          .integers("at", rows.map { $0.change.at.microseconds }), .integers("ordinal", rows.map { Int64($0.row.ordinal) }),
          .integers("score_from", rows.map { $0.change.from.map(Int64.init) }), .integers("score_to", rows.map { Int64($0.change.to) }),
          .texts("band_from", rows.map { $0.change.bandFrom?.rawValue }), .texts("band_to", rows.map { $0.change.bandTo.rawValue }),
          .texts("cause", rows.map { $0.change.cause.rawValue }), .texts("model", rows.map { $0.change.model }),
          .texts("points", rows.map { StateCoding.text($0.change.points) }),
        ]))
  }

  /// Time no longer changes the score of a customer that cannot be read.
  public static func stopClock(of customer: String, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE health SET next_change_at = NULL WHERE shard = $1 AND customer = $2", [Shard.number(of: customer), customer])
  }

  /// Removes scores of customers that are not there.
  /// - Parameters:
  ///   - shards: only these; `nil`: all.
  ///   - shard: one under which nobody else tallies scores.
  public static func deleteOrphans(of shards: Set<Int>?, countedUnder shard: Int, _ connection: any Connection) throws {
    let orphans = "NOT EXISTS (SELECT 1 FROM customer WHERE customer.shard = health.shard AND customer.id = health.customer)"
    try HealthTally.delete(where: orphans + condition(shards, connection), [], shard: shard, connection)
  }

  /// Changes of one customer, newest first.
  public static func changes(of customer: String, limit: Int, _ connection: any Connection) throws -> [HealthChange] {
    try connection.rows(
      "SELECT \(changeColumns) FROM health_change WHERE shard = $1 AND customer = $2 ORDER BY at DESC, ordinal DESC LIMIT $3",
      [Shard.number(of: customer), customer, limit], change)
  }

  /// A customer's changes from an instant on, the newest ones, oldest first; and the last one before them.
  /// - Returns: `isCut`: there are more of them than `limit`.
  public static func changes(
    of customer: String, from: Instant, limit: Int, _ connection: any Connection
  ) throws -> (changes: [HealthChange], before: HealthChange?, isCut: Bool) {
    let shard = Shard.number(of: customer)
    let newest = try connection.rows(
      """
      SELECT \(changeColumns) FROM health_change WHERE shard = $1 AND customer = $2 AND at >= $3
      ORDER BY at DESC, ordinal DESC LIMIT $4
      """, [shard, customer, from.microseconds, limit + 1], change)
    if newest.count > limit { return (newest.prefix(limit).reversed(), newest.last, true) }
    let before = try connection.first(
      """
      SELECT \(changeColumns) FROM health_change WHERE shard = $1 AND customer = $2 AND at < $3
      ORDER BY at DESC, ordinal DESC LIMIT 1
      """, [shard, customer, from.microseconds], change)
    return (newest.reversed(), before, false)
  }

  private static let changeColumns = "at, score_from, score_to, band_from, band_to, cause, model, points"

  private static func change(_ row: any Row) throws -> HealthChange {
    HealthChange(
      at: Instant(microseconds: row.integer(0)), from: row.optionalInteger(1).map { Int($0) }, to: row.int(2),
      bandFrom: try row.optionalText(3).map(band), bandTo: try band(row.text(4)), cause: try cause(row.text(5)), model: row.text(6),
      points: try StateCoding.points(row.text(7)))
  }

  static func health(_ row: any Row, from column: Int) throws -> Health {
    Health(
      score: row.int(column), band: try band(row.text(column + 1)), coverage: row.real(column + 2),
      calculatedAt: Instant(microseconds: row.integer(column + 3)),
      nextChangeAt: row.optionalInteger(column + 4).map(Instant.init(microseconds:)), model: row.text(column + 5),
      points: try StateCoding.points(row.text(column + 6)))
  }

  static func band(_ text: String) throws -> Band {
    guard let band = Band(rawValue: text) else { throw Unreadable(text) }
    return band
  }

  private static func cause(_ text: String) throws -> HealthChange.Cause {
    guard let cause = HealthChange.Cause(rawValue: text) else { throw Unreadable(text) }
    return cause
  }
}
