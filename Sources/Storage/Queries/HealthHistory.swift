import Domain
import SQL

/// The history of all scores together: table `health_change`.
public enum HealthHistory {
  /// How many changes there are, counted up to a number, and when the earliest of those was; `nil` where there are none.
  public static func extent(_ connection: any Connection, upTo limit: Int) throws -> (count: Int, start: Instant)? {
    let found = try connection.first("SELECT COUNT(*), MIN(at) FROM (SELECT at FROM health_change LIMIT $1) AS counted", [limit]) { row in
      row.optionalInteger(1).map { (count: row.int(0), start: Instant(microseconds: $0)) }
    }
    return found ?? nil
  }

  /// Each change in no order: when, from what score (`nil`: the first one) to what.
  public static func each(
    _ connection: any Connection, _ body: (Instant, (score: Int, band: Band)?, (score: Int, band: Band)) throws -> Void
  ) throws {
    try connection.stream("SELECT at, score_from, band_from, score_to, band_to FROM health_change", []) { row in
      var from: (score: Int, band: Band)?
      if let score = row.optionalInteger(1), let band = row.optionalText(2) { from = (Int(score), try HealthQueries.band(band)) }
      try body(Instant(microseconds: row.integer(0)), from, (row.int(3), try HealthQueries.band(row.text(4))))
      return true
    }
  }
}
