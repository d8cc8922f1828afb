import Domain
import SQL

/// The record of how healthy the company was, by local day: tables `health_day`, `health_daily`, `health_group_daily`; and its groups as
/// they were last counted, by shard: `health_group`.
public enum HealthRecordQueries {
  /// So many days are kept: three years.
  public static let daysKept = 1_096

  private static let bandColumns = "customers, score_sum, healthy, at_risk, critical"
  private static let replaced = """
    customers = excluded.customers, score_sum = excluded.score_sum, healthy = excluded.healthy, at_risk = excluded.at_risk,
      critical = excluded.critical
    """

  // MARK: Days

  /// Writes down a day, in place of what stood there.
  public static func record(_ day: Day, _ snapshot: HealthSnapshot, groups: HealthGroups, _ connection: any Connection) throws {
    for table in ["health_day", "health_daily", "health_group_daily"] {
      try connection.execute("DELETE FROM \(table) WHERE day = $1", [day.number])
    }
    try append([(day, snapshot)], connection)
    let groups = groups.all
    try connection.insert(
      BulkInsert(
        into: "health_group_daily",
        [
          .integers("day", groups.map { _ in Int64(day.number) }), .texts("kind", groups.map(\.kind.rawValue)),
          .texts("name", groups.map(\.name.text)),
        ] + counts(groups), onConflict: "(day, kind, name) DO UPDATE SET \(replaced)"))
  }

  /// Writes down days of which there is nothing yet.
  public static func append(_ days: [(day: Day, snapshot: HealthSnapshot)], _ connection: any Connection) throws {
    let bands = { (band: Band) in days.map { Int64($0.snapshot.bands[band] ?? 0) } }
    try connection.insert(
      BulkInsert(
        into: "health_day",
        [
          .integers("day", days.map { Int64($0.day.number) }), .integers("at", days.map(\.snapshot.at.microseconds)),
          .integers("customers", days.map { Int64($0.snapshot.customers) }),
          .integers("score_sum", days.map { Int64($0.snapshot.scoreSum) }), .integers("healthy", bands(.healthy)),
          .integers("at_risk", bands(.atRisk)), .integers("critical", bands(.critical)),
        ], onConflict: "(day) DO UPDATE SET at = excluded.at, \(replaced)"))
    let rows = days.flatMap { day in day.snapshot.scores.map { (day: day.day, part: $0) } }
    try connection.insert(
      BulkInsert(
        into: "health_daily",
        [
          .integers("day", rows.map { Int64($0.day.number) }), .integers("score", rows.map { Int64($0.part.score) }),
          .texts("band", rows.map(\.part.band.rawValue)), .integers("customers", rows.map { Int64($0.part.customers) }),
        ], onConflict: "(day, score, band) DO UPDATE SET customers = excluded.customers"))
  }

  /// Removes what is older than the record goes back.
  public static func prune(today: Day, _ connection: any Connection) throws {
    for table in ["health_day", "health_daily", "health_group_daily"] {
      try connection.execute("DELETE FROM \(table) WHERE day < $1", [(today - daysKept).number])
    }
  }

  /// The days recorded of those, oldest first.
  public static func days(_ days: ClosedRange<Day>, _ connection: any Connection) throws -> [HealthDay] {
    try connection.rows(
      "SELECT day, at, \(bandColumns) FROM health_day WHERE day >= $1 AND day <= $2 ORDER BY day",
      [days.lowerBound.number, days.upperBound.number], day)
  }

  /// One day's record; `nil` where there is none.
  public static func day(_ day: Day, _ connection: any Connection) throws -> HealthDay? {
    try days(day...day, connection).first
  }

  public static func isEmpty(_ connection: any Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM health_day LIMIT 1") { _ in true } == nil
  }

  /// One day's record by score; `nil` where there is none.
  public static func snapshot(of day: Day, _ connection: any Connection) throws -> HealthSnapshot? {
    guard let at = try self.day(day, connection)?.at else { return nil }
    let scores = try connection.rows(
      "SELECT score, band, customers FROM health_daily WHERE day = $1 ORDER BY score, band", [day.number]
    ) { ScoreCount(score: $0.int(0), band: try HealthQueries.band($0.text(1)), customers: $0.int(2)) }
    return HealthSnapshot(at: at, scores: scores)
  }

  /// One day's groups.
  public static func groups(of day: Day, _ connection: any Connection) throws -> HealthGroups {
    var groups = HealthGroups()
    try connection.each("SELECT kind, name, \(bandColumns) FROM health_group_daily WHERE day = $1", [day.number]) {
      groups.add(try group($0))
      return true
    }
    return groups
  }

  // MARK: Groups as last counted

  /// Writes down the groups of shards, in place of what stood there.
  public static func save(_ groups: [Int: HealthGroups], at: Instant, _ connection: any Connection) throws {
    try connection.execute(
      "DELETE FROM health_group WHERE shard \(connection.dialect.isAmong("$1"))",
      [SQLParameter.integers(groups.keys.sorted().map(Int64.init))])
    let rows = groups.sorted { $0.key < $1.key }.flatMap { shard, groups in groups.all.map { (shard: shard, group: $0) } }
    try connection.insert(
      BulkInsert(
        into: "health_group",
        [
          .integers("shard", rows.map { Int64($0.shard) }), .texts("kind", rows.map(\.group.kind.rawValue)),
          .texts("name", rows.map(\.group.name.text)), .integers("at", rows.map { _ in at.microseconds }),
        ] + counts(rows.map(\.group)), onConflict: "(shard, kind, name) DO UPDATE SET at = excluded.at, \(replaced)"))
  }

  /// The groups of all shards together, with the instant of the oldest count among them; `nil` where nothing was counted.
  public static func groups(_ connection: any Connection) throws -> (groups: HealthGroups, at: Instant?) {
    var groups = HealthGroups()
    var at: Instant?
    let sums = bandColumns.split(separator: ", ").map { "CAST(SUM(\($0)) AS BIGINT)" }.joined(separator: ", ")
    try connection.each("SELECT kind, name, \(sums), MIN(at) FROM health_group GROUP BY kind, name", []) { row in
      groups.add(try group(row))
      let counted = Instant(microseconds: row.integer(7))
      at = min(at ?? counted, counted)
      return true
    }
    return (groups, at)
  }

  // MARK: Rows

  private static func counts(_ groups: [HealthGroup]) -> [BulkInsert.Column] {
    let bands = { (band: Band) in groups.map { Int64($0.bands[band] ?? 0) } }
    return [
      .integers("customers", groups.map { Int64($0.customers) }), .integers("score_sum", groups.map { Int64($0.scoreSum) }),
      .integers("healthy", bands(.healthy)), .integers("at_risk", bands(.atRisk)), .integers("critical", bands(.critical)),
    ]
  }

  private static func day(_ row: any Row) throws -> HealthDay {
    HealthDay(
      day: Day(number: Int32(row.integer(0))), at: Instant(microseconds: row.integer(1)), customers: row.int(2), scoreSum: row.int(3),
      bands: bands(row, from: 4))
  }

  private static func group(_ row: any Row) throws -> HealthGroup {
    guard let kind = HealthGroup.Kind(rawValue: row.text(0)) else { throw Unreadable(row.text(0)) }
    return HealthGroup(
      kind: kind, name: HealthGroup.Name(text: row.text(1)), customers: row.int(2), scoreSum: row.int(3), bands: bands(row, from: 4))
  }

  private static func bands(_ row: any Row, from column: Int) -> [Band: Int] {
    [.healthy: row.int(column), .atRisk: row.int(column + 1), .critical: row.int(column + 2)]
  }
}
