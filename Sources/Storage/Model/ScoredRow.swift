import Domain
import SQL

/// A row of `ModelSQL.select`.
public struct ScoredRow: Hashable, Sendable {
  public var shard: Int
  public var customer: String
  public var score: Int
  public var band: Band
  /// Name of the segment whose variant was used; `nil` for the model itself.
  public var variant: String?
  /// Points by pillar, in the order of the variant.
  public var pillars: [MeasurePoints]
  /// Points by measure, and by cap where one took points away: as `Explanation.points`.
  public var points: [MeasurePoints]
  public var calculatedAt: Instant
  /// The newest event; `nil` where there was none.
  public var lastActivity: Instant?

  public init(
    shard: Int, customer: String, score: Int, band: Band, variant: String?, pillars: [MeasurePoints], points: [MeasurePoints],
    calculatedAt: Instant, lastActivity: Instant?
  ) {
    self.shard = shard
    self.customer = customer
    self.score = score
    self.band = band
    self.variant = variant
    self.pillars = pillars
    self.points = points
    self.calculatedAt = calculatedAt
    self.lastActivity = lastActivity
  }
}

extension ModelSQL {
  /// Reads a row that `select` gave.
  /// - Throws: `Unreadable` where a column does not hold what the query makes.
  public func scored(_ row: any Row) throws -> ScoredRow {
    var values: [Column: Int] = [:]
    for (index, (column, _)) in columns.enumerated() { values[column] = index }
    func position(_ column: Column) throws -> Int {
      guard let position = values[column] else { throw Unreadable("\(column)") }
      return position
    }
    func points(_ column: Column, _ name: String) throws -> MeasurePoints {
      MeasurePoints(name: name, points: row.int(try position(column)))
    }
    let variant = row.optionalText(try position(.variant))
    let set = model.variants.first { $0.segment.name == variant }?.pillars ?? model.pillars
    guard let band = Band(rawValue: row.text(try position(.band))) else { throw Unreadable(row.text(try position(.band))) }
    let taken = try model.caps.map { try points(.cap($0.name), $0.name) }.filter { $0.points != 0 }
    return ScoredRow(
      shard: row.int(try position(.shard)), customer: row.text(try position(.customer)), score: row.int(try position(.score)), band: band,
      variant: variant, pillars: try set.map { try points(.pillar($0.name), $0.name) },
      points: try set.flatMap(\.measures).map { try points(.measure($0.name), $0.name) } + taken,
      calculatedAt: Instant(microseconds: row.integer(try position(.calculatedAt))),
      lastActivity: row.optionalInteger(try position(.lastActivity)).map(Instant.init(microseconds:)))
  }
}
