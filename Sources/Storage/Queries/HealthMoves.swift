import Domain
import SQL

/// Scores now beside those of an earlier instant, set-wise: of all customers, in time that grows with their number, or of those of one
/// owner, whom an index gives.
public enum HealthMoves {
  /// Of an owner with more customers those are looked at that sort first by id.
  public static let ownedLimit = 2_000

  /// A score then and now, with the points of both.
  public struct Move: Hashable, Sendable {
    public var id: String
    public var from: Int
    public var to: Int
    public var band: Band
    public var pointsBefore: [MeasurePoints]
    public var pointsNow: [MeasurePoints]
  }

  /// Customers whose score has fallen (or risen) most since `mark`, the heaviest change first.
  /// - Parameter owner: only theirs; as `ListKeys.owner` writes it.
  public static func largest(
    since mark: Instant, falling: Bool, of owner: String? = nil, limit: Int, _ connection: any Connection
  ) throws -> [Move] {
    let source = Source(owner)
    let next = source.values.count + 1
    let sign = falling ? -1 : 1
    return try connection.rows(
      """
      SELECT now.customer, past.score_to, now.score, now.band, past.points, now.points
      FROM \(source.tables) CROSS JOIN health_change AS past
      WHERE \(source.condition) AND past.shard = now.shard AND past.customer = now.customer
        AND (past.at, past.ordinal) = (SELECT at, ordinal FROM health_change AS h WHERE h.shard = now.shard
          AND h.customer = now.customer AND h.at <= $\(next) ORDER BY at DESC, ordinal DESC LIMIT 1)
        AND (now.score - past.score_to) * $\(next + 1) > 0
      ORDER BY (now.score - past.score_to) * $\(next + 2) DESC, now.customer LIMIT $\(next + 3)
      """, source.values + [mark.microseconds, sign, sign, limit]
    ) { row in
      Move(
        id: row.text(0), from: row.int(1), to: row.int(2), band: try HealthQueries.band(row.text(3)),
        pointsBefore: try StateCoding.points(row.text(4)), pointsNow: try StateCoding.points(row.text(5)))
    }
  }

  /// How many of an owner's customers have a lower score than at `mark`.
  public static func fallen(since mark: Instant, of owner: String, _ connection: any Connection) throws -> Int {
    let source = Source(owner)
    return try connection.first(
      """
      SELECT COUNT(*) FROM \(source.tables) WHERE \(source.condition) AND now.score < (
        SELECT score_to FROM health_change AS h WHERE h.shard = now.shard AND h.customer = now.customer AND h.at <= $3
        ORDER BY at DESC, ordinal DESC LIMIT 1)
      """, source.values + [mark.microseconds]
    ) { $0.int(0) } ?? 0
  }

  /// How many customers were in which band at `mark`, or had no score yet, and in which they are now. They sum to those that have a score.
  /// - Parameter owner: only theirs; as `ListKeys.owner` writes it.
  public static func flows(since mark: Instant, of owner: String? = nil, _ connection: any Connection) throws -> [BandFlow] {
    // What is selected comes before what it is selected from: the parameters are numbered so.
    let source = Source(owner, first: 2)
    let flows = try connection.rows(
      """
      SELECT past, band, COUNT(*) FROM (
        SELECT now.band AS band, (SELECT band_to FROM health_change AS h WHERE h.shard = now.shard AND h.customer = now.customer
          AND h.at <= $1 ORDER BY at DESC, ordinal DESC LIMIT 1) AS past
        FROM \(source.tables) WHERE \(source.condition)) AS flow
      GROUP BY past, band
      """, [mark.microseconds] + source.values
    ) { row in
      BandFlow(from: try row.optionalText(0).map(HealthQueries.band), to: try HealthQueries.band(row.text(1)), customers: row.int(2))
    }
    return flows.sorted { a, b in
      if a.from != b.from { return (a.from.map(rank) ?? Band.allCases.count) > (b.from.map(rank) ?? Band.allCases.count) }
      return a.to > b.to
    }
  }

  private static func rank(_ band: Band) -> Int { Band.allCases.firstIndex(of: band) ?? 0 }

  /// The lowest scores of an owner's customers in a band.
  public static func lowest(
    _ band: Band, of owner: String, limit: Int, _ connection: any Connection
  ) throws -> [(id: String, score: Int)] {
    let source = Source(owner)
    return try connection.rows(
      """
      SELECT now.customer, now.score FROM \(source.tables) WHERE \(source.condition) AND now.band = $3
      ORDER BY now.score, now.customer LIMIT $4
      """, source.values + [band.rawValue, limit]
    ) { ($0.text(0), $0.int(1)) }
  }

  /// How many customers an owner has, counted up to one more than `ownedLimit`.
  public static func count(of owner: String, _ connection: any Connection) throws -> Int {
    try connection.first(
      "SELECT COUNT(*) FROM (SELECT 1 FROM customer WHERE owner = $1 LIMIT $2) AS own", [owner, ownedLimit + 1]
    ) { $0.int(0) } ?? 0
  }

  /// Whose scores are looked at: the rows `now`. SQLite keeps to the order in which a CROSS JOIN names its tables: from the owner's
  /// customers to their scores, from a score to its history, never the other way round.
  private struct Source {
    var tables: String
    /// What ties the tables together.
    var condition: String
    var values: [any SQLBindable]

    init(_ owner: String?, first: Int = 1) {
      guard let owner else {
        (tables, condition, values) = ("health AS now", "TRUE", [])
        return
      }
      tables = """
        (SELECT shard, id FROM customer WHERE owner = $\(first) ORDER BY id LIMIT $\(first + 1)) AS own CROSS JOIN health AS now
        """
      condition = "now.shard = own.shard AND now.customer = own.id"
      values = [owner, HealthMoves.ownedLimit]
    }
  }
}
