import Domain
import Formats
import SQL
import Storage
import Synchronization

/// What a run has done so far, or did.
public struct SourceRun: Hashable, Sendable {
  public var kind: SourceRunKind
  public var startedAt: Instant
  /// Rows read.
  public var read = 0
  /// Entries that were new.
  public var accepted = 0
  /// Entries that said what was known.
  public var duplicate = 0
  /// Rows that could not be taken.
  public var rejected = 0
  /// Rows found to be gone.
  public var deleted = 0
  /// The first reasons for `rejected`, each with its row's id.
  public var reasons: [String] = []
  /// The highest watermark taken.
  public var watermark: String?

  public init(kind: SourceRunKind, startedAt: Instant) {
    self.kind = kind
    self.startedAt = startedAt
  }
}

/// Reads one source, once: claims it, takes its rows page by page, tells what is gone, and writes down how it went.
///
/// Rows become entries by the same reader as imports, and an entry that says nothing new is dropped by the log; so to read a row again is
/// always harmless. The watermark moves only after the entries before it are durable.
public struct SourceSync: Sendable {
  public let source: Source
  let database: any Database
  let sink: any IntakeSink
  let time: any TimeSource
  let owner: String
  let open: @Sendable (SourceDatabase) throws -> any ForeignDatabase

  /// A run is given up for lost when nothing was heard of it for so long.
  public static let claimLength = TimeSpan.minutes(1)
  static let heartbeat = TimeSpan.seconds(15)

  /// - Parameters:
  ///   - database: Holdfast's own.
  ///   - owner: tells this process from all others.
  ///   - open: opens the source's database. - Throws: `ForeignFailure`.
  public init(
    source: Source, database: any Database, sink: any IntakeSink, time: any TimeSource, owner: String,
    open: @escaping @Sendable (SourceDatabase) throws -> any ForeignDatabase
  ) {
    self.source = source
    self.database = database
    self.sink = sink
    self.time = time
    self.owner = owner
    self.open = open
  }

  /// - Parameters:
  ///   - allowsDeletions: tells of deletions however many they are.
  ///   - onPage: called after each page is durable.
  /// - Throws: `SourceFailure`, after it is written down; `CancellationError`.
  @discardableResult
  public func run(
    _ kind: SourceRunKind, allowsDeletions: Bool = false, onPage: @escaping @Sendable (SourceRun) -> Void = { _ in }
  ) async throws -> SourceRun {
    let (source, owner) = (source, owner)
    let now = time.now()
    let claimed = try await ours { connection in
      let before = try SourceQueries.progress(of: source.name, connection)
      let claim = try SourceQueries.claim(source, kind: kind, owner: owner, now: now, until: now + Self.claimLength, connection)
      return claim.map { ($0, before?.definition == source.definition ? before?.watermark : nil) }
    }
    guard let (claim, watermark) = claimed else { throw SourceFailure.busy }
    let tally = Tally(SourceRun(kind: kind, startedAt: now))
    do {
      try await keeping(claim) {
        let pull = try SourcePull(sync: self, claim: claim, tally: tally, onPage: onPage)
        try await pull.run(kind, from: watermark, allowsDeletions: allowsDeletions)
      }
      try await finish(claim, tally, nil)
      return tally.run
    } catch {
      guard let failure = SourceFailure.from(error) else {
        try? await ours { try SourceQueries.release(claim, $0) }
        throw error
      }
      if failure != .lost { try? await finish(claim, tally, failure) }
      throw failure
    }
  }

  private func finish(_ claim: SourceClaim, _ tally: Tally, _ failure: SourceFailure?) async throws {
    let run = tally.run
    let record = SourceRunRecord(
      kind: run.kind, startedAt: run.startedAt, finishedAt: time.now(), read: run.read, accepted: run.accepted, duplicate: run.duplicate,
      rejected: run.rejected, deleted: run.deleted, error: failure?.description)
    // What was held back has been read to its end all the same.
    let isFull = run.kind == .full && (failure.map { !$0.isRetried } ?? true)
    let isOurs = try await ours {
      try SourceQueries.finish(claim, record, isFull: isFull, isRetried: failure?.isRetried ?? false, $0)
    }
    guard isOurs else { throw SourceFailure.lost }
  }

  private func ours<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await database.write(body)
  }

  /// Runs `body` and says meanwhile that it goes on.
  private func keeping(_ claim: SourceClaim, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await body()
        return true
      }
      group.addTask {
        try await beat(claim)
        return false
      }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  private func beat(_ claim: SourceClaim) async throws {
    while true {
      try await time.sleep(for: Self.heartbeat)
      let until = time.now() + Self.claimLength
      do {
        guard try await ours({ try SourceQueries.extend(claim, until: until, $0) }) else { throw SourceFailure.lost }
      } catch is DatabaseFailure {
        // The next beat tries again; three fit into a claim.
      }
    }
  }
}

/// Counts that outlive a run which fails.
final class Tally: Sendable {
  private let value: Mutex<SourceRun>
  init(_ run: SourceRun) { value = Mutex(run) }
  var run: SourceRun { value.withLock { $0 } }
  func count(_ change: (inout SourceRun) -> Void) { value.withLock { change(&$0) } }
}

extension Source {
  var columnMap: ColumnMap {
    ColumnMap(
      fields: map.mapValues(ColumnSource.init(text:)), extras: extras?.map { ColumnMap.Extra($0.name, ColumnSource(text: $0.column)) })
  }

  /// What makes entries of its rows. - Throws: `SourceFailure` where the map names a field that the kind does not have.
  var reader: RecordReader {
    get throws {
      do throws(ColumnMapError) {
        return try RecordReader(kind: kind, map: columnMap, mapping: "map: {FIELD: COLUMN}")
      } catch {
        throw SourceFailure.other(error.description)
      }
    }
  }
}
