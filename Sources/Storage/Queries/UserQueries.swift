import Domain
import SQL

/// The table of those who sign in.
public enum UserQueries {
  private static let columns = "id, email, name, role, created_at, disabled_at, password IS NOT NULL"

  /// - Parameters:
  ///   - password: its hash; `nil`: none is chosen yet.
  ///   - externalID: what the company's own sign-in calls the person.
  /// - Returns: whether it was new; else somebody has the address, or the external id, already.
  public static func insert(_ user: User, password: String? = nil, externalID: String? = nil, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      """
      INSERT INTO app_user (id, email, name, role, password, external_id, created_at, disabled_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
      """,
      [
        user.id, user.email, user.name, user.role.rawValue, password, externalID, user.createdAt.microseconds,
        user.disabledAt?.microseconds,
      ]) > 0
  }

  /// By address, at most `limit`, from the one after `cursor` on.
  public static func list(limit: Int, cursor: String?, _ connection: any Connection) throws -> Page<User> {
    var rows = try connection.rows(
      "SELECT \(columns) FROM app_user WHERE email > $1 ORDER BY email LIMIT $2", [cursor ?? "", limit + 1]
    ) { (email: $0.text(1), user: user($0)) }
    guard rows.count > limit, limit > 0 else { return Page(items: rows.compactMap(\.user), next: nil) }
    rows.removeLast()
    return Page(items: rows.compactMap(\.user), next: rows.last?.email)
  }

  public static func load(id: String, _ connection: any Connection) throws -> User? {
    try connection.first("SELECT \(columns) FROM app_user WHERE id = $1", [id], user) ?? nil
  }

  /// - Parameter email: in lower case.
  public static func load(email: String, _ connection: any Connection) throws -> User? {
    try connection.first("SELECT \(columns) FROM app_user WHERE email = $1", [email], user) ?? nil
  }

  /// Whom the company's own sign-in calls so.
  public static func load(externalID: String, _ connection: any Connection) throws -> User? {
    try connection.first("SELECT \(columns) FROM app_user WHERE external_id = $1", [externalID], user) ?? nil
  }

  /// What the company's own sign-in calls a user; `nil`: nothing yet.
  public static func externalID(id: String, _ connection: any Connection) throws -> String? {
    try connection.first("SELECT external_id FROM app_user WHERE id = $1", [id]) { $0.optionalText(0) } ?? nil
  }

  /// Ties a user to an identity of the company's own sign-in. - Returns: whether neither was tied yet.
  public static func tie(_ externalID: String, id: String, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      """
      UPDATE app_user SET external_id = $1 WHERE id = $2 AND external_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM app_user AS other WHERE other.external_id = $3)
      """, [externalID, id, externalID]) > 0
  }

  /// Unties a user from the company's own sign-in. - Returns: whether there was anything to untie.
  public static func untie(id: String, _ connection: any Connection) throws -> Bool {
    try connection.execute("UPDATE app_user SET external_id = NULL WHERE id = $1 AND external_id IS NOT NULL", [id]) > 0
  }

  /// The hash of the password; `nil` where there is no such user or none is chosen.
  public static func password(id: String, _ connection: any Connection) throws -> String? {
    try connection.first("SELECT password FROM app_user WHERE id = $1", [id]) { $0.optionalText(0) } ?? nil
  }

  /// Whether there is nobody yet.
  public static func isEmpty(_ connection: any Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM app_user LIMIT 1") { _ in true } == nil
  }

  public static func setPassword(_ password: String, id: String, _ connection: any Connection) throws {
    try connection.execute("UPDATE app_user SET password = $1 WHERE id = $2", [password, id])
  }

  /// Replaces a hash by another one of the same password, unless another password was chosen meanwhile.
  public static func rehash(from old: String, to new: String, id: String, _ connection: any Connection) throws {
    try connection.execute("UPDATE app_user SET password = $1 WHERE id = $2 AND password = $3", [new, id, old])
  }

  public static func setRole(_ role: Role, id: String, _ connection: any Connection) throws {
    try connection.execute("UPDATE app_user SET role = $1 WHERE id = $2", [role.rawValue, id])
  }

  /// - Parameter at: since when the person may not sign in any more; `nil`: may again.
  public static func setDisabled(at instant: Instant?, id: String, _ connection: any Connection) throws {
    try connection.execute("UPDATE app_user SET disabled_at = $1 WHERE id = $2", [instant?.microseconds, id])
  }

  /// A user from the columns `id, email, name, role, created_at, disabled_at, has a password`, beginning at `first`; `nil` for a role that
  /// a newer program wrote: whoever has it gets in nowhere here.
  static func user(_ row: any Row, from first: Int) -> User? {
    guard let role = Role(rawValue: row.text(first + 3)) else { return nil }
    return User(
      id: row.text(first), email: row.text(first + 1), name: row.text(first + 2), role: role,
      createdAt: Instant(microseconds: row.integer(first + 4)),
      disabledAt: row.optionalInteger(first + 5).map(Instant.init(microseconds:)), hasPassword: row.bool(first + 6))
  }

  private static func user(_ row: any Row) -> User? { user(row, from: 0) }
}
