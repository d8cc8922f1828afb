import Domain
import Logging
import SQL
import Storage

/// The retention rule for raw events: what has been in the log for longer than the rule says is summed up, one entry for all that the same
/// actor did of the same name on the same UTC day. All else in the log stays. The fold of a summary is the fold of its events, so that
/// signals, scores and rebuilds notice nothing.
public struct LogCompaction: Sendable {
  /// The name of the schedule.
  public static let job = "retention"

  let database: any Database
  let current: CurrentBlueprint
  let time: any TimeSource
  private let stretch: Int
  private let piece: Int

  /// - Parameters:
  ///   - stretch: events that are looked at together, in memory.
  ///   - piece: events that one transaction sums up, more or less; writers wait for so long.
  public init(database: any Database, current: CurrentBlueprint, time: any TimeSource, stretch: Int = 50_000, piece: Int = 2_000) {
    self.database = database
    self.current = current
    self.time = time
    self.stretch = max(1, stretch)
    self.piece = max(1, piece)
  }

  /// What a run did.
  public struct Report: Hashable, Sendable {
    /// Events, and summaries that have become one with others.
    public var removed = 0
    public var summaries = 0
    /// Months of the log whose space was given back.
    public var months: [String] = []
    /// The month whose space waits for the next day, because somebody else has the log in use.
    public var postponed: String?
    /// All that is old enough, and has been folded, is summed up.
    public var isDone = false
  }

  /// Stretches and months that one run does, at most: daily work waits for it.
  private static let stepsAtOnce = 10

  /// Does the day's part where its time has come and no other node has it. What is left is for the next look.
  /// - Returns: `nil` where it was not due.
  public func runIfDue() async throws -> Report? {
    let (blueprint, now) = (current.blueprint, time.now())
    guard blueprint.retention.events != nil else { return nil }
    let lastRun = try await database.read { try HousekeepingQueries.lastRun(of: Self.job, $0) }
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    guard schedule.isDue(at: now, lastRun: lastRun) else { return nil }
    guard try await database.write({ try HousekeepingQueries.claimRun(of: Self.job, lastRun: lastRun, at: now, $0) }) else { return nil }
    let report: Report
    do { report = try await run(steps: Self.stepsAtOnce) } catch {
      try await comeBack(lastRun)
      throw error
    }
    if !report.isDone { try await comeBack(lastRun) }
    return report
  }

  /// The next look goes on.
  private func comeBack(_ lastRun: Instant?) async throws {
    try await database.write { try HousekeepingQueries.noteRun(of: Self.job, at: lastRun ?? .epoch, $0) }
  }

  /// Sums up what is old enough by now.
  /// - Parameter steps: stretches and months to do at most; `nil`: as many as there are.
  public func run(steps: Int? = nil) async throws -> Report {
    var report = Report()
    guard let age = current.blueprint.retention.events else { return report }
    let end = try await database.read { [end = Self.end(keeping: age, at: time.now(), database.dialect)] in
      min(end, try CompactionQueries.foldedEnd($0))
    }
    var left = steps ?? .max
    while left > 0, !report.isDone {
      if try await !repackNext(&report) {
        guard try await advance(before: end, &report) else { break }
      }
      left -= 1
    }
    return report
  }

  /// The first position that the rule spares: of the UTC day, on PostgreSQL of the month, in which the kept time begins.
  public static func end(keeping age: TimeSpan, at now: Instant, _ dialect: Dialect) -> Int64 {
    let cut = now - age
    return dialect == .postgres ? PartitionQueries.Part(containing: cut).bounds.from : cut.day.start.microseconds
  }

  /// Sums up the next stretch of the log. - Returns: whether to go on.
  private func advance(before end: Int64, _ report: inout Report) async throws -> Bool {
    let (mark, next) = try await database.read { [stretch] connection in
      let mark = try CompactionQueries.position(of: .summarized, connection)
      return (mark, try CompactionQueries.stretch(after: mark, before: end, limit: stretch, connection))
    }
    guard mark < end - 1 else {
      report.isDone = true
      return false
    }
    for piece in pieces(of: next.groups) {
      let outcome = try await database.write { try CompactionQueries.summarize(piece, $0) }
      report.removed += outcome.removed
      report.summaries += outcome.summaries
      // What is on its way will have arrived when this stretch is looked at again.
      if outcome.isIncomplete { return false }
    }
    let reached = next.events < stretch ? end - 1 : next.last
    try await database.write { try CompactionQueries.advance(.summarized, to: reached, $0) }
    return true
  }

  /// Groups one after the other, in transactions of bounded size. Of a group that is too large for one, each takes the summary of the part
  /// before it in, which stands where the group's earliest event stood.
  private func pieces(of groups: [UsageGroup: [CompactionQueries.Place]]) -> [[Int64]] {
    var pieces: [[Int64]] = [[]]
    let sorted = groups.values.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    for group in sorted {
      for start in stride(from: 0, to: group.count, by: piece) {
        if pieces[pieces.count - 1].count >= piece { pieces.append([]) }
        if start > 0 { pieces[pieces.count - 1].append(group[0].position) }
        pieces[pieces.count - 1] += group[start..<min(start + piece, group.count)].map(\.position)
      }
    }
    return pieces.filter { !$0.isEmpty }
  }

  /// The name of the schedule that says when a month could not be given back.
  private static let postponement = job + " postponed"

  /// Gives back the space of the next month that is summed up. One that is in use, behind a dump or a long query, is left for the next
  /// day. - Returns: whether there was one to give back now.
  private func repackNext(_ report: inout Report) async throws -> Bool {
    guard database.dialect == .postgres, report.postponed == nil else { return false }
    let (blueprint, now) = (current.blueprint, time.now())
    let next = try await database.read { connection in
      let summarized = try CompactionQueries.position(of: .summarized, connection)
      let repacked = try CompactionQueries.position(of: .repacked, connection)
      return try PartitionQueries.present(connection).first { $0.bounds.from > repacked && $0.bounds.to - 1 <= summarized }
    }
    guard let next else { return false }
    let postponedAt = try await database.read { try HousekeepingQueries.lastRun(of: Self.postponement, $0) }
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    if let postponedAt, !schedule.isDue(at: now, lastRun: postponedAt) {
      report.postponed = next.table
      return false
    }
    do {
      try await database.write(patience: .unbounded) { connection in
        try PartitionQueries.repack(next, connection)
        try CompactionQueries.advance(.repacked, to: next.bounds.to - 1, connection)
      }
    } catch let failure as DatabaseFailure where failure.kind == .busy {
      try await database.write { try HousekeepingQueries.noteRun(of: Self.postponement, at: now, $0) }
      report.postponed = next.table
      return false
    }
    report.months.append(next.table)
    return true
  }
}
