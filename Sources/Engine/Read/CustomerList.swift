import Domain
import SQL
import Storage

extension Inquiries {
  /// One page of customers.
  ///
  /// Where a condition holds for few of very many customers, the page may end after `query.examined` of them with fewer than `query.limit`,
  /// even none; its `next` goes on from there.
  /// - Throws: `InvalidCursor`, `DatabaseFailure`.
  public func customers(_ query: CustomerQuery) async throws -> Page<CustomerSummary> {
    let blueprint = current.blueprint
    let now = time.now()
    let after = try query.cursor.map { try ListCursor($0, of: query) }
    return try await database.read { connection in
      guard let at = query.at else {
        return try CustomerList(query: query, blueprint: blueprint, now: now, connection: connection).page(after: after)
      }
      return try PastCustomerList(query: query, blueprint: blueprint, at: at, connection: connection).page(after: after)
    }
  }
}

/// A sorted, filtered list of customers by their stored scores: walks along the index of its order until the page is full. Where an owner
/// or the beginning of a name leaves only few, it walks through those.
struct CustomerList {
  let query: Inquiries.CustomerQuery
  let blueprint: Blueprint
  let now: Instant
  let connection: any Connection

  /// How many customers are read at first, and at most, at once.
  private static let stretch = 64...1_000

  func page(after cursor: ListCursor?) throws -> Page<CustomerSummary> {
    let bounds = try scores()
    guard bounds?.isEmpty != true else { return Page(items: [], next: nil) }
    let scope = blueprint.scope(today: now.day, extra: query.condition.map { [$0] } ?? [])
      .reading(query.condition.map { StateParts(of: $0) } ?? [])
    let limit = max(1, query.limit)
    let chosen = try chosen()
    var found: [(summary: CustomerSummary, place: CustomerOrder.Place)] = []
    var place = cursor?.place
    var examined = 0
    var stretch = query.condition == nil ? min(limit, Self.stretch.upperBound - 1) + 1 : Self.stretch.lowerBound
    while examined < query.examined {
      let count = min(stretch, query.examined - examined)
      let places =
        try chosen.map { next(in: $0, after: place, limit: count) }
        ?? query.sort.order.places(after: place, descending: query.descending, scores: bounds, limit: count, connection)
      let matches = try matching(places, scope)
      for match in matches {
        // One more than wished for tells that there is another page.
        if found.count == limit { return Page(items: found.map(\.summary), next: found.last.map { next($0.place) }) }
        found.append(match)
      }
      guard places.count == count else { return Page(items: found.map(\.summary), next: nil) }
      examined += count
      place = places.last
      stretch = min(stretch * 2, Self.stretch.upperBound)
    }
    return Page(items: found.map(\.summary), next: place.map(next))
  }

  private func next(_ place: CustomerOrder.Place) -> String { ListCursor(place).text(of: query) }

  /// So many are looked at by name, and as many by id.
  private static let searched = 200

  private func next(in chosen: [CustomerOrder.Place], after place: CustomerOrder.Place?, limit: Int) -> [CustomerOrder.Place] {
    guard let place else { return Array(chosen.prefix(limit)) }
    let start = chosen.firstIndex { place.precedes($0, descending: query.descending) } ?? chosen.count
    return Array(chosen[start...].prefix(limit))
  }

  /// Those that can be listed at all, in order, where an index leaves only few; `nil`: all, along the index of the order.
  private func chosen() throws -> [CustomerOrder.Place]? {
    let owner = query.owner.map { ListKeys.owner($0) }
    // An owner without a name has no customers.
    if case .some(nil) = owner { return [] }
    var candidates: [CustomerCandidates.Candidate]
    if let text = query.search, !text.isEmpty {
      candidates = try Self.found(by: text, connection)
      if let owner { candidates.removeAll { $0.keys.owner != owner } }
    } else if let owner = owner ?? nil {
      candidates = try CustomerCandidates.ofOwner(owner, limit: HealthMoves.ownedLimit + 1, connection)
      // Of so many customers a page along the order's index finds some soon.
      guard candidates.count <= HealthMoves.ownedLimit else { return nil }
    } else {
      return nil
    }
    return candidates.compactMap(query.sort.order.place).sorted { $0.precedes($1, descending: query.descending) }
  }

  private static func found(by text: String, _ connection: any Connection) throws -> [CustomerCandidates.Candidate] {
    let name = ListKeys.namePrefix(text)
    var found = try CustomerCandidates.named(name, limit: searched, connection)
    for id in Set([text, name]).sorted() { found += try CustomerCandidates.identified(id, limit: searched, connection) }
    var seen: Set<String> = []
    return found.filter { seen.insert($0.id).inserted }
  }

  /// Between which scores the condition can hold, where the list is sorted by them.
  private func scores() throws -> Range<Int>? {
    guard query.sort == .score, let condition = query.condition else { return nil }
    var bands: [Band: ClosedRange<Int>] = [:]
    for part in try HealthTally.parts(connection) {
      let known = bands[part.band] ?? part.score...part.score
      bands[part.band] = min(known.lowerBound, part.score)...max(known.upperBound, part.score)
    }
    return ScoreBounds(of: condition, bands: bands).scores
  }

  private func matching(
    _ places: [CustomerOrder.Place], _ scope: StateScope
  ) throws -> [(summary: CustomerSummary, place: CustomerOrder.Place)] {
    let stored = try CustomerWalk.customers(places.map(\.id), scope: scope, connection).customers
    let byID = Dictionary(stored.map { ($0.state.id, $0) }, uniquingKeysWith: { first, _ in first })
    let evaluator = blueprint.evaluator
    let (owner, trait) = (query.owner.flatMap { ListKeys.owner($0) }, blueprint.ownerAttribute)
    return places.compactMap { place in
      guard let customer = byID[place.id] else { return nil }
      if let owner, ListKeys.owner(of: customer.state, trait: trait) != owner { return nil }
      if let condition = query.condition, !evaluator.holds(condition, for: customer.state, at: now, health: customer.health) { return nil }
      return (CustomerSummary(state: customer.state, health: customer.health, at: now), place)
    }
  }
}

extension CustomerSummary {
  init(state: CustomerState, health: Health?, at: Instant) {
    self.init(
      id: state.id, name: state.name, startedAt: state.startedAt, journey: JourneyStage.stage(startedAt: state.startedAt, at: at).stage,
      health: health, attributes: state.effectiveAttributes)
  }
}

extension Inquiries.CustomerQuery.Sort {
  var order: CustomerOrder {
    switch self {
    case .score: .score
    case .name: .name
    case .id: .id
    case .started: .started
    case .mrr: .mrr
    }
  }
}
