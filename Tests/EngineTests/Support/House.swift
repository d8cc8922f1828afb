import DatabaseKit
import Domain
import Engine
import Logging
import SQL
import Simulator
import Storage
import TestKit

/// The engine on a database, under a clock that the test holds.
struct House: Sendable {
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  let database: any Database
  let clock: VirtualClock
  let current: CurrentBlueprint
  let fold: Fold
  let intake: DirectIntake
  let inquiries: Inquiries

  /// - Parameter trails: whether roll-ups may trail, as in a server: whoever reads tables calls `fold.rollUp` before.
  init(_ database: any Database, _ blueprint: Blueprint, now: Instant = RandomLog.start, trails: Bool = false) async throws {
    self.database = database
    clock = VirtualClock(now)
    current = CurrentBlueprint(blueprint)
    fold = Fold(database: database, current: current, time: clock, logger: Self.logger, trailsFrom: trails ? 0 : nil)
    intake = DirectIntake(database: database, log: try await Log(database: database, randomKey: (1, 2)), time: clock)
    inquiries = Inquiries(database: database, current: current, time: clock, fold: fold)
  }

  /// Folds what is there and lets time pass up to the clock.
  func settle(limit: Int = 5_000) async throws {
    while try await fold.foldNext(limit: limit) > 0 {}
    while try await fold.passTime() > 0 {}
  }

  @discardableResult
  func take(_ entries: [LogEntry], settle: Bool = true) async throws -> [AppendOutcome] {
    let outcomes = try await intake.append(entries)
    if settle { try await self.settle() }
    return outcomes
  }

  /// Lends an intake that takes entries as a server does: appended and folded in one commit.
  func withIntake<T>(_ body: (Intake) async throws -> T) async throws -> T {
    let log = try await Log(database: database, randomKey: (1, 2))
    let intake = Intake(fold: fold, log: log, time: clock, logger: Self.logger, onCommit: {})
    let running = Task { try await intake.run() }
    defer { running.cancel() }
    return try await body(intake)
  }

  func pass(_ span: TimeSpan) async throws {
    clock.advance(by: span)
    try await settle()
  }

  func health(_ id: String) async throws -> Health? {
    try await database.read { try HealthQueries.health(of: id, $0) }
  }

  /// All stored scores, by customer.
  func healths() async throws -> [String: Health] {
    try await database.read { connection in
      let scope = StateScope(events: [], keepingFrom: Day(number: .max))
      let all = try CustomerWalk.page(after: .start, limit: 10_000, scope: scope, connection)
      return Dictionary(uniqueKeysWithValues: all.customers.compactMap { customer in customer.health.map { (customer.state.id, $0) } })
    }
  }

  /// Customers whose score time alone changes before the stored next change.
  func missedChanges() async throws -> [String] {
    let (blueprint, now) = (current.blueprint, clock.now())
    return try await database.read { connection in
      var missed: [String] = []
      try CustomerWalk.each(scope: blueprint.scope(today: now.day), connection) { customers in
        for customer in customers {
          let explanation = blueprint.evaluator.explanation(of: customer.state, at: now)
          guard let next = blueprint.evaluator.nextChange(of: customer.state, after: explanation) else { continue }
          if next < customer.health?.nextChangeAt ?? .distantFuture { missed.append("\(customer.state.id) at \(next.iso8601)") }
        }
      }
      return missed
    }
  }

  /// Ids of all customers, scored or not.
  func customers() async throws -> Set<String> {
    try await database.read { Set(try $0.rows("SELECT id FROM customer") { $0.text(0) }) }
  }

  /// Oldest first.
  func history(_ id: String) async throws -> [HealthChange] { Array((try await inquiries.history(of: id) ?? []).reversed()) }

  func alerts() async throws -> [Alert] { try await inquiries.alerts(state: nil, limit: 1_000, cursor: nil).items }

  func deliveries() async throws -> [String] {
    try await database.read { try $0.rows("SELECT key FROM delivery ORDER BY key") { $0.text(0) } }
  }
}

/// Runs `body` with an engine on a fresh database.
func withHouse<T>(
  _ blueprint: Blueprint = Blueprints.sop, now: Instant = RandomLog.start, trails: Bool = false, _ body: (House) async throws -> T
) async throws -> T {
  try await withTemporaryDatabase { database in try await body(try await House(database, blueprint, now: now, trails: trails)) }
}
