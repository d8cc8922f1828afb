import Domain
import Logging
import SQL
import Storage
import Synchronization

/// The fold: takes the log in order and keeps everything that follows from it. One owner at a time.
///
/// Each step is one write transaction that holds the outcome of some entries (or of time passing) together with how far it got: a crash
/// loses no effect and doubles none.
public final class Fold: Sendable {
  let database: any Database
  let current: CurrentBlueprint
  let time: any TimeSource
  let logger: Logger
  private let memory = Mutex(LentMemory())
  private let onDeliveries: @Sendable () -> Void

  /// - Parameter onDeliveries: called when a committed step has left work for the outbox.
  public init(
    database: any Database, current: CurrentBlueprint, time: any TimeSource, logger: Logger,
    onDeliveries: @escaping @Sendable () -> Void = {}
  ) {
    self.database = database
    self.current = current
    self.time = time
    self.logger = logger
    self.onDeliveries = onDeliveries
  }

  /// Folds up to `limit` further entries. - Returns: how many; 0 at the end of the log.
  ///
  /// An entry that cannot be folded is set aside with its reason; its neighbours go on. - Throws: `DatabaseFailure` where the database
  /// refuses; nothing has changed then.
  public func foldNext(limit: Int = 5_000) async throws -> Int {
    do {
      return try await step(limit: limit)
    } catch let failure as DatabaseFailure where failure.kind != .constraint {
      throw failure
    } catch {
      // Something in this stretch of the log is beyond us: go through it entry by entry and set that one aside.
      logger.error("a stretch of the log cannot be folded; going entry by entry", metadata: ["error": "\(error)"])
      for done in 0..<limit {
        do {
          if try await step(limit: 1) == 0 { return done }
        } catch let failure as DatabaseFailure where failure.kind != .constraint {
          throw failure
        } catch {
          try await skipNext(because: error)
        }
      }
      return limit
    }
  }

  private func step(limit: Int) async throws -> Int {
    try await transaction { fold, connection in
      let position = try HousekeepingQueries.position(connection)
      let entries = try EventQueries.entries(after: position, limit: limit, connection)
      guard let last = entries.last else { return 0 }
      for stored in entries {
        switch stored.entry {
        case .success(let entry): try fold.apply(entry, position: stored.position)
        case .failure(let error): try Self.setAside(position: stored.position, error: error, now: fold.now, connection)
        }
      }
      try fold.finish()
      try HousekeepingQueries.setPosition(last.position, connection)
      return entries.count
    }
  }

  private func skipNext(because error: any Error) async throws {
    forget()
    let now = time.now()
    try await database.write { connection in
      let position = try HousekeepingQueries.position(connection)
      guard let next = try EventQueries.entries(after: position, limit: 1, connection).first else { return }
      try Self.setAside(position: next.position, error: error, now: now, connection)
      try HousekeepingQueries.setPosition(next.position, connection)
    }
  }

  private static func setAside(position: Int64, error: any Error, now: Instant, _ connection: any Connection) throws {
    try HousekeepingQueries.setUnfoldable(position, reason: "unfoldable: \(error)", at: now, connection)
    try HousekeepingQueries.count("rejected", by: 1, connection)
    try HousekeepingQueries.count("rejected.unfoldable", by: 1, connection)
  }

  /// Lets time pass: re-scores up to `limit` customers whose score time alone has changed, and looks after due alert timers.
  /// - Returns: how many; 0 when nothing is due.
  public func passTime(limit: Int = 500) async throws -> Int {
    let now = time.now()
    let isIdle = try await database.read { connection in
      try HealthQueries.due(at: now, limit: 1, connection).isEmpty && TimerQueries.due(now: now, limit: 1, connection).isEmpty
    }
    if isIdle { return 0 }
    return try await transaction { fold, connection in
      let due = try HealthQueries.due(at: fold.now, limit: limit, connection)
      for id in due {
        guard try CustomerQueries.exists(id, connection) else {
          try HealthQueries.deleteOrphans(connection)
          continue
        }
        do {
          try fold.ensure(customer: id, isNamed: false)
          try fold.advance(id)
        } catch let error as Unreadable {
          // A row that cannot be read stops its own customer's clock only, until a rebuild.
          try HealthQueries.stopClock(of: id, connection)
          try HousekeepingQueries.setAside(
            source: "time", reason: "unreadable: \(error); run holdfast rebuild", excerpt: id, at: fold.now, connection)
        }
      }
      let timers = try fold.wakeAlerts(limit: limit)
      try fold.flush()
      return due.count + timers
    }
  }

  /// Scores up to `limit` customers anew under the blueprint in force, after a place in the order of all; `nil` at the end.
  private func rescore(after place: CustomerPlace, limit: Int = 500) async throws -> CustomerPlace? {
    try await transaction { fold, connection in
      let page = try CustomerWalk.page(after: place, limit: limit, scope: fold.scope, connection)
      for customer in page.customers {
        fold.memory.customers[customer.state.id] = customer
        try fold.touch(customer.state.id, at: .distantPast)
      }
      try fold.finish()
      return page.end
    }
  }

  /// Scores every customer under the blueprint in force, if the model has changed since the last time. History names the cause.
  public func adoptModel() async throws {
    let blueprint = current.blueprint
    let name = "model"
    let known = try await database.read { try HousekeepingQueries.setting(name, $0) }
    guard known != blueprint.version else { return }
    var place: CustomerPlace? = .start
    while let from = place { place = try await rescore(after: from) }
    try await database.write { try HousekeepingQueries.set(name, to: blueprint.version, $0) }
  }

  /// Runs one step in a write transaction with the fold's memory; a step that fails leaves the memory empty, to be read anew.
  func transaction<T: Sendable>(_ body: @escaping @Sendable (inout FoldTransaction, any Connection) throws -> T) async throws -> T {
    let blueprint = current.blueprint
    let now = time.now()
    let (result, kept, loan, hasDeliveries) = try await database.write { [self] connection in
      let (taken, loan) = memory.withLock { $0.lend() }
      var fold = try FoldTransaction(memory: taken, blueprint: blueprint, now: now, connection: connection)
      let result = try body(&fold, connection)
      return (result, fold.memory, loan, fold.hasDeliveries)
    }
    // Only what has been committed is remembered.
    memory.withLock { $0.giveBack(kept, loan: loan) }
    if hasDeliveries { onDeliveries() }
    return result
  }

  /// Forgets what is in memory: for tests, and where someone else has written.
  public func forget() { memory.withLock { $0.forget() } }
}
