import Domain
import Logging
import SQL
import Storage

/// The daily batch: derives every score anew from stored roll-ups and records and holds it against the live one. There must be no
/// difference; where there is one it is mended, logged with both sides, and opens an incident.
public struct DailyBatch: Sendable {
  let fold: Fold

  public init(fold: Fold) { self.fold = fold }

  /// What a run found.
  public struct Report: Hashable, Sendable {
    public var customers = 0
    public var differences: [String] = []
  }

  /// Runs over those shards of this node for which the configured time of day has come since their last check; the first sight of a shard
  /// only notes the time.
  public func runIfDue() async throws -> Report? {
    let blueprint = fold.current.blueprint
    let now = fold.time.now()
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    let checked = try await fold.database.read { try NodeQueries.checked($0) }
    let owned = fold.tenancy.tenure.shards
    let unseen = owned.filter { checked[$0] == nil }
    if !unseen.isEmpty { try await note(Array(unseen), at: now) }
    let due = owned.filter { shard in checked[shard].map { schedule.isDue(at: now, lastRun: $0) } ?? false }
    return due.isEmpty ? nil : try await run(shards: due)
  }

  /// - Parameter shards: of those this node owns; `nil`: all of them.
  public func run(shards: Set<Int>? = nil) async throws -> Report {
    let shards = shards ?? fold.tenancy.tenure.shards
    let now = fold.time.now()
    var (report, groups) = try await walk(shards, begunAt: now)
    try await note(Array(shards), groups, at: now)
    report.differences += try await count(begunAt: now)
    try await HealthRecorder(fold: fold).record()
    return report
  }

  /// Goes through all customers in order, scores each anew, and counts the groups of each shard.
  private func walk(_ shards: Set<Int>, begunAt: Instant) async throws -> (Report, [Int: HealthGroups]) {
    var report = Report()
    var groups = Dictionary(uniqueKeysWithValues: shards.map { ($0, HealthGroups(capacity: HealthRecorder.tiersCounted)) })
    for range in shards.ranges {
      var place: CustomerPlace? = CustomerPlace(shard: range.lowerBound, id: "")
      while let from = place {
        // What was found stands in the same commit as its mending: no crash leaves the one without the other.
        let page = try await fold.transaction { fold, connection in
          let page = try Self.check(after: from, through: range.upperBound, &fold, connection)
          try Self.noteIncident(page.differences, begunAt: begunAt, connection)
          return page
        }
        for difference in page.differences {
          fold.logger.error("the daily batch found a difference", metadata: ["difference": "\(difference)"])
        }
        report.customers += page.customers
        report.differences += page.differences
        for (shard, part) in page.groups { groups[shard]?.add(part) }
        place = page.next
      }
    }
    return (report, groups)
  }

  /// Counts all scores, of all nodes. One node does, beside those who write, and takes its turn among them only where there is something to
  /// mend.
  private func count(begunAt: Instant) async throws -> [String] {
    guard fold.tenancy.tenure.shards.contains(0) else { return [] }
    guard try await fold.database.read(patience: .unbounded, { try HealthTally.mistakes($0) }) > 0 else { return [] }
    let differences = try await fold.transaction { fold, connection -> [String] in
      guard fold.tenure.shards.contains(0) else { return [] }
      let wrong = try HealthTally.mistakes(connection)
      guard wrong > 0 else { return [] }
      try HealthTally.mend(connection)
      let differences = ["the numbers of customers by score were wrong for \(wrong) pairs of score and band"]
      try Self.noteIncident(differences, begunAt: begunAt, connection)
      return differences
    }
    for difference in differences { fold.logger.error("the daily batch found a difference", metadata: ["difference": "\(difference)"]) }
    return differences
  }

  private static func unreadable(_ id: String) -> String {
    "\(id): a stored row cannot be read; `holdfast rebuild` makes it anew from the log"
  }

  private static func noteIncident(_ differences: [String], begunAt: Instant, _ connection: any Connection) throws {
    guard !differences.isEmpty else { return }
    try HousekeepingQueries.addToIncident(
      kind: "scoring", openedAt: begunAt, heading: "scores differed from the daily batch and were mended:", lines: differences, connection)
  }

  private func note(_ shards: [Int], _ groups: [Int: HealthGroups] = [:], at now: Instant) async throws {
    try await fold.transaction { fold, connection in
      try NodeQueries.noteChecked(shards.filter(fold.tenure.shards.contains), at: now, connection)
      let owned = groups.filter { fold.tenure.shards.contains($0.key) }
      if !owned.isEmpty { try HealthRecordQueries.save(owned, at: now, connection) }
    }
  }

  private struct Page: Sendable {
    var customers: Int
    var differences: [String]
    var next: CustomerPlace?
    /// By shard.
    var groups: [Int: HealthGroups] = [:]
  }

  private static func check(
    after place: CustomerPlace, through shard: Int, _ fold: inout FoldTransaction, _ connection: any Connection
  ) throws -> Page {
    try fold.rollUp(Set(max(0, place.shard)...max(place.shard, shard)))
    let stretch = try CustomerWalk.page(after: place, through: shard, limit: 500, scope: fold.scope, connection)
    var page = Page(customers: stretch.customers.count, differences: [], next: stretch.end)
    page.differences = stretch.unreadable.map(unreadable)
    for customer in stretch.customers where fold.owns(customer.state.id) { try check(customer, &fold, &page) }
    try fold.finish()
    return page
  }

  /// Holds one customer's live score against what its stored roll-ups and records say.
  private static func check(_ customer: StoredCustomer, _ fold: inout FoldTransaction, _ page: inout Page) throws {
    let id = customer.state.id
    // The live score of whoever is not in memory is the stored one, which has just been read with all the others of this page.
    let cell = fold.memory.customers[id] ?? fold.memory.remember(customer)
    try fold.advance(cell)
    fold.keepInOrder(cell)
    defer {
      page.groups[Shard.number(of: id), default: HealthGroups(capacity: HealthRecorder.tiersCounted)]
        .add(cell.stored.state, cell.stored.health, at: fold.now)
    }
    guard let live = cell.stored.health else {
      page.differences.append("\(id): it had no score")
      return try fold.touch(cell, at: .distantPast)
    }
    // A model that is just being adopted is no difference.
    guard live.model == fold.evaluator.model.version else { return }
    let at = max(fold.now, live.calculatedAt)
    let derived = fold.evaluator.health(of: customer.state, at: at, arrivals: fold.memory.arrivals ?? Arrivals(), unless: live)
    guard let derived else { return }
    if derived.score != live.score || derived.band != live.band || derived.points != live.points {
      page.differences.append("\(id): live \(live.score) \(live.points.words), derived \(derived.score) \(derived.points.words)")
      cell.stored.state = customer.state
      try fold.record(derived, of: cell, cause: .repair, newest: .distantPast)
    } else {
      try fold.record(derived, of: cell, cause: .time, newest: .distantPast)
    }
  }
}

extension [MeasurePoints] {
  var words: String { "(" + map { "\($0.name) \($0.points)" }.joined(separator: ", ") + ")" }
}
