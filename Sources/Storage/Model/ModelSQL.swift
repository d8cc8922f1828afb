import Domain
import SQL

/// A health model as one SQL query over the stored data: the same scores as `HealthEvaluator` gives, to the point, for all customers at
/// once. See docs/health-sql.md.
public struct ModelSQL: Sendable {
  /// The instant to score at.
  public enum Clock: Hashable, Sendable {
    case instant(Instant)
    /// The database's own clock when the query runs; SQLite's tells milliseconds.
    case now
  }

  /// What a column of the query holds.
  public enum Column: Hashable, Sendable {
    case shard, customer, score, band, calculatedAt, lastActivity, variant
    /// A pillar's points, by its name; NULL where the customer's variant has no such pillar.
    case pillar(String)
    /// A measure's points, by its name; NULL where the customer's variant has no such measure.
    case measure(String)
    /// What a cap takes away, by its name: zero or less.
    case cap(String)
  }

  public let dialect: Dialect
  public let model: HealthModel
  /// The columns of `select` in their order, with their names, ready for use in SQL.
  public let columns: [(column: Column, name: String)]
  private let company: String
  let signals: SignalSQL
  let sets: PillarSetSQL

  public init(blueprint: Blueprint, dialect: Dialect) {
    self.dialect = dialect
    company = blueprint.company
    model = blueprint.model
    var signals = SignalSQL(catalog: blueprint.catalog, dialect: dialect)
    let terms = signals.prepare(blueprint.model.formulas)
    self.signals = signals
    sets = PillarSetSQL(model: blueprint.model, dialect: dialect, terms: terms)
    columns = Self.columns(of: sets, caps: blueprint.model.caps)
  }

  private static func columns(of sets: PillarSetSQL, caps: [Cap]) -> [(column: Column, name: String)] {
    func named(_ column: Column, _ name: String) -> (column: Column, name: String) { (column, SQLText.identifier(name)) }
    return [named(.shard, "shard"), named(.customer, "customer_id")] + sets.pillars.map { named(.pillar($0.name), $0.column) }
      + [
        named(.score, "total_health_score"), named(.band, "health_status"), named(.calculatedAt, "calculated_at"),
        named(.lastActivity, "last_activity"), named(.variant, "model_variant"),
      ] + sets.measures.map { named(.measure($0.name), $0.column) } + sets.caps.map { named(.cap($0.name), $0.column) }
  }

  /// The query: a row a customer, in no order. Instants are in microseconds since 1970; `last_activity` is NULL where nothing was ever
  /// done.
  ///
  /// - Parameter shards: only customers of these shards; `nil`: all. The condition stands in every part of the query.
  public func select(at clock: Clock, shards: Set<Int>? = nil) -> String { "\(heading)\n\(query(at: clock, shards: shards))" }

  var heading: String {
    """
    -- Health scores of \(SQLText.comment(company)), model \(SQLText.comment(model.version)), made by Holdfast for \(dialect.title).
    """
  }

  func query(at clock: Clock, shards: Set<Int>? = nil) -> String {
    let condition = shards.map(Self.condition) ?? ""
    let (at, today, isFixed) =
      switch clock {
      case .instant(let instant): ("CAST(\(instant.microseconds) AS BIGINT)", "CAST(\(instant.day.number) AS BIGINT)", true)
      case .now: (dialect.now, "\(dialect.now) / \(TimeSpan.days(1).microseconds)", false)
      }
    let parts = signals.queries(clock: at, today: today, isFixed: isFixed, shards: condition) + sets.queries
    return "WITH\n\(parts.map(\.member).joined(separator: ",\n"))\n\(final.select(indent: ""))"
  }

  private static func condition(_ shards: Set<Int>) -> String {
    let sorted = shards.sorted()
    guard let first = sorted.first, let last = sorted.last else { return "shard < 0" }
    if last - first == sorted.count - 1 { return "shard BETWEEN \(first) AND \(last)" }
    return "shard IN (\(sorted.map(String.init).joined(separator: ", ")))"
  }

  /// The score with what the caps leave of it.
  private var final: SQLQuery {
    let source = sets.hasVariants || sets.hasCaps ? "scores" : "summed"
    let score = sets.hasCaps ? "raw_score + cap_points" : "raw_score"
    var query = SQLQuery(name: "", columns: [], source: [source, "CROSS JOIN clock"])
    let bands = model.bands
    for (column, name) in columns {
      let expression =
        switch column {
        case .shard, .customer, .lastActivity, .pillar, .measure: name
        case .variant: sets.hasVariants ? name : "CAST(NULL AS TEXT)"
        case .score: score
        case .calculatedAt: "clock.at"
        case .band:
          """
          CASE WHEN \(score) >= \(bands.healthyFrom) THEN '\(Band.healthy.rawValue)'
            WHEN \(score) >= \(bands.atRiskFrom) THEN '\(Band.atRisk.rawValue)' ELSE '\(Band.critical.rawValue)' END
          """
        case .cap(let cap): "CASE WHEN cap = \(sets.position(ofCap: cap)) THEN cap_points ELSE 0 END"
        }
      query.columns.append(.init(expression: expression, raw: expression == name ? nil : name))
    }
    return query
  }
}

extension Dialect {
  /// As people call it.
  public var title: String { twin(sqlite: "SQLite", postgres: "PostgreSQL") }
}
