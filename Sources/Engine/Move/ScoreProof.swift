import Domain
import SQL
import Storage

/// Holds the scores of two databases against one another, customer by customer: as they are stored, and as they come out when they are
/// derived anew, at the same instant, from what each database holds.
public struct ScoreProof: Sendable {
  private let source: any Database
  private let target: any Database
  private let evaluator: HealthEvaluator
  private let scope: StateScope
  private let instant: Instant

  /// What was found.
  public struct Report: Hashable, Sendable {
    public var customers = 0
    /// "acme: stored 40, in the target 55"
    public var differences: [String] = []
  }

  private static let page = 500

  /// - Parameter instant: at which scores are derived, and nothing was due any more; a score that was calculated later is derived as of
  ///   then.
  public init(source: any Database, target: any Database, blueprint: Blueprint, at instant: Instant) {
    self.source = source
    self.target = target
    self.instant = instant
    evaluator = blueprint.evaluator
    scope = blueprint.scope(today: instant.day)
  }

  /// - Parameter progress: called with the number of customers compared since the last call.
  public func run(progress: @Sendable (Int) -> Void = { _ in }) async throws -> Report {
    var report = Report()
    let arrivals = (
      source: try await source.read { try HousekeepingQueries.arrivals($0) },
      target: try await target.read { try HousekeepingQueries.arrivals($0) }
    )
    var place: CustomerPlace? = .start
    while let from = place {
      let here = try await page(of: source, after: from)
      let there = try await page(of: target, after: from)
      // Where one of the two lacks a customer their pages end at different places: as far as both go is compared, the rest is read again.
      let end = CustomerPlace.first(here.end, there.end)
      let (left, right) = (Self.byID(here, through: end), Self.byID(there, through: end))
      let unreadable = Set((here.unreadable + there.unreadable).filter { Self.isWithin($0, end) })
      for id in Set(left.keys).union(right.keys).subtracting(unreadable).sorted() {
        report.differences += differences(id, left[id], right[id], arrivals)
      }
      report.differences += unreadable.sorted().map { "\($0): a stored row cannot be read; `holdfast rebuild` makes it anew from the log" }
      report.customers += right.count
      progress(right.count)
      place = end
    }
    return report
  }

  private func page(of database: any Database, after place: CustomerPlace) async throws -> CustomerWalk.Stretch {
    try await database.read(patience: .unbounded) { [scope] in
      try CustomerWalk.page(after: place, limit: Self.page, scope: scope, $0)
    }
  }

  private static func byID(_ stretch: CustomerWalk.Stretch, through end: CustomerPlace?) -> [String: StoredCustomer] {
    let within = stretch.customers.filter { isWithin($0.state.id, end) }
    return Dictionary(within.map { ($0.state.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func isWithin(_ id: String, _ end: CustomerPlace?) -> Bool { end.map { !$0.precedes(CustomerPlace(id)) } ?? true }

  private func differences(
    _ id: String, _ here: StoredCustomer?, _ there: StoredCustomer?, _ arrivals: (source: Arrivals, target: Arrivals)
  ) -> [String] {
    guard let here, let there else { return ["\(id): \(here == nil ? "only in the target" : "missing in the target")"] }
    guard here.health == there.health else { return ["\(id): stored \(words(here.health)), in the target \(words(there.health))"] }
    guard let stored = here.health else { return [] }
    let at = max(instant, stored.calculatedAt)
    let derivedHere = evaluator.health(of: here.state, at: at, arrivals: arrivals.source)
    let derivedThere = evaluator.health(of: there.state, at: at, arrivals: arrivals.target)
    guard derivedHere == derivedThere else { return ["\(id): derived anew \(words(derivedHere)), from the target \(words(derivedThere))"] }
    // A model that is just being adopted is no difference.
    guard stored.model == evaluator.model.version else { return [] }
    guard derivedThere.score == stored.score, derivedThere.band == stored.band, derivedThere.points == stored.points else {
      return ["\(id): stored \(words(stored)), derived anew \(words(derivedThere)), in both databases; `holdfast rebuild` mends the source"]
    }
    return []
  }

  private func words(_ health: Health?) -> String { health.map { "\($0.score) \($0.points.words)" } ?? "no score" }
}

extension CustomerPlace {
  /// In the order in which both databases keep customers: by shard, then by the bytes of the id.
  fileprivate func precedes(_ other: CustomerPlace) -> Bool {
    shard == other.shard ? id.utf8.lexicographicallyPrecedes(other.id.utf8) : shard < other.shard
  }

  /// The earlier of two; `nil` is the end of all.
  fileprivate static func first(_ a: CustomerPlace?, _ b: CustomerPlace?) -> CustomerPlace? {
    guard let a, let b else { return a ?? b }
    return b.precedes(a) ? b : a
  }
}
