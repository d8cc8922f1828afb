import Domain
import SQL

/// The parts of the log on PostgreSQL: a month each, by position, which is microseconds. SQLite keeps the log in one piece.
public enum PartitionQueries {
  /// A month of the log.
  public struct Part: Hashable, Sendable, Comparable {
    public var year: Int
    public var month: Int

    public init(containing instant: Instant) {
      let date = CivilDate(instant.day)
      (year, month) = (date.year, date.month)
    }

    init(year: Int, month: Int) {
      self.year = year
      self.month = month
    }

    /// `event_2026_11`
    public init?(table: String) {
      let parts = table.split(separator: "_")
      guard parts.count == 3, parts[0] == "event", let year = Int(parts[1]), let month = Int(parts[2]), (1...12).contains(month) else {
        return nil
      }
      self.init(year: year, month: month)
    }

    public var table: String { "event_\(year)_\(month < 10 ? "0" : "")\(month)" }
    public var next: Part { month == 12 ? Part(year: year + 1, month: 1) : Part(year: year, month: month + 1) }
    /// The first position in it, and the first behind it.
    public var bounds: (from: Int64, to: Int64) { (start, next.start) }
    private var start: Int64 { CivilDate(year: year, month: month, day: 1).map { Day($0).start.microseconds } ?? 0 }

    public static func < (a: Part, b: Part) -> Bool { (a.year, a.month) < (b.year, b.month) }
  }

  /// How many months ahead parts are made.
  public static let monthsAhead = 3

  /// The months from `now`, or from an earlier instant, on that should be there.
  public static func wanted(from earliest: Instant? = nil, at now: Instant) -> [Part] {
    var parts = [Part(containing: min(earliest ?? now, now))]
    let last = (0..<monthsAhead).reduce(Part(containing: now)) { part, _ in part.next }
    while let part = parts.last, part < last, parts.count < maximumParts { parts.append(part.next) }
    return parts
  }

  /// More months than these are not made: a clock that once stood at 1970 shall not make hundreds.
  private static let maximumParts = 120

  /// The months that are there, oldest first.
  public static func present(_ connection: any Connection) throws -> [Part] {
    guard connection.dialect == .postgres else { return [] }
    return try connection.rows(
      """
      SELECT part.relname::text FROM pg_inherits JOIN pg_class AS part ON part.oid = pg_inherits.inhrelid
      WHERE pg_inherits.inhparent = 'event'::regclass
      """
    ) { Part(table: $0.text(0)) }.compactMap(\.self).sorted()
  }

  /// Makes a month's part. What fell into the rest of the log because it was not there yet moves over.
  public static func make(_ part: Part, _ connection: any Connection) throws {
    let (from, to) = part.bounds
    try connection.script(
      """
      LOCK TABLE event IN ACCESS EXCLUSIVE MODE;
      CREATE TABLE IF NOT EXISTS \(part.table) (LIKE event INCLUDING ALL);
      WITH moved AS (DELETE FROM event_rest WHERE position >= \(from) AND position < \(to) RETURNING *)
        INSERT INTO \(part.table) SELECT * FROM moved;
      ALTER TABLE event ATTACH PARTITION \(part.table) FOR VALUES FROM (\(from)) TO (\(to));
      """)
  }

  /// Puts a month's rows into a fresh table in the place of the old one, whose space goes back to the system at once.
  ///
  /// Nobody writes to a month that is past, so that its rows are copied while all others work. Only the exchange needs the log for itself;
  /// where it cannot have it soon, behind a long query or a dump, it gives up rather than let appenders wait. Before it copies anything it
  /// tries whether it could.
  /// - Throws: `DatabaseFailure` of kind `busy` where it gave up; all is as it was.
  public static func repack(_ part: Part, _ connection: any Connection) throws {
    let (from, to) = part.bounds
    let (old, new) = (part.table, part.table + "_packed")
    try connection.script(
      """
      SAVEPOINT trial;
      \(exchangeLock)
      ROLLBACK TO SAVEPOINT trial;
      CREATE TABLE \(new) (LIKE event INCLUDING ALL);
      INSERT INTO \(new) SELECT * FROM \(old);
      ALTER TABLE \(new) ADD CONSTRAINT bounds CHECK (position >= \(from) AND position < \(to));
      \(exchangeLock)
      ALTER TABLE event DETACH PARTITION \(old);
      DROP TABLE \(old);
      ALTER TABLE \(new) RENAME TO \(old);
      ALTER TABLE event ATTACH PARTITION \(old) FOR VALUES FROM (\(from)) TO (\(to));
      ALTER TABLE \(old) DROP CONSTRAINT bounds;
      """)
  }

  /// Appenders wait for the row, and so have nothing open that the table would have to wait for.
  private static let exchangeLock = """
    SET LOCAL lock_timeout = '2s';
    UPDATE log_mark SET position = position WHERE name = 'appended';
    LOCK TABLE event IN ACCESS EXCLUSIVE MODE;
    """
}
