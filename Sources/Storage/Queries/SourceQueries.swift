import Domain
import SQL

/// A run of a source that is under way; whoever holds it is the only one who reads the source.
public struct SourceClaim: Hashable, Sendable {
  public var source: String
  public var owner: String
  /// Counted from 1 for each source.
  public var run: Int
  public init(source: String, owner: String, run: Int) {
    self.source = source
    self.owner = owner
    self.run = run
  }
}

/// What a run did, as the log of runs keeps it.
public struct SourceRunRecord: Hashable, Sendable {
  public var kind: SourceRunKind
  public var startedAt: Instant
  public var finishedAt: Instant
  public var read: Int
  public var accepted: Int
  public var duplicate: Int
  public var rejected: Int
  public var deleted: Int
  /// `nil`: it went well.
  public var error: String?

  public init(
    kind: SourceRunKind, startedAt: Instant, finishedAt: Instant, read: Int = 0, accepted: Int = 0, duplicate: Int = 0, rejected: Int = 0,
    deleted: Int = 0, error: String? = nil
  ) {
    self.kind = kind
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.read = read
    self.accepted = accepted
    self.duplicate = duplicate
    self.rejected = rejected
    self.deleted = deleted
    self.error = error
  }
}

/// What a source's row was when it was last read.
public struct SourceRow: Hashable, Sendable {
  public var id: String
  /// When it was found to be gone.
  public var deletedAt: Instant?
  /// Why the row could not be taken; `nil`: it could.
  public var problem: String?
  /// What is needed to tell of its deletion, as `RecordStatement` writes it; `nil` where none of it could ever be taken.
  public var statement: String?
  public init(id: String, deletedAt: Instant? = nil, problem: String? = nil, statement: String? = nil) {
    self.id = id
    self.deletedAt = deletedAt
    self.problem = problem
    self.statement = statement
  }
}

/// How runs of a source went within some time.
public struct SourceErrorRate: Hashable, Sendable {
  public var runs = 0
  public var failed = 0
  public var read = 0
  public var rejected = 0
  public init(runs: Int = 0, failed: Int = 0, read: Int = 0, rejected: Int = 0) {
    self.runs = runs
    self.failed = failed
    self.read = read
    self.rejected = rejected
  }

  /// The share of runs that failed or the share of rows that could not be taken, whichever is higher, 0…1; `nil` where nothing ran.
  public var value: Double? {
    guard runs > 0 else { return nil }
    return max(Double(failed) / Double(runs), read > 0 ? Double(rejected) / Double(read) : 0)
  }
}

/// Sources of records in the user's own databases: tables `source_state`, `source_run`, `source_row`.
public enum SourceQueries {
  // MARK: State

  /// What is remembered of a source; `nil` before its first run.
  public static func progress(of source: String, _ connection: any Connection) throws -> SourceProgress? {
    try connection.first(
      """
      SELECT definition, watermark, last_run_at, last_success_at, last_full_at, failures, last_error FROM source_state WHERE name = $1
      """, [source]
    ) {
      SourceProgress(
        definition: $0.text(0), watermark: $0.optionalText(1), lastRunAt: $0.optionalInstant(2), lastSuccessAt: $0.optionalInstant(3),
        lastFullAt: $0.optionalInstant(4), failures: $0.int(5), lastError: $0.optionalText(6))
    }
  }

  /// Until when a source is being read by someone, who has not been heard to stop.
  public static func claimedUntil(of source: String, _ connection: any Connection) throws -> Instant? {
    try connection.first("SELECT claimed_until FROM source_state WHERE name = $1 AND owner IS NOT NULL", [source]) {
      $0.optionalInstant(0)
    } ?? nil
  }

  /// Begins a run, unless someone else's is under way. Where the definition has changed, its watermark is forgotten; where the kind of
  /// record has, its rows are too. What an owner that was lost left open is written down as a failed run.
  /// - Returns: `nil` where someone else reads the source now.
  public static func claim(
    _ source: Source, kind: SourceRunKind, owner: String, now: Instant, until: Instant, _ connection: any Connection
  ) throws -> SourceClaim? {
    try connection.execute(
      """
      INSERT INTO source_state (name, kind, definition, run, run_kind, failures) VALUES ($1, $2, $3, 0, $4, 0)
      ON CONFLICT (name) DO NOTHING
      """, [source.name, source.kind.rawValue, source.definition, kind.rawValue])
    // Nobody claims a source for so long: the clock that did stood ahead, and was set right since.
    let tooLong = until + (until - now)
    // The row is locked by its own update first, so that what is read of it afterwards stays true.
    let claimed = try connection.execute(
      "UPDATE source_state SET run = run + 1 WHERE name = $1 AND (owner IS NULL OR claimed_until < $2 OR claimed_until > $3)",
      [source.name, now.microseconds, tooLong.microseconds])
    guard claimed > 0 else { return nil }
    let known = try connection.first(
      "SELECT run, kind, definition, owner, run_kind, last_run_at FROM source_state WHERE name = $1", [source.name]
    ) { ($0.int(0), $0.text(1), $0.text(2), $0.optionalText(3), $0.text(4), $0.optionalInstant(5)) }
    guard let (run, oldKind, definition, lost, lostKind, lostAt) = known else { return nil }
    if lost != nil {
      try insert(
        SourceRunRecord(
          kind: SourceRunKind(rawValue: lostKind) ?? .full, startedAt: lostAt ?? now, finishedAt: now, error: "the run was cut off"),
        of: source.name, run: run - 1, connection)
    }
    if oldKind != source.kind.rawValue { try connection.execute("DELETE FROM source_row WHERE source = $1", [source.name]) }
    if definition != source.definition {
      try connection.execute("UPDATE source_state SET watermark = NULL, last_full_at = NULL WHERE name = $1", [source.name])
    }
    try connection.execute(
      """
      UPDATE source_state SET kind = $1, definition = $2, run_kind = $3, last_run_at = $4, owner = $5, claimed_until = $6 WHERE name = $7
      """,
      [source.kind.rawValue, source.definition, kind.rawValue, now.microseconds, owner, until.microseconds, source.name])
    return SourceClaim(source: source.name, owner: owner, run: run)
  }

  /// Says that a run goes on. - Returns: whether it is still ours.
  public static func extend(_ claim: SourceClaim, until: Instant, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      "UPDATE source_state SET claimed_until = $1 WHERE name = $2 AND owner = $3 AND run = $4",
      [until.microseconds, claim.source, claim.owner, claim.run]) > 0
  }

  /// Sets the watermark of a run that is ours.
  public static func setWatermark(_ watermark: String, _ claim: SourceClaim, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE source_state SET watermark = $1 WHERE name = $2 AND owner = $3 AND run = $4",
      [watermark, claim.source, claim.owner, claim.run])
  }

  /// Ends a run and writes it down, unless it is not ours any more.
  /// - Parameters:
  ///   - isFull: all rows have been read.
  ///   - isRetried: the next run comes early, growing later with each failure.
  /// - Returns: whether it was ours.
  @discardableResult
  public static func finish(
    _ claim: SourceClaim, _ record: SourceRunRecord, isFull: Bool, isRetried: Bool, _ connection: any Connection
  ) throws -> Bool {
    let ended = try connection.execute(
      """
      UPDATE source_state SET owner = NULL, claimed_until = NULL, last_error = $1, failures = CASE WHEN $2 = 1 THEN failures + 1 ELSE 0 END
      WHERE name = $3 AND owner = $4 AND run = $5
      """, [record.error, isRetried, claim.source, claim.owner, claim.run])
    guard ended > 0 else { return false }
    if record.error == nil {
      try connection.execute(
        "UPDATE source_state SET last_success_at = $1 WHERE name = $2", [record.finishedAt.microseconds, claim.source])
    }
    if isFull {
      try connection.execute("UPDATE source_state SET last_full_at = $1 WHERE name = $2", [record.startedAt.microseconds, claim.source])
    }
    try insert(record, of: claim.source, run: claim.run, connection)
    return true
  }

  /// Gives a run up that a stop of the program cut off; the next may begin at once.
  public static func release(_ claim: SourceClaim, _ connection: any Connection) throws {
    try connection.execute(
      """
      UPDATE source_state SET owner = NULL, claimed_until = NULL, last_run_at = NULL WHERE name = $1 AND owner = $2 AND run = $3
      """, [claim.source, claim.owner, claim.run])
  }

  // MARK: The log of runs

  /// So many runs are kept of each source.
  public static let keptRuns = 10_000

  private static func insert(_ record: SourceRunRecord, of source: String, run: Int, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO source_run (source, run, kind, started_at, finished_at, rows_read, accepted, duplicate, rejected, deleted, error)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (source, run) DO NOTHING
      """,
      [
        source, run, record.kind.rawValue, record.startedAt.microseconds, record.finishedAt.microseconds, record.read, record.accepted,
        record.duplicate, record.rejected, record.deleted, record.error,
      ])
    try connection.execute("DELETE FROM source_run WHERE source = $1 AND run <= $2", [source, run - keptRuns])
  }

  /// The latest runs of a source, newest first.
  public static func runs(of source: String, limit: Int, _ connection: any Connection) throws -> [SourceRunRecord] {
    try connection.rows(
      """
      SELECT kind, started_at, finished_at, rows_read, accepted, duplicate, rejected, deleted, error FROM source_run WHERE source = $1
      ORDER BY run DESC LIMIT $2
      """, [source, limit]
    ) {
      SourceRunRecord(
        kind: SourceRunKind(rawValue: $0.text(0)) ?? .full, startedAt: Instant(microseconds: $0.integer(1)),
        finishedAt: Instant(microseconds: $0.integer(2)), read: $0.int(3), accepted: $0.int(4), duplicate: $0.int(5), rejected: $0.int(6),
        deleted: $0.int(7), error: $0.optionalText(8))
    }
  }

  /// How the runs that ended since `start` went.
  public static func errorRate(of source: String, since start: Instant, _ connection: any Connection) throws -> SourceErrorRate {
    try connection.first(
      """
      SELECT COUNT(*), COUNT(error), CAST(COALESCE(SUM(rows_read), 0) AS BIGINT), CAST(COALESCE(SUM(rejected), 0) AS BIGINT)
      FROM source_run WHERE source = $1 AND finished_at >= $2
      """, [source, start.microseconds]
    ) { SourceErrorRate(runs: $0.int(0), failed: $0.int(1), read: $0.int(2), rejected: $0.int(3)) } ?? SourceErrorRate()
  }

  // MARK: Rows

  /// What is known of rows, by id.
  public static func rows(of source: String, ids: [String], _ connection: any Connection) throws -> [String: SourceRow] {
    let known = try connection.rows(
      "SELECT id, deleted_at, problem, statement FROM source_row WHERE source = $1 AND id \(connection.dialect.isAmong("$2"))",
      [source, SQLParameter.texts(ids)], row)
    return Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Notes that a run has seen rows, each of another id. What was last taken of one is kept where this time nothing could be.
  public static func note(_ rows: [SourceRow], _ claim: SourceClaim, _ connection: any Connection) throws {
    try connection.insert(
      BulkInsert(
        into: "source_row",
        [
          .texts("source", rows.map { _ in claim.source }), .texts("id", rows.map(\.id)),
          .integers("seen_run", rows.map { _ in Int64(claim.run) }), .texts("problem", rows.map(\.problem)),
          .texts("statement", rows.map(\.statement)),
        ],
        onConflict: """
          (source, id) DO UPDATE SET seen_run = excluded.seen_run, problem = excluded.problem,
            deleted_at = CASE WHEN excluded.statement IS NULL THEN source_row.deleted_at ELSE NULL END,
            statement = COALESCE(excluded.statement, source_row.statement)
          """))
  }

  /// How many rows are known to be there, and how many of them the run has not seen. Rows of which nothing could ever be taken do not
  /// count.
  public static func unseen(_ claim: SourceClaim, _ connection: any Connection) throws -> (known: Int, unseen: Int) {
    try connection.first(
      """
      SELECT COUNT(*), COUNT(CASE WHEN seen_run < $1 THEN 1 END) FROM source_row
      WHERE source = $2 AND deleted_at IS NULL AND statement IS NOT NULL
      """, [claim.run, claim.source]
    ) { ($0.int(0), $0.int(1)) } ?? (0, 0)
  }

  /// Rows that the run has not seen, by id.
  public static func unseen(
    _ claim: SourceClaim, after id: String, limit: Int, _ connection: any Connection
  ) throws -> [(row: SourceRow, seenRun: Int)] {
    try connection.rows(
      """
      SELECT id, deleted_at, problem, statement, seen_run FROM source_row
      WHERE source = $1 AND id > $2 AND seen_run < $3 AND deleted_at IS NULL AND statement IS NOT NULL ORDER BY id LIMIT $4
      """, [claim.source, id, claim.run, limit]
    ) { (row($0), $0.int(4)) }
  }

  public static func setDeleted(_ ids: [String], at instant: Instant, _ claim: SourceClaim, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE source_row SET deleted_at = $1 WHERE source = $2 AND id \(connection.dialect.isAmong("$3"))",
      [instant.microseconds, claim.source, SQLParameter.texts(ids)])
  }

  /// Forgets rows that the run has not seen and of which nothing could ever be taken.
  public static func forgetUntaken(_ claim: SourceClaim, _ connection: any Connection) throws {
    try connection.execute(
      "DELETE FROM source_row WHERE source = $1 AND seen_run < $2 AND statement IS NULL", [claim.source, claim.run])
  }

  private static func row(_ row: any Row) -> SourceRow {
    SourceRow(id: row.text(0), deletedAt: row.optionalInstant(1), problem: row.optionalText(2), statement: row.optionalText(3))
  }
}

extension Row {
  fileprivate func optionalInstant(_ column: Int) -> Instant? { optionalInteger(column).map(Instant.init(microseconds:)) }
}
