import Domain
import SQL

/// What a key may do. One key, one scope.
public enum KeyScope: String, Hashable, Sendable, CaseIterable {
  /// Send tracking calls.
  case write
  /// Read everything and import records.
  case api
  /// Read `/metrics`.
  case metrics
}

/// A key as it is stored: of the key itself only the SHA-256.
public struct StoredKey: Hashable, Sendable {
  public var id: String
  /// For people, to tell keys apart.
  public var name: String
  public var scope: KeyScope
  /// SHA-256 of the whole key.
  public var hash: [UInt8]
  public var createdAt: Instant
  public var revokedAt: Instant?

  public init(id: String, name: String, scope: KeyScope, hash: [UInt8], createdAt: Instant, revokedAt: Instant? = nil) {
    self.id = id
    self.name = name
    self.scope = scope
    self.hash = hash
    self.createdAt = createdAt
    self.revokedAt = revokedAt
  }
}

/// The table of keys.
public enum KeyQueries {
  private static let columns = "id, name, scope, hash, created_at, revoked_at"

  public static func insert(_ key: StoredKey, _ connection: any Connection) throws {
    try connection.execute(
      "INSERT INTO api_key (\(columns)) VALUES ($1, $2, $3, $4, $5, $6)",
      [key.id, key.name, key.scope.rawValue, key.hash, key.createdAt.microseconds, key.revokedAt?.microseconds])
  }

  /// Keys that are in force, oldest first, at most `limit`.
  public static func inForce(limit: Int, _ connection: any Connection) throws -> [StoredKey] {
    try connection.rows(
      "SELECT \(columns) FROM api_key WHERE revoked_at IS NULL ORDER BY created_at, id LIMIT $1", [limit], key
    ).compactMap(\.self)
  }

  /// All keys, revoked ones too, oldest first.
  public static func all(_ connection: any Connection) throws -> [StoredKey] {
    try connection.rows("SELECT \(columns) FROM api_key ORDER BY created_at, id", [], key).compactMap(\.self)
  }

  /// The key with this id, revoked or not.
  public static func load(id: String, _ connection: any Connection) throws -> StoredKey? {
    try connection.first("SELECT \(columns) FROM api_key WHERE id = $1", [id], key) ?? nil
  }

  /// - Returns: whether there was such a key in force.
  public static func revoke(id: String, at instant: Instant, _ connection: any Connection) throws -> Bool {
    try connection.execute("UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", [instant.microseconds, id]) > 0
  }

  /// `nil` for a scope that a newer program wrote: such a key opens nothing here.
  private static func key(_ row: any Row) -> StoredKey? {
    guard let scope = KeyScope(rawValue: row.text(2)) else { return nil }
    return StoredKey(
      id: row.text(0), name: row.text(1), scope: scope, hash: row.blob(3), createdAt: Instant(microseconds: row.integer(4)),
      revokedAt: row.optionalInteger(5).map(Instant.init(microseconds:)))
  }
}
