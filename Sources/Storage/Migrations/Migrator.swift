import SQL

/// Brings a database to the newest schema, in one transaction.
public enum Migrator {
  private static let migrations = [Migration0001.script, Migration0003.script]

  /// The schema this program knows.
  public static var newest: Int { migrations.count }

  /// - Throws: `DatabaseFailure` of kind `unusable` where the database is newer than this program.
  public static func migrate(_ database: any Database) async throws {
    try await database.write { connection in
      try connection.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT")
      let present = try connection.first("SELECT COALESCE(MAX(version), 0) FROM schema_version") { $0.int(0) } ?? 0
      guard present <= newest else {
        throw DatabaseFailure(
          kind: .unusable,
          message: "the database has schema \(present), this program knows \(newest): start the newer program, or restore a backup",
          detail: "schema_version")
      }
      for version in present..<newest {
        try connection.script(migrations[version])
        try connection.execute("INSERT INTO schema_version (version) VALUES ($1)", [version + 1])
      }
    }
  }
}
