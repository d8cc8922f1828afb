import Domain
import SQL
import Storage
import TestKit

/// Holds what the SQL of a model says of every stored customer against what Swift says.
struct ModelComparison {
  let database: any Database

  /// What both should give for each customer, a line each.
  private static func line(_ row: ScoredRow) -> String {
    let pillars = row.pillars.map { "\($0.name) \($0.points)" }.joined(separator: ", ")
    let points = row.points.map { "\($0.name) \($0.points)" }.joined(separator: ", ")
    let last = row.lastActivity.map { "\($0.microseconds)" } ?? "never"
    return "\(row.shard) \(row.customer): \(row.score) \(row.band.rawValue) \(row.variant ?? "–"): \(pillars): \(points): \(last)"
  }

  /// All customers at `at`, in Swift.
  static func expected(_ blueprint: Blueprint, at: Instant, _ connection: any Connection) throws -> [ScoredRow] {
    let evaluator = blueprint.evaluator
    var rows: [ScoredRow] = []
    try CustomerWalk.each(scope: blueprint.scope(today: at.day), connection) { customers in
      for customer in customers {
        let explanation = evaluator.explanation(of: customer.state, at: at)
        rows.append(
          ScoredRow(
            shard: Shard.number(of: customer.state.id), customer: customer.state.id, score: explanation.score, band: explanation.band,
            variant: explanation.variant, pillars: explanation.pillars.map { MeasurePoints(name: $0.name, points: $0.points) },
            points: explanation.points, calculatedAt: at,
            lastActivity: customer.state.activity.total > 0 ? customer.state.activity.last : nil))
      }
    }
    return rows
  }

  /// The differences, in words, and how many customers were compared.
  func differences(_ blueprint: Blueprint, at instants: [Instant]) async throws -> (differences: [String], compared: Int) {
    try await database.read { connection in
      let model = ModelSQL(blueprint: blueprint, dialect: connection.dialect)
      var differences: [String] = []
      var compared = 0
      for at in instants {
        let expected = try Self.expected(blueprint, at: at, connection)
        let sql = model.select(at: .instant(at))
        let found: [ScoredRow]
        do {
          found = try connection.rows(sql) { try model.scored($0) }.sorted { ($0.shard, $0.customer) < ($1.shard, $1.customer) }
        } catch {
          throw Refused(why: "\(error) at \(at.iso8601)", sql: sql)
        }
        compared += expected.count
        guard found != expected else { continue }
        for (swift, sql) in Self.pairs(expected, found) where swift != sql {
          differences.append("at \(at.iso8601)\n  Swift \(swift.map(Self.line) ?? "nobody")\n  SQL   \(sql.map(Self.line) ?? "nobody")")
        }
      }
      return (differences, compared)
    }
  }

  /// The database does not take the query.
  struct Refused: Error, CustomStringConvertible {
    var why: String
    var sql: String
    var description: String { "\(why):\n\(sql)" }
  }

  private static func pairs(_ a: [ScoredRow], _ b: [ScoredRow]) -> [(ScoredRow?, ScoredRow?)] {
    let ids = Set(a.map(\.customer)).union(b.map(\.customer)).sorted()
    return ids.map { id in (a.first { $0.customer == id }, b.first { $0.customer == id }) }
  }
}

extension SplitMix64 {
  /// Instants at which something may turn: now and then any, else a whole number of days after something that happened, give or take a
  /// microsecond, midnights, and the days on which clocks are changed.
  mutating func boundary(near instants: [Instant], from: Instant, to: Instant) -> Instant {
    switch below(6) {
    case 0: return instant(from: from, to: to)
    case 1: return instant(from: from, to: to).day.start + TimeSpan(microseconds: Int64(below(3)) - 1)
    case 2:
      let change = pick(["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T07:00:00Z", "2025-11-02T06:00:00Z"])
      return (Instant(iso8601: change) ?? from) + TimeSpan(microseconds: Int64(below(3)) - 1)
    default:
      guard !instants.isEmpty else { return from }
      let days = pick([0, 1, 2, 3, 7, 14, 15, 20, 30, 31, 40, 91])
      return pick(instants) + .days(Int64(days)) + TimeSpan(microseconds: Int64(below(3)) - 1)
    }
  }
}
