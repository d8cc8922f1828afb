import Domain
import SQL
import Storage

/// Gathers the weekly digest: a few queries over all customers, whose answers are short.
public struct DigestReader: Sendable {
  private let database: any Database
  private let current: CurrentBlueprint

  public init(database: any Database, current: CurrentBlueprint) {
    self.database = database
    self.current = current
  }

  private static let slides: [(from: Band, to: Band)] = [(.healthy, .atRisk), (.healthy, .critical), (.atRisk, .critical)]
  private static let recoveries: [(from: Band, to: Band)] = [(.critical, .atRisk), (.critical, .healthy), (.atRisk, .healthy)]

  /// The digest as of `now`, against a week before. - Throws: `DatabaseFailure`.
  public func atRisk(at now: Instant) async throws -> AtRiskDigest {
    let blueprint = current.blueprint
    // One snapshot, so that its numbers agree.
    return try await database.read(patience: .unbounded) { try Self.gather(blueprint, now, $0) }
  }

  private static func gather(_ blueprint: Blueprint, _ now: Instant, _ connection: any Connection) throws -> AtRiskDigest {
    let mark = now - .days(7)
    let flows = try DigestQueries.flows(since: mark, connection)
    func movement(_ steps: [(from: Band, to: Band)]) throws -> AtRiskDigest.Movement {
      let count = flows.filter { flow in steps.contains { $0 == (flow.from, flow.to) } }.reduce(0) { $0 + $1.customers }
      guard count > 0 else { return AtRiskDigest.Movement() }
      let rows = try DigestQueries.moved(since: mark, steps, limit: AtRiskDigest.moveLimit, connection)
      return AtRiskDigest.Movement(count: count, largest: try named(rows, connection))
    }
    var tally = ReasonTally(model: blueprint.model)
    try DigestQueries.eachEndangered(connection) { tally.add($0) }
    let largest = try DigestQueries.largestEndangered(limit: AtRiskDigest.rowLimit, connection)
    let week = WeeklySchedule(timeZone: blueprint.timeZone, weekday: .monday, minute: 0).week(of: now)
    let day = LocalCalendar(timeZone: blueprint.timeZone).day(at: now)
    return AtRiskDigest(
      company: blueprint.company, week: week, day: day, now: standing(try HealthTally.parts(connection)), before: standing(flows),
      slid: try movement(slides), recovered: try movement(recoveries), reasons: tally.parts(AtRiskDigest.reasonLimit),
      largest: try named(largest, connection), publicURL: blueprint.publicURL)
  }

  private static func standing(_ parts: [HealthTally.Part]) -> AtRiskDigest.Standing {
    let customers = parts.reduce(0) { $0 + $1.customers }
    let sum = parts.reduce(0) { $0 + $1.score * $1.customers }
    return AtRiskDigest.Standing(
      customers: customers, average: customers > 0 ? Double(sum) / Double(customers) : nil,
      bands: Dictionary(parts.map { ($0.band, $0.customers) }, uniquingKeysWith: +))
  }

  private static func standing(_ flows: [DigestQueries.Flow]) -> AtRiskDigest.Standing? {
    let customers = flows.reduce(0) { $0 + $1.customers }
    guard customers > 0 else { return nil }
    let sum = flows.reduce(0) { $0 + $1.scoresBefore }
    return AtRiskDigest.Standing(
      customers: customers, average: Double(sum) / Double(customers),
      bands: Dictionary(flows.map { ($0.from, $0.customers) }, uniquingKeysWith: +))
  }

  private static func named(_ rows: [DigestQueries.Row], _ connection: any Connection) throws -> [AtRiskDigest.Customer] {
    let scope = StateScope(events: [], keepingFrom: Day(number: .max)).reading([])
    let known = try CustomerWalk.customers(rows.map(\.customer), scope: scope, connection).customers
    let names = Dictionary(known.map { ($0.state.id, $0.state.name) }, uniquingKeysWith: { first, _ in first })
    return rows.map { row in
      AtRiskDigest.Customer(id: row.customer, name: names[row.customer] ?? nil, now: row.now, before: row.before, mrr: row.mrr)
    }
  }
}
