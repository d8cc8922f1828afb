import Domain
import SQL
import Storage

extension Inquiries {
  /// So many falls and so many rises are shown.
  private static let moverCount = 5
  /// So many of each are found: one more than are told anywhere, to know whether there are more.
  private static let foundMovers = toldCustomers + 1

  /// The company in numbers, now or as of `at`.
  public func summary(at: Instant?) async throws -> HealthSummary {
    let blueprint = current.blueprint
    let now = time.now()
    if let at { return try await database.read { try Self.pastSummary(at: at, blueprint: blueprint, $0) } }
    let recent = try await recentMovers()
    return try await database.read { connection in
      let scores = HealthSnapshot(at: now, scores: try HealthTally.parts(connection))
      return HealthSummary(
        at: now, customers: scores.customers, average: scores.average, bands: scores.bands,
        movers: recent?.largest(Self.moverCount) ?? [], moversAt: recent?.at)
    }
  }

  /// Whose scores moved most over seven days, as far as it is known; see `MoversMemory`.
  func recentMovers() async throws -> MoversMemory.Found? { try await movers.recent { try await self.findMovers() } }

  /// Looks for the largest changes anew where that takes too long for who asks; see `MoversMemory`.
  func refreshMovers() async throws {
    try await movers.refresh(at: time.now()) { try await self.findMovers() }
  }

  private func findMovers() async throws -> MoversMemory.Found {
    try await database.read(patience: .unbounded) { [time, model = current.blueprint.model] connection in
      let now = time.now()
      let mark = now - .days(7)
      let moves = try [true, false].flatMap {
        try HealthMoves.largest(since: mark, falling: $0, limit: Self.foundMovers, connection)
      }
      let names = try Self.names(of: moves.map(\.id), connection)
      let found = moves.map { move in
        HealthSummary.Mover(
          id: move.id, name: names[move.id], from: move.from, to: move.to,
          reason: PointsShift(from: move.pointsBefore, to: move.pointsNow, model: model))
      }
      let flows = try HealthMoves.flows(since: mark, connection)
      return MoversMemory.Found(movers: found, flows: flows, at: now, took: time.now() - now)
    }
  }

  /// The names that customers have, by id.
  static func names(of ids: [String], _ connection: any Connection) throws -> [String: String] {
    let scope = StateScope(events: [], keepingFrom: Day(number: .max)).reading([])
    let states = try CustomerWalk.customers(ids, scope: scope, connection).customers.map(\.state)
    return Dictionary(states.compactMap { state in state.name.map { (state.id, $0) } }, uniquingKeysWith: { first, _ in first })
  }

  private static func pastSummary(at: Instant, blueprint: Blueprint, _ connection: any Connection) throws -> HealthSummary {
    let evaluator = blueprint.evaluator
    let mark = at - .days(7)
    var bands = Dictionary(uniqueKeysWithValues: Band.allCases.map { ($0, 0) })
    var sum = 0
    var customers = 0
    var movers: [HealthSummary.Mover] = []
    let scope = blueprint.scope(today: at.day)
    try CustomerWalk.each(scope: scope, connection) { page in
      for customer in page {
        let id = customer.state.id
        guard let state = try Replay.state(of: id, at: at, scope: scope, connection) else { continue }
        let explanation = evaluator.explanation(of: state, at: at)
        customers += 1
        sum += explanation.score
        bands[explanation.band, default: 0] += 1
        guard let before = try Replay.state(of: id, at: mark, scope: blueprint.scope(today: mark.day), connection) else { continue }
        let past = evaluator.explanation(of: before, at: mark)
        guard past.score != explanation.score else { continue }
        movers.append(
          HealthSummary.Mover(
            id: id, name: state.name, from: past.score, to: explanation.score,
            reason: PointsShift(from: past.points, to: explanation.points, model: blueprint.model)))
      }
    }
    let falls = movers.filter { $0.to < $0.from }.sorted { ($0.to - $0.from, $0.id) < ($1.to - $1.from, $1.id) }
    let rises = movers.filter { $0.to > $0.from }.sorted { ($1.to - $1.from, $0.id) < ($0.to - $0.from, $1.id) }
    return HealthSummary(
      at: at, customers: customers, average: customers > 0 ? Double(sum) / Double(customers) : nil, bands: bands,
      movers: Array(falls.prefix(moverCount) + rises.prefix(moverCount)), moversAt: at)
  }

  /// Alerts, newest first; in one state or all.
  public func alerts(state: Alert.State?, limit: Int, cursor: String?) async throws -> Page<Alert> {
    let limit = max(1, min(limit, 1_000))
    return try await database.read { try AlertQueries.list(state: state, limit: limit, cursor: cursor, $0) }
  }

  /// How many entries are durable but not yet folded; counted up to 100 000.
  public func backlog() async throws -> Int {
    try await database.read { connection in
      try EventQueries.backlog(after: HousekeepingQueries.position(connection), connection).count + RouteQueries.backlog(connection).count
    }
  }

  /// For how long the oldest entry has waited that is durable but not yet folded.
  public func lag() async throws -> TimeSpan {
    let now = time.now()
    return try await database.read { try Self.oldestWaiting($0) }.map { max(now - $0, .zero) } ?? .zero
  }

  /// When the first entry arrived that is not folded; a look at two rows.
  static func oldestWaiting(_ connection: any Connection) throws -> Instant? {
    [
      try EventQueries.oldest(after: HousekeepingQueries.position(connection), connection), try RouteQueries.oldest(connection),
    ].compactMap(\.self).min()
  }

  /// Counts since the database was made, and how far the fold is behind.
  public func statistics() async throws -> Statistics {
    let now = time.now()
    return try await database.read { connection in
      let counters = try HousekeepingQueries.counters(connection)
      let oldest = try Self.oldestWaiting(connection)
      let prefix = "rejected."
      let reasons = counters.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
      return Statistics(
        accepted: counters["accepted"] ?? 0, duplicate: counters["duplicate"] ?? 0, rejected: counters["rejected"] ?? 0,
        foldLag: oldest.map { max(now - $0, .zero) } ?? .zero, rejectedByReason: Dictionary(uniqueKeysWithValues: reasons))
    }
  }
}
