import SQL

/// Brings a database to the newest schema, in one transaction.
public enum Migrator {
  private static let migrations = [
    Migration(Migration0001.script), Migration0002.migration, Migration(Migration0003.script), Migration0004.migration,
    Migration(Migration0005.script), Migration(Migration0006.script), Migration(Migration0007.script),
    Migration0008.migration, Migration(Migration0009.script, step: Migration0009.fillOwners),
    Migration0010.migration,
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
      try takeTurn(connection)
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

  /// Waits for however long another node's migration takes; for locks on tables, as long as usual.
  private static func takeTurn(_ connection: any Connection) throws {
    guard connection.dialect == .postgres else { return }
    let usual = try connection.first("SELECT current_setting('lock_timeout')") { $0.text(0) } ?? "0"
    try connection.execute("SET LOCAL lock_timeout = 0")
    try connection.each("SELECT pg_advisory_xact_lock(\(lock))", []) { _ in true }
    try connection.each("SELECT set_config('lock_timeout', $1, TRUE)", [usual]) { _ in true }
  }

  /// The schema that a database has; 0 where it has no tables of Holdfast. Changes nothing.
  /// - Throws: `DatabaseFailure` where the database does not answer.
  public static func present(_ database: any Database) async throws -> Int {
    do { return try await database.read { try version($0) } } catch let failure as DatabaseFailure {
      // Without the table there is no schema; whether the database answers at all, this tells.
      _ = try await database.read { try $0.first("SELECT 1") { $0.int(0) } }
      guard failure.kind == .other || failure.kind == .unusable else { throw failure }
      return 0
    }
  }

  /// - Throws: `DatabaseFailure` of kind `unusable` where a newer program has brought the database to a schema of its own.
  static func requireKnown(_ connection: any Connection) throws { try check(version(connection)) }

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
