import Domain
import SQL
import Storage

/// Keeps the log in parts by month on PostgreSQL: the next ones are made before they are needed.
public enum LogUpkeep {
  /// Makes what is missing. Of several nodes the first does it; the others find it done.
  /// - Returns: the tables that were made.
  /// - Throws: `DatabaseFailure`, of kind `busy` where the log is in use for longer; nothing has changed then.
  @discardableResult
  public static func makeParts(at now: Instant, _ database: any Database) async throws -> [String] {
    guard database.dialect == .postgres else { return [] }
    let present = try await database.read { Set(try PartitionQueries.present($0)) }
    guard !PartitionQueries.wanted(at: now).allSatisfy(present.contains) else { return [] }
    return try await database.write(patience: .unbounded) { connection in
      // Appenders wait meanwhile: behind a dump or a long query it gives up soon, and the next look tries again.
      try connection.execute("SET LOCAL lock_timeout = '2s'")
      return try makeParts(at: now, connection)
    }
  }

  /// `makeParts(at:_:)` within a transaction.
  /// - Parameter earliest: where a log that began before now is to come.
  @discardableResult
  static func makeParts(from earliest: Instant? = nil, at now: Instant, _ connection: any Connection) throws -> [String] {
    guard connection.dialect == .postgres else { return [] }
    // Appenders wait behind this lock too, instead of failing.
    try connection.execute("UPDATE log_mark SET position = position WHERE name = 'appended'")
    let present = Set(try PartitionQueries.present(connection))
    let missing = PartitionQueries.wanted(from: earliest, at: now).filter { !present.contains($0) }
    for part in missing { try PartitionQueries.make(part, connection) }
    return missing.map(\.table)
  }
}
