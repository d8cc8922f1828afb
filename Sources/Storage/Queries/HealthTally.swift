import Domain
import SQL

/// How many customers have which score: table `health_tally`, kept in the commits that change scores.
///
/// Each row is counted under a shard so that no two nodes write the same one: under whichever of its shards a node likes. Only the sums
/// over all shards mean anything; a single row may be below zero.
public enum HealthTally {
  public typealias Part = ScoreCount

  /// What changes of scores make of the counts.
  public struct Change: Sendable {
    private struct Place: Hashable {
      var score: Int
      var band: Band
    }
    private var counts: [Place: Int] = [:]

    public init() {}

    public mutating func add(_ score: Int, _ band: Band) { counts[Place(score: score, band: band), default: 0] += 1 }
    public mutating func remove(_ score: Int, _ band: Band) { counts[Place(score: score, band: band), default: 0] -= 1 }

    var parts: [Part] {
      counts.filter { $0.value != 0 }.map { Part(score: $0.key.score, band: $0.key.band, customers: $0.value) }
        .sorted { ($0.score, $0.band.rawValue) < ($1.score, $1.band.rawValue) }
    }
  }

  private static let onConflict = "(shard, score, band) DO UPDATE SET customers = health_tally.customers + excluded.customers"

  /// - Parameter shard: one that nobody else counts under.
  public static func apply(_ change: Change, shard: Int, _ connection: any Connection) throws {
    let parts = change.parts
    guard !parts.isEmpty else { return }
    try connection.insert(
      BulkInsert(
        into: "health_tally",
        [
          .integers("shard", parts.map { _ in Int64(shard) }), .integers("score", parts.map { Int64($0.score) }),
          .texts("band", parts.map(\.band.rawValue)), .integers("customers", parts.map { Int64($0.customers) }),
        ], onConflict: onConflict))
  }

  /// Removes scores, and counts them no longer.
  /// - Parameters:
  ///   - condition: on rows of `health`.
  ///   - shard: one that nobody else counts under.
  static func delete(
    where condition: String, _ values: [any SQLBindable], shard: Int, _ connection: any Connection
  ) throws {
    var change = Change()
    for (score, band) in try connection.rows(
      "DELETE FROM health WHERE \(condition) RETURNING score, band", values, { ($0.int(0), try HealthQueries.band($0.text(1))) })
    {
      change.remove(score, band)
    }
    try apply(change, shard: shard, connection)
  }

  /// All there are, by score.
  public static func parts(_ connection: any Connection) throws -> [Part] {
    try connection.rows(
      """
      SELECT score, band, CAST(SUM(customers) AS BIGINT) FROM health_tally GROUP BY score, band
      HAVING SUM(customers) <> 0 ORDER BY score, band
      """
    ) { Part(score: $0.int(0), band: try HealthQueries.band($0.text(1)), customers: $0.int(2)) }
  }

  private static let missing = """
    SELECT 0, score, band, CAST(SUM(part) AS BIGINT) FROM (
      SELECT score, band, COUNT(*) AS part FROM health GROUP BY score, band
      UNION ALL SELECT score, band, -customers FROM health_tally) AS parts
    WHERE TRUE GROUP BY score, band HAVING SUM(part) <> 0
    """

  /// Counts all stored scores. - Returns: for how many pairs of score and band the tally is wrong.
  public static func mistakes(_ connection: any Connection) throws -> Int {
    try connection.rows(missing) { _ in true }.count
  }

  /// Counts all stored scores and adds what is missing, under shard 0.
  public static func mend(_ connection: any Connection) throws {
    try connection.execute("INSERT INTO health_tally (shard, score, band, customers) \(missing) ON CONFLICT \(onConflict)")
  }
}
