import SQL

/// Brings a database to the newest schema, in one transaction.
public enum Migrator {
  private static let migrations = [
    Migration(Migration0001.script), Migration0002.migration, Migration(Migration0003.script), Migration0004.migration,
    Migration(Migration0005.script), Migration(Migration0006.script),
  ]

  /// The schema this program knows.
  public static var newest: Int { migrations.count }

  /// Nodes that start at the same time take turns.
  private static let lock = 0x686f_6c64_6661_7374

  /// - Throws: `DatabaseFailure` of kind `unusable` where the database is newer than this program.
  public static func migrate(_ database: any Database) async throws {
    // Nearly always there is nothing to do: looking alone needs no right to make tables.
    if let present = try? await database.read({ try version($0) }) {
      try check(present)
      if present == newest { return }
    }
    try await database.write(patience: .unbounded) { connection in
      if connection.dialect == .postgres { try connection.each("SELECT pg_advisory_xact_lock(\(lock))", []) { _ in true } }
      try connection.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
      let present = try version(connection)
      try check(present)
      for version in present..<newest {
        let migration = migrations[version]
        try connection.script(connection.dialect.twin(sqlite: migration.sqlite, postgres: migration.postgres))
        try migration.step?(connection)
        try connection.execute("INSERT INTO schema_version (version) VALUES ($1)", [version + 1])
      }
    }
  }

  private static func version(_ connection: any Connection) throws -> Int {
    try connection.first("SELECT COALESCE(MAX(version), 0) FROM schema_version") { $0.int(0) } ?? 0
  }

  private static func check(_ present: Int) throws {
    guard present > newest else { return }
    throw DatabaseFailure(
      kind: .unusable,
      message: "the database has schema \(present), this program knows \(newest): start the newer program, or restore a backup",
      detail: "schema_version")
  }
}
