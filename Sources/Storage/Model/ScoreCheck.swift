import Domain
import SQL

/// Holds stored scores against the health model as SQL: one statement over many customers, which yields only those that differ.
public struct ScoreCheck: Sendable {
  private let model: ModelSQL

  public init(_ model: ModelSQL) { self.model = model }

  /// How many customers the shards have, and those whose stored score, band or points are not what the model makes of the stored data at
  /// `at`, or who have none. Scores of another model version, and those that time alone is about to change, are left out: the fold does
  /// them.
  public func differences(at: Instant, shards: Set<Int>, _ connection: any Connection) throws -> (customers: Int, differing: [String]) {
    let count = try connection.first("SELECT COUNT(*) FROM customer WHERE \(Self.condition(shards))") { $0.int(0) } ?? 0
    let differing = try connection.rows(
      """
      SELECT derived.customer_id FROM (
      \(model.query(at: .instant(at), shards: shards))
      ) AS derived LEFT JOIN health ON health.shard = derived.shard AND health.customer = derived.customer_id
      WHERE health.customer IS NULL OR (
        health.model = $1 AND health.calculated_at <= $2 AND (health.next_change_at IS NULL OR health.next_change_at > $3)
        AND (health.score <> derived.total_health_score OR health.band <> derived.health_status OR health.points <> \(points)))
      ORDER BY derived.customer_id
      """, [model.model.version, at.microseconds, at.microseconds]
    ) { $0.text(0) }
    return (count, differing)
  }

  private static func condition(_ shards: Set<Int>) -> String {
    "shard IN (\(shards.isEmpty ? "NULL" : shards.sorted().map(String.init).joined(separator: ", ")))"
  }

  /// The points as `health.points` has them: JSON in the model's order, caps only where they take something away.
  private var points: String {
    let text = SQLText(dialect: model.dialect)
    func part(_ column: ModelSQL.Column, _ name: String, isFirst: Bool) -> String {
      let key = "\(isFirst ? "" : ",")\(JSON.string(name).printed()):"
      return "\(text.literal(key)) || CAST(derived.\(self.name(of: column)) AS TEXT)"
    }
    func all(_ pillars: [Pillar]) -> String {
      let measures = pillars.flatMap(\.measures)
      guard !measures.isEmpty else { return "''" }
      return measures.enumerated().map { part(.measure($1.name), $1.name, isFirst: $0 == 0) }.joined(separator: " || ")
    }
    let variants = model.model.variants.map { "WHEN \(text.literal($0.segment.name)) THEN \(all($0.pillars))" }.joined(separator: " ")
    let measures =
      variants.isEmpty
      ? all(model.model.pillars) : "CASE derived.\(name(of: .variant)) \(variants) ELSE \(all(model.model.pillars)) END"
    let caps = model.model.caps.map { cap in
      " || CASE WHEN derived.\(name(of: .cap(cap.name))) <> 0 THEN \(part(.cap(cap.name), cap.name, isFirst: false)) ELSE '' END"
    }.joined()
    return "'{' || \(measures)\(caps) || '}'"
  }

  private func name(of column: ModelSQL.Column) -> String { model.columns.first { $0.column == column }?.name ?? "NULL" }
}
