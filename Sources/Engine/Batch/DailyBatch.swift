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

  /// Parts walked side by side, whatever the machine: each keeps a core busy, and the batch has all night.
  private static let walkers = 2

  /// Goes through all customers, scores each anew, and counts the groups of each shard.
  private func walk(_ shards: Set<Int>, begunAt: Instant) async throws -> (Report, [Int: HealthGroups]) {
    // What trails in the roll-ups looks like a difference at first, and would be looked at twice.
    try await fold.rollUp(shards)
    let share = (shards.count + Self.walkers - 1) / Self.walkers
    let parts = (0..<Self.walkers).map { Set(shards.sorted().dropFirst($0 * share).prefix(share)) }
    let found = try await withThrowingTaskGroup(of: (Int, Findings).self) { group in
      for (number, part) in parts.enumerated() {
        group.addTask { (number, try await findings(in: part.ranges, begunAt: begunAt)) }
      }
      return try await group.reduce(into: [Int: Findings]()) { $0[$1.0] = $1.1 }
    }
    let all = found.sorted { $0.key < $1.key }.reduce(into: Findings()) { $0.add($1.value) }
    let none = shards.map { ($0, HealthGroups(capacity: HealthRecorder.tiersCounted)) }
    let groups = all.groups.merging(none) { counted, _ in counted }
    return (Report(customers: all.customers, differences: all.differences), groups)
  }

  /// Goes through the customers of some shards beside those who write. Where something seems to be amiss it is looked at again in a
  /// transaction of the fold: only there nothing changes meanwhile.
  private func findings(in ranges: [ClosedRange<Int>], begunAt: Instant) async throws -> Findings {
    var found = Findings()
    for range in ranges {
      var place: CustomerPlace? = CustomerPlace(shard: range.lowerBound, id: "")
      while let from = place {
        // A server that is told to stop does not wait for the last of its customers.
        try Task.checkCancellation()
        let (blueprint, now) = (fold.current.blueprint, fold.time.now())
        let glance = try await fold.database.read { connection in
          try Glance(after: from, through: range.upperBound, under: blueprint, at: now, connection)
        }
        found.add(glance.findings)
        if !glance.doubtful.isEmpty { found.add(try await lookAgain(at: glance.doubtful, begunAt: begunAt)) }
        place = glance.end
      }
    }
    return found
  }

  private func lookAgain(at ids: [String], begunAt: Instant) async throws -> Findings {
    // What was found stands in the same commit as its mending: no crash leaves the one without the other.
    let found = try await fold.transaction { fold, connection in
      let found = try Self.compare(ids, &fold, connection)
      try Self.noteIncident(found.differences, begunAt: begunAt, connection)
      return found
    }
    for difference in found.differences {
      fold.logger.error("the daily batch found a difference", metadata: ["difference": "\(difference)"])
    }
    return found
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

  private struct Findings: Sendable {
    var customers = 0
    var differences: [String] = []
    /// By shard.
    var groups: [Int: HealthGroups] = [:]

    mutating func tally(_ state: CustomerState, _ health: Health?, at: Instant) {
      groups[Shard.number(of: state.id), default: HealthGroups(capacity: HealthRecorder.tiersCounted)].add(state, health, at: at)
    }

    mutating func add(_ other: Findings) {
      customers += other.customers
      differences += other.differences
      for (shard, part) in other.groups { groups[shard, default: HealthGroups(capacity: HealthRecorder.tiersCounted)].add(part) }
    }
  }

  /// A stretch of customers as one snapshot shows them.
  private struct Glance: Sendable {
    /// Of those whose score is what their roll-ups and records say, with no change by time due.
    private(set) var findings = Findings()
    /// All others: they are wrong or cannot be read, or something is on its way.
    private(set) var doubtful: [String]
    let end: CustomerPlace?

    init(
      after place: CustomerPlace, through shard: Int, under blueprint: Blueprint, at now: Instant, _ connection: any Connection
    ) throws {
      let stretch = try CustomerWalk.page(
        after: place, through: shard, limit: 500, scope: blueprint.scope(today: now.day), connection)
      (doubtful, end) = (stretch.unreadable, stretch.end)
      let arrivals = try HousekeepingQueries.arrivals(connection)
      let evaluator = blueprint.evaluator
      for customer in stretch.customers {
        let keys = ListKeys(of: customer.state, at: now, ownerTrait: blueprint.ownerAttribute)
        if let live = customer.health, keys.digest == customer.listed,
          evaluator.health(of: customer.state, at: max(now, live.calculatedAt), arrivals: arrivals, unless: live) == nil
        {
          findings.customers += 1
          findings.tally(customer.state, live, at: now)
        } else {
          doubtful.append(customer.state.id)
        }
      }
    }
  }

  private static func compare(_ ids: [String], _ fold: inout FoldTransaction, _ connection: any Connection) throws -> Findings {
    try fold.rollUp(Set(ids.map(Shard.number)))
    let stretch = try CustomerWalk.customers(ids, scope: fold.scope, connection)
    let customers = stretch.customers.filter { fold.owns($0.state.id) }.sorted { $0.state.id < $1.state.id }
    var found = Findings(customers: customers.count, differences: stretch.unreadable.filter(fold.owns).map(unreadable))
    for customer in customers { try compare(customer, &fold, &found) }
    try fold.finish()
    return found
  }

  /// Holds one customer's live score against what its stored roll-ups and records say.
  private static func compare(_ customer: StoredCustomer, _ fold: inout FoldTransaction, _ found: inout Findings) throws {
    let id = customer.state.id
    let cell = fold.memory.customers[id] ?? fold.memory.remember(customer)
    // What people see is what is stored, just read, whatever is remembered.
    (cell.stored.health, cell.stored.listed) = (customer.health, customer.listed)
    try fold.advance(cell)
    fold.keepInOrder(cell)
    defer { found.tally(cell.stored.state, cell.stored.health, at: fold.now) }
    guard let live = cell.stored.health else {
      found.differences.append("\(id): it had no score")
      return try fold.touch(cell, at: .distantPast)
    }
    // A model that is just being adopted is no difference.
    guard live.model == fold.evaluator.model.version else { return }
    let at = max(fold.now, live.calculatedAt)
    let derived = fold.evaluator.health(of: customer.state, at: at, arrivals: fold.memory.arrivals ?? Arrivals(), unless: live)
    guard let derived else { return }
    if derived.score != live.score || derived.band != live.band || derived.points != live.points {
      found.differences.append("\(id): live \(live.score) \(live.points.words), derived \(derived.score) \(derived.points.words)")
      cell.stored.state = customer.state
      fold.keepInOrder(cell)
      try fold.record(derived, of: cell, cause: .repair, newest: .distantPast)
    } else {
      try fold.record(derived, of: cell, cause: .time, newest: .distantPast)
    }
  }
}

extension [MeasurePoints] {
  var words: String { "(" + map { "\($0.name) \($0.points)" }.joined(separator: ", ") + ")" }
}
