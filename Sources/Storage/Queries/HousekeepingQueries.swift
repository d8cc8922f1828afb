import Domain
import SQL

/// Small tables: settings, counters, the fold's position, arrivals, what was set aside, schedules, incidents.
public enum HousekeepingQueries {
  public static func setting(_ name: String, _ connection: any Connection) throws -> String? {
    try connection.first("SELECT value FROM setting WHERE name = $1", [name]) { $0.text(0) }
  }

  public static func set(_ name: String, to value: String, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", [name, value])
  }

  public static func count(_ name: String, by amount: Int, _ connection: any Connection) throws {
    guard amount != 0 else { return }
    try connection.execute(
      "INSERT INTO counter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value",
      [name, amount])
  }

  public static func counters(_ connection: any Connection) throws -> [String: Int] {
    try Dictionary(connection.rows("SELECT name, value FROM counter") { ($0.text(0), $0.int(1)) }, uniquingKeysWith: +)
  }

  /// How far the customers of the log's entries have been found; where one node does all, how far it has been folded too.
  public static func position(_ connection: any Connection) throws -> Int64 {
    try connection.first("SELECT position FROM log_mark WHERE name = 'routed'") { $0.integer(0) } ?? 0
  }

  /// - Parameter owner: the node that routes; `nil` where there are no others.
  /// - Throws: `DatabaseFailure` of kind `fenced` where another one routes.
  public static func setPosition(_ position: Int64, owner: Int64?, _ connection: any Connection) throws {
    let condition = owner == nil ? "" : " AND owner = $2"
    let values: [any SQLBindable] = owner.map { [position, $0] } ?? [position]
    guard try connection.execute("UPDATE log_mark SET position = $1 WHERE name = 'routed'\(condition)", values) > 0 else {
      throw DatabaseFailure(kind: .fenced, message: "another node routes the log now", detail: "routed")
    }
  }

  /// When something of each kind last arrived.
  public static func arrivals(_ connection: any Connection) throws -> Arrivals {
    var arrivals = Arrivals()
    try connection.each("SELECT kind, last_at FROM arrival", []) { row in
      let at = Instant(microseconds: row.integer(1))
      switch row.text(0) {
      case "event": arrivals.events = at
      case "ticket": arrivals.tickets = at
      case "subscription": arrivals.subscriptions = at
      default: break
      }
      return true
    }
    return arrivals
  }

  /// Notes when something of each kind last arrived.
  public static func save(_ arrivals: Arrivals, _ connection: any Connection) throws {
    for (kind, at) in [("event", arrivals.events), ("ticket", arrivals.tickets), ("subscription", arrivals.subscriptions)] {
      guard let at else { continue }
      try connection.execute(
        """
        INSERT INTO arrival (kind, last_at) VALUES ($1, $2)
        ON CONFLICT (kind) DO UPDATE SET last_at = excluded.last_at WHERE arrival.last_at < excluded.last_at
        """,
        [kind, at.microseconds])
    }
  }

  /// Notes that the entry at a position of the log cannot be folded.
  public static func setUnfoldable(_ position: Int64, reason: String, at: Instant, _ connection: any Connection) throws {
    try setAside(source: unfoldableSource, reason: reason, excerpt: "\(unfoldablePrefix)\(position)", at: at, connection)
  }

  /// Positions of entries that cannot be folded.
  public static func unfoldable(_ connection: any Connection) throws -> Set<Int64> {
    let excerpts = try connection.rows("SELECT excerpt FROM set_aside WHERE source = $1", [unfoldableSource]) { $0.text(0) }
    return Set(excerpts.compactMap { Int64($0.dropFirst(unfoldablePrefix.count)) })
  }

  private static let unfoldableSource = "fold"
  private static let unfoldablePrefix = "position "

  /// What could not be taken, newest first.
  public static func setAside(
    limit: Int, _ connection: any Connection
  ) throws -> [(at: Instant, source: String, reason: String, excerpt: String)] {
    try connection.rows("SELECT at, source, reason, excerpt FROM set_aside ORDER BY id DESC LIMIT $1", [limit]) {
      (Instant(microseconds: $0.integer(0)), $0.text(1), $0.text(2), $0.text(3))
    }
  }

  /// Only this many inputs that could not be taken are kept; all are counted.
  public static let maximumSetAside = 10_000

  public static func setAside(source: String, reason: String, excerpt: String, at: Instant, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO set_aside (at, source, reason, excerpt) VALUES ($1, $2, $3, $4)", [at.microseconds, source, reason, excerpt])
    try connection.execute("DELETE FROM set_aside WHERE id <= (SELECT MAX(id) FROM set_aside) - $1", [maximumSetAside])
  }

  /// Takes a piece of work that is due: of several nodes exactly one gets it.
  /// - Parameter lastRun: when it was last done, as this node has seen it; `nil`: never.
  /// - Returns: whether this one has it.
  public static func claimRun(of name: String, lastRun: Instant?, at now: Instant, _ connection: any Connection) throws -> Bool {
    guard let lastRun else {
      return try connection.execute(
        "INSERT INTO schedule (name, last_run_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [name, now.microseconds]) > 0
    }
    return try connection.execute(
      "UPDATE schedule SET last_run_at = $1 WHERE name = $2 AND last_run_at = $3", [now.microseconds, name, lastRun.microseconds]) > 0
  }

  /// A setting, made once: of several that make it at the same time all get the same.
  public static func setting(_ name: String, orMade value: String, _ connection: any Connection) throws -> String {
    try connection.execute("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [name, value])
    return try setting(name, connection) ?? value
  }

  public static func lastRun(of name: String, _ connection: any Connection) throws -> Instant? {
    try connection.first("SELECT last_run_at FROM schedule WHERE name = $1", [name]) { Instant(microseconds: $0.integer(0)) }
  }

  public static func noteRun(of name: String, at: Instant, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO schedule (name, last_run_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at",
      [name, at.microseconds])
  }

  /// An incident's detail is no longer than this, in characters.
  private static let maximumDetail = 20_000

  /// Opens an incident, or adds to the one of that kind and instant; beyond a bound lines are left off.
  public static func addToIncident(
    kind: String, openedAt: Instant, heading: String, lines: [String], _ connection: any Connection
  ) throws {
    let more = lines.map { "\n\($0)" }.joined()
    let known = try connection.first("SELECT 1 FROM incident WHERE kind = $1 AND opened_at = $2", [kind, openedAt.microseconds]) { _ in true
    }
    if known != nil {
      try connection.execute(
        "UPDATE incident SET detail = SUBSTR(detail || $1, 1, \(maximumDetail)) WHERE kind = $2 AND opened_at = $3",
        [more, kind, openedAt.microseconds])
    } else {
      try connection.execute(
        "INSERT INTO incident (kind, opened_at, detail) VALUES ($1, $2, $3)",
        [kind, openedAt.microseconds, String((heading + more).prefix(maximumDetail))])
    }
  }

  public static func incidents(_ connection: any Connection) throws -> [(kind: String, at: Instant, detail: String)] {
    try connection.rows("SELECT kind, opened_at, detail FROM incident ORDER BY id DESC LIMIT 100") {
      ($0.text(0), Instant(microseconds: $0.integer(1)), $0.text(2))
    }
  }
}
