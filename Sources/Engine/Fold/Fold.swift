import Domain
import Logging
import SQL
import Storage
import Synchronization

/// The fold: takes the log in order and keeps everything that follows from it. A customer has one owner at a time.
///
/// Each step is one write transaction that holds the outcome of some entries (or of time passing) together with how far it got: a crash
/// loses no effect and doubles none. Where this process owns everything, entries go from the log to their customers in one step. Where
/// several nodes share the customers, one of them routes: it finds out whose each entry is, and the owners fold what is routed to them.
public final class Fold: Sendable {
  let database: any Database
  let current: CurrentBlueprint
  let time: any TimeSource
  let logger: Logger
  let tenancy: any Tenancy
  private let memory = Mutex(LentMemory())
  private let turnstile = Turnstile()
  /// Whether roll-ups and the log's index may trail behind; whoever lets them calls `rollUp` when all is quiet.
  private let trailsFrom: Int?
  private let published = Mutex<(trail: Trail?, isBehind: Bool, grewAt: Instant)>((nil, false, .distantPast))
  private let onDeliveries: @Sendable () -> Void

  /// From so many rows on it is worth to let them trail.
  public static let usualTrail = 500

  /// - Parameters:
  ///   - tenancy: what this process owns.
  ///   - trailsFrom: from how many rows on roll-ups and the log's index may be written later than what they follow from, for speed; `nil`:
  ///     they are always written at once.
  ///   - onDeliveries: called when a committed step has left work for the outbox.
  public init(
    database: any Database, current: CurrentBlueprint, time: any TimeSource, logger: Logger, tenancy: any Tenancy = SoleTenancy(),
    trailsFrom: Int? = nil, onDeliveries: @escaping @Sendable () -> Void = {}
  ) {
    self.database = database
    self.current = current
    self.time = time
    self.logger = logger
    self.tenancy = tenancy
    self.trailsFrom = trailsFrom
    self.onDeliveries = onDeliveries
  }

  /// Folds up to `limit` further entries (and routes as many). - Returns: how many; 0 at the end of the log.
  ///
  /// An entry that cannot be folded is set aside with its reason; its neighbours go on. - Throws: `DatabaseFailure` where the database
  /// refuses; nothing has changed then.
  public func foldNext(limit: Int = 5_000) async throws -> Int {
    let tenure = tenancy.tenure
    if tenure.isWhole { return try await advance(.whole, limit: limit) }
    var done = 0
    if tenure.routes { done += try await advance(.route, limit: limit) }
    if !tenure.shards.isEmpty { done += try await advance(.follow, limit: limit) }
    return done
  }

  /// Ways of taking the log further.
  private enum Stage { case whole, route, follow }

  private func advance(_ stage: Stage, limit: Int) async throws -> Int {
    do {
      return try await step(stage, limit: limit)
    } catch let failure as DatabaseFailure where failure.kind != .constraint {
      throw failure
    } catch {
      // Something in this stretch of the log is beyond us: go through it entry by entry and set that one aside.
      logger.error("a stretch of the log cannot be folded; going entry by entry", metadata: ["error": "\(error)"])
      for done in 0..<limit {
        do {
          if try await step(stage, limit: 1) == 0 { return done }
        } catch let failure as DatabaseFailure where failure.kind != .constraint {
          throw failure
        } catch {
          try await skipNext(stage, because: error)
        }
      }
      return limit
    }
  }

  private func step(_ stage: Stage, limit: Int) async throws -> Int {
    try await transaction { fold, connection in
      switch stage {
      case .whole where fold.tenure.isWhole:
        // What was routed while there were other nodes comes first.
        if try !RouteQueries.isEmpty(connection) { return try Self.follow(&fold, limit: limit, connection) }
        let entries = try EventQueries.entries(after: fold.start, limit: limit, connection)
        try Self.walk(&fold, entries, connection) { try $0.apply($1, position: $2) }
        return entries.count
      case .route where fold.tenure.routes:
        // What trailed of an actor must be where it was folded before the actor can move: owners see to that with their next step.
        guard try fold.nothingTrails() else { return 0 }
        fold.routes = []
        let entries = try EventQueries.entries(after: fold.start, limit: limit, connection)
        try Self.walk(&fold, entries, connection) { try $0.route($1, position: $2) }
        try RouteQueries.insert(fold.routes ?? [], connection)
        return entries.count
      case .follow: return try Self.follow(&fold, limit: limit, connection)
      // Shards have come or gone since this step was begun.
      default: return 0
      }
    }
  }

  /// Appends entries to the log and, where nothing waits before them and this process folds everything, folds them in the same commit.
  /// - Parameter append: may be run twice, the first time undone.
  /// - Returns: what `append` made, and whether the entries are folded; else they wait in the log.
  public func take<T: Sendable>(
    _ append: @escaping @Sendable (any Connection) throws -> (appended: EventQueries.Appended, result: T)
  ) async throws -> (result: T, isFolded: Bool) {
    if tenancy.tenure.isWhole {
      do {
        return try await transaction { fold, connection in
          let (appended, result) = try append(connection)
          guard !appended.entries.isEmpty, fold.tenure.isWhole, fold.start == appended.before, try RouteQueries.isEmpty(connection) else {
            return (result, appended.entries.isEmpty)
          }
          try Self.walk(&fold, appended.entries, connection) { try $0.apply($1, position: $2) }
          return (result, true)
        }
      } catch let failure as DatabaseFailure where failure.kind != .constraint {
        throw failure
      } catch {
        // Something in them is beyond the fold: they are kept, and it goes through them entry by entry.
        logger.error("entries could not be folded as they came", metadata: ["error": "\(error)"])
      }
    }
    return (try await database.write { try append($0).result }, false)
  }

  /// Brings roll-ups and the log's index up to date where they trail.
  /// - Parameter quietFor: only where nothing has come for so long.
  public func rollUp(quietFor span: TimeSpan = .zero) async throws {
    // Much of it goes in parts first.
    if trailing > Self.rowsAtOnce { try await rollUp(Tenure.everyShard, quietFor: span) }
    guard isQuiet(for: span), published.withLock({ $0.isBehind }) else { return }
    try await transaction { fold, _ in try fold.rollUpAll() }
  }

  /// Brings roll-ups and the log's index of some shards up to date where they trail. Much of it goes in parts: whoever comes meanwhile
  /// waits for one of them, and no more than one is in memory.
  func rollUp(_ shards: Set<Int>, quietFor span: TimeSpan = .zero) async throws {
    guard trailing > 0 else { return }
    let sorted = shards.sorted()
    let size = trailing > Self.rowsAtOnce ? Self.shardsAtOnce : Shard.count
    for first in stride(from: 0, to: sorted.count, by: size) where isQuiet(for: span) {
      let part = Set(sorted[first..<min(first + size, sorted.count)])
      try await transaction { fold, _ in try fold.rollUp(part) }
    }
  }

  private static let rowsAtOnce = 20_000
  private static let shardsAtOnce = 16

  /// Rows that are in no roll-up yet.
  private var trailing: Int { published.withLock { $0.trail }?.count ?? 0 }

  private func isQuiet(for span: TimeSpan) -> Bool {
    let grewAt = published.withLock { $0.grewAt }
    let now = time.now()
    // A clock that was set back must not put this off.
    return now - grewAt >= span || now < grewAt
  }

  /// What has been folded of a customer and is not in its tables yet.
  func trailing(_ customer: String) -> [LogIndexRow] { published.withLock { $0.trail }?.rows(of: customer) ?? [] }

  /// Goes on along the log itself.
  private static func walk(
    _ fold: inout FoldTransaction, _ entries: [StoredEntry], _ connection: any Connection,
    _ body: (inout FoldTransaction, LogEntry, Int64) throws -> Void
  ) throws {
    guard let last = entries.last else { return }
    try fold.prepare(for: entries)
    for stored in entries {
      switch stored.entry {
      case .success(let entry): try body(&fold, entry, stored.position)
      case .failure(let error): try setAside(position: stored.position, error: error, now: fold.now, connection)
      }
    }
    try fold.finish()
    try HousekeepingQueries.setPosition(last.position, owner: fold.tenure.fence, connection)
    fold.turned = try fold.takeTurn()
  }

  /// Folds what was routed to the shards this node owns.
  private static func follow(_ fold: inout FoldTransaction, limit: Int, _ connection: any Connection) throws -> Int {
    let routes = try RouteQueries.next(of: fold.tenure.asked, limit: limit, connection)
    guard !routes.isEmpty else { return 0 }
    // What was routed lies behind what one process folded alone: nothing of it trails.
    fold.trails = false
    for (route, entry) in routes { try fold.follow(route, entry: entry) }
    try fold.finish()
    try RouteQueries.remove(routes.map(\.route), connection)
    return routes.count
  }

  private func skipNext(_ stage: Stage, because error: any Error) async throws {
    forget()
    try await transaction { fold, connection in
      if stage != .route, let next = try RouteQueries.next(of: fold.tenure.asked, limit: 1, connection).first {
        try Self.setAside(position: next.route.position, error: error, now: fold.now, connection)
        return try RouteQueries.remove([next.route], connection)
      }
      guard stage != .follow, fold.tenure.routes else { return }
      guard let next = try EventQueries.entries(after: fold.start, limit: 1, connection).first else { return }
      try Self.setAside(position: next.position, error: error, now: fold.now, connection)
      try HousekeepingQueries.setPosition(next.position, owner: fold.tenure.fence, connection)
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
    let shards = tenancy.tenure.asked
    guard shards?.isEmpty != true else { return 0 }
    let isIdle = try await database.read { connection in
      try HealthQueries.due(at: now, of: shards, limit: 1, connection).isEmpty
        && TimerQueries.due(now: now, of: shards, limit: 1, connection).isEmpty
    }
    if isIdle { return 0 }
    return try await transaction { fold, connection in
      let due = try HealthQueries.due(at: fold.now, of: fold.tenure.asked, limit: limit, connection)
      for id in due {
        guard try CustomerQueries.exists(id, connection) else {
          try HealthQueries.deleteOrphans(of: fold.tenure.asked, countedUnder: fold.tallyShard, connection)
          continue
        }
        do {
          try fold.advance(try fold.ensure(customer: id, isNamed: false))
        } catch let error as Unreadable {
          // A row that cannot be read stops its own customer's clock only, until a rebuild.
          try HealthQueries.stopClock(of: id, connection)
          try HousekeepingQueries.setAside(
            source: "time", reason: "unreadable: \(error); run holdfast rebuild", excerpt: id, at: fold.now, connection)
        }
      }
      let timers = try fold.wakeAlerts(limit: limit)
      try fold.finish()
      return due.count + timers
    }
  }

  /// Scores every customer of the shards owned under the blueprint in force, where that was not done before. History names the cause.
  /// - Throws: `CancellationError` where the task is cancelled meanwhile: what is scored stays, and the next call goes on.
  public func adoptModel() async throws {
    let blueprint = current.blueprint
    let stale = try await database.read { try NodeQueries.scored(otherThan: blueprint.version, $0) }
    for range in stale.intersection(tenancy.tenure.shards).ranges {
      var place: CustomerPlace? = CustomerPlace(shard: range.lowerBound, id: "")
      while let from = place {
        try Task.checkCancellation()
        place = try await rescore(after: from, through: range.upperBound)
      }
      try await transaction { fold, connection in
        let owned = range.filter(fold.tenure.shards.contains)
        try NodeQueries.noteScored(owned, under: blueprint.version, connection)
      }
    }
  }

  /// Scores up to `limit` customers anew under the blueprint in force, after a place in the order of all; `nil` at the end.
  private func rescore(after place: CustomerPlace, through shard: Int, limit: Int = 500) async throws -> CustomerPlace? {
    try await transaction { fold, connection in
      try fold.rollUp(Set(place.shard...max(place.shard, shard)))
      let page = try CustomerWalk.page(after: place, through: shard, limit: limit, scope: fold.scope, connection)
      for customer in page.customers where fold.owns(customer.state.id) {
        try fold.touch(fold.memory.remember(customer), at: .distantPast)
      }
      try fold.finish()
      return page.end
    }
  }

  /// Runs one step in a write transaction with the fold's memory; a step that fails leaves the memory empty, to be read anew. Steps of
  /// one process go one after the other, and none is committed by a node that others have taken for dead.
  func transaction<T: Sendable>(_ body: @escaping @Sendable (inout FoldTransaction, any Connection) throws -> T) async throws -> T {
    try await betweenSteps {
      let blueprint = current.blueprint
      let now = time.now()
      let tenure = tenancy.tenure
      let step = try await database.write { [self] connection in
        if let fence = tenure.fence {
          try NodeQueries.requireStanding(fence, connection)
          try NodeQueries.takeTurn(fence, connection)
        }
        let (taken, loan) = memory.withLock { $0.lend() }
        var fold = try FoldTransaction(
          memory: taken, blueprint: blueprint, now: now, tenure: tenure, connection: connection,
          trailsFrom: trailsFrom)
        let result = try body(&fold, connection)
        return Step(
          result: result, memory: fold.memory, loan: loan, hasDeliveries: fold.hasDeliveries, rolledUp: fold.rolledUp,
          staged: fold.staged, turned: fold.turned)
      }
      // Only what has been committed is remembered.
      if let trail = step.memory.trail {
        trail.settle(complete: step.rolledUp, rows: step.staged, turned: step.turned)
        let grewAt = step.staged.isEmpty ? nil : time.now()
        let isBehind = !trail.isEmpty || !step.memory.staleActors.isEmpty
        published.withLock { $0 = (trail, isBehind, grewAt ?? $0.grewAt) }
      } else {
        published.withLock { $0 = (nil, false, .distantPast) }
      }
      memory.withLock { $0.giveBack(step.memory, loan: step.loan) }
      if step.hasDeliveries { onDeliveries() }
      return step.result
    }
  }

  /// What a committed step leaves behind.
  private struct Step<T: Sendable>: Sendable {
    var result: T
    var memory: FoldMemory
    var loan: Int
    var hasDeliveries: Bool
    var rolledUp: Set<Int>
    var staged: [LogIndexRow]
    var turned: Int
  }

  /// Runs `body` while no step is under way: when shards come or go.
  func betweenSteps<T>(_ body: () async throws -> T) async rethrows -> T { try await turnstile.pass(body) }

  /// Forgets what is in memory: for tests, and where someone else has written.
  public func forget() { memory.withLock { $0.forget() } }
}

extension FoldTransaction {
  func owns(_ customer: String) -> Bool { tenure.shards.contains(Shard.number(of: customer)) }
}

extension Set<Int> {
  /// Its members as runs of neighbours, ascending.
  var ranges: [ClosedRange<Int>] {
    sorted().reduce(into: []) { ranges, number in
      if let last = ranges.last, last.upperBound == number - 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
  }
}
