import Domain
import SQL
import Storage

extension Inquiries {
  /// So many customers are told of each kind.
  static let toldCustomers = 20

  /// What somebody who comes to work wants to know first: which of their customers slid and which are critical, and what has happened.
  /// - Parameters:
  ///   - owner: whose customers; `nil`, or somebody who has none: the company's.
  ///   - since: from when on alerts and deliveries are counted.
  /// - Throws: `DatabaseFailure`.
  public func today(owner: String?, since: Instant) async throws -> TodayDigest {
    let now = time.now()
    let owner = owner.flatMap { ListKeys.owner($0) }
    let model = current.blueprint.model
    var owned: TodayDigest?
    if let owner {
      owned = try await database.read { try Self.digest(of: owner, since: since, now: now, model: model, $0) }
    }
    if let owned { return try await explained(owned) }
    return try await explained(companyDigest(since: since, now: now))
  }

  /// `nil` where the owner has no customers.
  private static func digest(
    of owner: String, since: Instant, now: Instant, model: HealthModel, _ connection: any Connection
  ) throws -> TodayDigest? {
    let count = try HealthMoves.count(of: owner, connection)
    guard count > 0 else { return nil }
    let falls = try HealthMoves.largest(since: now - .days(7), falling: true, of: owner, limit: toldCustomers, connection)
    let slid = falls.map { move in
      TodayDigest.Customer(
        id: move.id, score: move.to, band: move.band, from: move.from,
        shift: PointsShift(from: move.pointsBefore, to: move.pointsNow, model: model))
    }
    let lowest = try HealthMoves.lowest(.critical, of: owner, limit: toldCustomers, connection)
    var counts = try Self.counts(since: since, connection)
    let flows = try HealthMoves.flows(since: since, of: owner, connection)
    counts.recovered = flows.reduce(0) { sum, flow in sum + (flow.from.map { $0 < flow.to } == true ? flow.customers : 0) }
    counts.worsened = flows.reduce(0) { sum, flow in sum + (flow.from.map { $0 > flow.to } == true ? flow.customers : 0) }
    let hasMore = count > HealthMoves.ownedLimit
    let critical = flows.reduce(0) { $0 + ($1.to == .critical ? $1.customers : 0) }
    return TodayDigest(
      at: now, about: .owner(owner), customers: min(count, HealthMoves.ownedLimit), hasMore: hasMore, slid: slid,
      slidCount: .init(try HealthMoves.fallen(since: now - .days(7), of: owner, connection), isMore: hasMore), slidAt: now,
      lowest: lowest.map { TodayDigest.Customer(id: $0.id, score: $0.score, band: .critical) },
      criticalCount: .init(critical, isMore: hasMore), since: counts)
  }

  private func companyDigest(since: Instant, now: Instant) async throws -> TodayDigest {
    let recent = try await recentMovers()
    let bands = current.blueprint.model.bands
    return try await database.read { connection in
      let slid = (recent?.falls ?? []).prefix(Self.toldCustomers).map { mover in
        TodayDigest.Customer(
          id: mover.id, name: mover.name, score: mover.to, band: bands.band(of: mover.to), from: mover.from, shift: mover.reason)
      }
      let places = try CustomerOrder.score.places(after: nil, descending: false, limit: Self.toldCustomers, connection)
      let lowest = places.compactMap { place -> TodayDigest.Customer? in
        guard case .integer(let score) = place.key else { return nil }
        return TodayDigest.Customer(id: place.id, score: Int(score), band: bands.band(of: Int(score)))
      }
      let falls = recent?.falls.count ?? 0
      return TodayDigest(
        at: now, about: .company, slid: slid,
        slidCount: .init(min(falls, Self.toldCustomers), isMore: falls > Self.toldCustomers), slidAt: recent?.at, lowest: lowest,
        since: try Self.counts(since: since, connection))
    }
  }

  private static func counts(since: Instant, _ connection: any Connection) throws -> TodayDigest.Since {
    let deliveries = try SinceQueries.deliveries(since, connection)
    let none = TodayDigest.Count(0)
    return TodayDigest.Since(
      at: since, alertsOpened: try SinceQueries.alertsOpened(since, connection),
      alertsClosed: try SinceQueries.alertsClosed(since, connection),
      deliveriesSent: deliveries[.sent] ?? none, deliveriesFailed: deliveries[.failed] ?? none,
      deliveriesUnknown: deliveries[.unknown] ?? none)
  }

  /// Adds the name of each customer told of, and what holds its score down.
  private func explained(_ digest: TodayDigest) async throws -> TodayDigest {
    let blueprint = current.blueprint
    let ids = Set((digest.slid + digest.lowest).map(\.id)).sorted()
    guard !ids.isEmpty else { return digest }
    let trailing = Dictionary(uniqueKeysWithValues: ids.map { ($0, self.trailing($0)) })
    let now = digest.at
    let known = try await database.read { connection in
      try Self.present(ids, trailing: trailing, scope: blueprint.scope(today: now.day), connection).map { customer in
        let at = max(now, customer.health?.calculatedAt ?? now)
        let explanation = blueprint.evaluator.explanation(of: customer.state, at: at)
        let reason = explanation.heaviestReasons(1, model: blueprint.model).first
        return (customer.state.id, (customer.state.name, reason, Advice(for: explanation, model: blueprint.model)))
      }
    }
    let facts = Dictionary(known, uniquingKeysWith: { first, _ in first })
    let explained = { (customer: TodayDigest.Customer) -> TodayDigest.Customer in
      var customer = customer
      customer.name = facts[customer.id]?.0 ?? customer.name
      customer.reason = facts[customer.id]?.1
      customer.advice = facts[customer.id]?.2
      return customer
    }
    var digest = digest
    digest.slid = digest.slid.map(explained)
    digest.lowest = digest.lowest.map(explained)
    return digest
  }

  /// Customers as they are now, with what is folded and not in their tables yet.
  private static func present(
    _ ids: [String], trailing: [String: [LogIndexRow]], scope: StateScope, _ connection: any Connection
  ) throws -> [StoredCustomer] {
    var names: [Int64: String]?
    return try CustomerWalk.customers(ids, scope: scope, connection).customers.map { customer in
      var customer = customer
      let id = customer.state.id
      let rows = try TrailQueries.missing(of: trailing[id] ?? [], in: Shard.number(of: id), connection)
      guard !rows.isEmpty else { return customer }
      let known = try names ?? UsageQueries.names(connection).reduce(into: [:]) { $0[$1.value] = $1.key }
      names = known
      try customer.add(rows, names: known, scope: scope) { $0.isEmpty ? nil : try ActorQueries.load($0, connection)?.root ?? $0 }
      return customer
    }
  }
}
