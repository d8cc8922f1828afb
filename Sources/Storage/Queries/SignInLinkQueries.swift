import Domain
import SQL

/// The table of links that let somebody in once. They are found by the SHA-256 of their text.
public enum SignInLinkQueries {
  /// What can no longer be used is kept so long, so that a page can say what has become of it.
  private static let memory = TimeSpan.days(30)

  /// Puts a link in. What the same user had of that kind and did not use is void from now on.
  public static func insert(_ link: SignInLink, hash: [UInt8], _ connection: any Connection) throws {
    try connection.execute(
      "DELETE FROM sign_in_link WHERE app_user = $1 AND kind = $2 AND used_at IS NULL", [link.user, link.kind.rawValue])
    try connection.execute("DELETE FROM sign_in_link WHERE expires_at < $1", [(link.createdAt - memory).microseconds])
    try connection.execute(
      "INSERT INTO sign_in_link (hash, kind, app_user, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6)",
      [
        hash, link.kind.rawValue, link.user, link.createdAt.microseconds, link.expiresAt.microseconds, link.usedAt?.microseconds,
      ])
  }

  /// The link with this text, used or not, and for whom it is.
  public static func find(hash: [UInt8], _ connection: any Connection) throws -> (link: SignInLink, user: User)? {
    try connection.first(
      """
      SELECT sign_in_link.kind, sign_in_link.app_user, sign_in_link.created_at, sign_in_link.expires_at, sign_in_link.used_at,
        app_user.id, app_user.email, app_user.name, app_user.role, app_user.created_at, app_user.disabled_at,
        app_user.password IS NOT NULL
      FROM sign_in_link JOIN app_user ON app_user.id = sign_in_link.app_user WHERE sign_in_link.hash = $1
      """, [hash]
    ) { row in
      guard let kind = SignInLink.Kind(rawValue: row.text(0)), let user = UserQueries.user(row, from: 5) else { return nil }
      let link = SignInLink(
        kind: kind, user: row.text(1), createdAt: Instant(microseconds: row.integer(2)), expiresAt: Instant(microseconds: row.integer(3)),
        usedAt: row.optionalInteger(4).map(Instant.init(microseconds:)))
      return (link, user)
    } ?? nil
  }

  /// Until when users have a link that can still be used, by the user's id.
  public static func open(at now: Instant, _ connection: any Connection) throws -> [String: Instant] {
    let rows = try connection.rows(
      "SELECT app_user, MAX(expires_at) FROM sign_in_link WHERE used_at IS NULL AND expires_at > $1 GROUP BY app_user", [now.microseconds]
    ) { ($0.text(0), Instant(microseconds: $0.integer(1))) }
    return Dictionary(rows) { first, _ in first }
  }

  /// Uses a link: of several who try at the same time one succeeds. - Returns: whether this one has.
  public static func use(hash: [UInt8], at now: Instant, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      "UPDATE sign_in_link SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $3",
      [now.microseconds, hash, now.microseconds]) > 0
  }

  /// Makes void what a user has not used.
  public static func removeUnused(user: String, _ connection: any Connection) throws {
    try connection.execute("DELETE FROM sign_in_link WHERE app_user = $1 AND used_at IS NULL", [user])
  }
}
