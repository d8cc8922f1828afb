import Domain
import SQL

/// The table of sessions. They are found by the SHA-256 of their secret.
public enum SessionQueries {
  private static let columns = "session.id, session.app_user, session.created_at, session.seen_at, session.expires_at, session.agent"

  /// A user has at most so many; the oldest make room.
  static let most = 100

  /// Puts a session in; where its user has too many, the oldest go.
  public static func insert(_ session: SignInSession, hash: [UInt8], _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO session (hash, id, app_user, created_at, seen_at, expires_at, agent) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [
        hash, session.id, session.user, session.createdAt.microseconds, session.seenAt.microseconds, session.expiresAt.microseconds,
        session.agent,
      ])
    try connection.execute(
      """
      DELETE FROM session WHERE app_user = $1 AND id NOT IN (
        SELECT id FROM session WHERE app_user = $2 ORDER BY created_at DESC, id DESC LIMIT $3)
      """, [session.user, session.user, most])
  }

  /// The session with this secret and whose it is, however old; `nil` where there is none.
  public static func find(hash: [UInt8], _ connection: any Connection) throws -> (session: SignInSession, user: User)? {
    try connection.first(
      """
      SELECT \(columns), app_user.id, app_user.email, app_user.name, app_user.role, app_user.created_at, app_user.disabled_at,
        app_user.password IS NOT NULL
      FROM session JOIN app_user ON app_user.id = session.app_user WHERE session.hash = $1
      """, [hash]
    ) { row in UserQueries.user(row, from: 6).map { (session(row), $0) } } ?? nil
  }

  /// Notes that it was seen, unless somebody noted that meanwhile.
  public static func note(hash: [UInt8], seenAt: Instant, expiresAt: Instant, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE session SET seen_at = $1, expires_at = $2 WHERE hash = $3 AND seen_at < $4",
      [seenAt.microseconds, expiresAt.microseconds, hash, seenAt.microseconds])
  }

  /// Those of a user that have not ended, the one begun last first.
  public static func list(user: String, at now: Instant, _ connection: any Connection) throws -> [SignInSession] {
    try connection.rows(
      "SELECT \(columns) FROM session WHERE app_user = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT $3",
      [user, now.microseconds, most], session)
  }

  /// How many sessions users have that have not ended, and when each user was seen last, by the user's id.
  public static func presence(at now: Instant, _ connection: any Connection) throws -> [String: (sessions: Int, seenAt: Instant)] {
    let rows = try connection.rows(
      "SELECT app_user, COUNT(*), MAX(seen_at) FROM session WHERE expires_at > $1 GROUP BY app_user", [now.microseconds]
    ) { ($0.text(0), (sessions: $0.int(1), seenAt: Instant(microseconds: $0.integer(2)))) }
    return Dictionary(rows) { first, _ in first }
  }

  /// - Returns: whether there was such a session.
  public static func remove(hash: [UInt8], _ connection: any Connection) throws -> Bool {
    try connection.execute("DELETE FROM session WHERE hash = $1", [hash]) > 0
  }

  /// - Returns: whether that user had such a session.
  public static func remove(id: String, user: String, _ connection: any Connection) throws -> Bool {
    try connection.execute("DELETE FROM session WHERE id = $1 AND app_user = $2", [id, user]) > 0
  }

  /// Ends all sessions of a user. - Parameter kept: the id of one that goes on.
  /// - Returns: how many.
  @discardableResult
  public static func removeAll(user: String, except kept: String? = nil, _ connection: any Connection) throws -> Int {
    try connection.execute("DELETE FROM session WHERE app_user = $1 AND id <> $2", [user, kept ?? ""])
  }

  /// Removes what has ended by itself.
  public static func removeExpired(at now: Instant, _ connection: any Connection) throws {
    try connection.execute("DELETE FROM session WHERE expires_at <= $1", [now.microseconds])
  }

  private static func session(_ row: any Row) -> SignInSession {
    SignInSession(
      id: row.text(0), user: row.text(1), createdAt: Instant(microseconds: row.integer(2)), seenAt: Instant(microseconds: row.integer(3)),
      expiresAt: Instant(microseconds: row.integer(4)), agent: row.text(5))
  }
}
