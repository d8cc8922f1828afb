import Domain
import SQL
import Storage
import Synchronization

/// Moves a database to another one that is empty, and proves that the other holds the same before anything may use it.
///
/// The source is only read, but for the log's end, which is folded first. The target is under a mark from the beginning until the proof has
/// been given; whatever happens in between, a new move begins anew.
public struct Move: Sendable {
  private let fold: Fold
  private let target: any Database
  private let mark: MoveMark
  private let isSurelyGone: @Sendable (String) -> Bool

  /// How far a step is.
  public struct Progress: Hashable, Sendable {
    public enum Step: Hashable, Sendable, CaseIterable {
      /// What the source has taken in and not scored yet.
      case scoring
      case copying
      /// Reading both databases again.
      case proving
      /// Deriving every score anew from both.
      case deriving
    }
    public var step: Step
    public var done: Int
    /// As far as it is known beforehand.
    public var total: Int
  }

  /// What was proved.
  public struct Report: Hashable, Sendable {
    public struct Table: Hashable, Sendable {
      public var name: String
      public var source: TableDigest
      public var target: TableDigest
      public var isSame: Bool { source == target }
    }
    public var tables: [Table] = []
    public var scores = ScoreProof.Report()
    public var rows: Int { tables.reduce(0) { $0 + $1.target.rows } }
    /// The two databases hold the same; only then is the move finished.
    public var isSame: Bool { tables.allSatisfy(\.isSame) && scores.differences.isEmpty }
  }

  /// - Parameters:
  ///   - fold: of the source, which nobody else works on.
  ///   - source: where the data comes from, for people.
  ///   - target: migrated.
  ///   - run: tells this move from all others.
  ///   - isSurelyGone: whether the node of that name is known to be no more.
  public init(
    fold: Fold, source: String, target: any Database, run: String, isSurelyGone: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    self.fold = fold
    self.target = target
    self.isSurelyGone = isSurelyGone
    mark = MoveMark(source: source, run: run)
  }

  /// Makes the target ready: from here on it is under the mark.
  /// - Throws: `DatabaseFailure` where the target may not be moved to; it is as it was.
  public func begin() async throws {
    let tables = try await tables()
    let beginning = try await fold.database.read { try EventQueries.beginning($0) }
    let now = fold.time.now()
    try await target.write(patience: .unbounded) { [mark, isSurelyGone] connection in
      try mark.begin(tables: tables, isSurelyGone: isSurelyGone, connection)
      try LogUpkeep.makeParts(from: beginning, at: now, connection)
    }
  }

  /// Puts the source at rest, copies, and holds both databases against one another; `begin` comes first. Where they are the same the target
  /// is released for use.
  /// - Parameter progress: called from several threads.
  /// - Throws: `DatabaseFailure`; the target stays under its mark, as it does where the report tells of differences.
  public func run(progress: @escaping @Sendable (Progress) -> Void = { _ in }) async throws -> Report {
    let source = fold.database
    let tables = try await tables()
    let restedAt = try await settle(progress)
    let total = try await source.read(patience: .unbounded) { connection in try tables.reduce(0) { try $0 + $1.count(connection) } }
    let copied = Counter(.copying, total, progress)
    try await TableCopy(source: source, target: target, tables: tables, mark: mark).run { copied.add($0) }
    // Both are read again, and the source too: what came to it meanwhile shows as a difference.
    let read = Counter(.proving, 2 * total, progress)
    async let here = TableDigest.all(tables, of: source) { read.add($0) }
    async let there = TableDigest.all(tables, of: target) { read.add($0) }
    let (sourceDigests, targetDigests) = try await (here, there)
    var report = Report()
    report.tables = tables.map { table in
      Report.Table(
        name: table.name, source: sourceDigests[table.name] ?? TableDigest(), target: targetDigests[table.name] ?? TableDigest())
    }
    let derived = Counter(.deriving, targetDigests["customer"]?.rows ?? 0, progress)
    let proof = ScoreProof(source: source, target: target, blueprint: fold.current.blueprint, at: restedAt)
    report.scores = try await proof.run { derived.add($0) }
    if report.isSame { try await target.write { [mark] in try mark.finish($0) } }
    return report
  }

  private func tables() async throws -> [MovedTable] {
    let here = try await fold.database.read { try MovedTable.all($0) }
    let there = try await target.read { try MovedTable.all($0) }
    return try MovedTable.shared(source: here, target: there)
  }

  /// Folds what waits, and says of what was being sent when the last server ended that its outcome is unknown, as its next start would.
  /// - Returns: an instant at which nothing was due any more.
  private func settle(_ progress: @escaping @Sendable (Progress) -> Void) async throws -> Instant {
    let database = fold.database
    let waiting = try await database.read { try EventQueries.backlog(after: HousekeepingQueries.position($0), $0).count }
    let folded = Counter(.scoring, waiting, progress)
    while case let count = try await fold.foldNext(), count > 0 { folded.add(count) }
    try await fold.adoptModel()
    let now = fold.time.now()
    while try await fold.passTime() > 0 {}
    let isRouted = try await database.write { connection in
      try DeliveryQueries.sweepSending(of: nil, now: now, connection)
      return try RouteQueries.isEmpty(connection)
    }
    guard isRouted else {
      throw DatabaseFailure(kind: .other, message: "the log could not be folded to its end; nothing was moved", detail: "route")
    }
    return now
  }
}

/// Counts up, from whatever thread, and tells.
private final class Counter: Sendable {
  private let step: Move.Progress.Step
  private let total: Int
  private let progress: @Sendable (Move.Progress) -> Void
  private let done = Mutex(0)

  init(_ step: Move.Progress.Step, _ total: Int, _ progress: @escaping @Sendable (Move.Progress) -> Void) {
    self.step = step
    self.total = total
    self.progress = progress
    progress(Move.Progress(step: step, done: 0, total: total))
  }

  func add(_ count: Int) {
    guard count > 0 else { return }
    let sum = done.withLock { done in
      done += count
      return done
    }
    progress(Move.Progress(step: step, done: sum, total: max(total, sum)))
  }
}
