import DatabaseKit
import SQL

/// Runs `body` while another connection to a PostgreSQL database holds what `statement` locks.
func whileHeld<T: Sendable>(
  _ statement: String, _ database: any Database, _ body: @escaping @Sendable () async throws -> T
) async throws -> T {
  let isOver = Flag()
  let (held, begun) = AsyncStream.makeStream(of: Void.self)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      // Also where it fails before it holds anything: nobody is to wait for it then.
      defer { begun.finish() }
      try await database.write { connection in
        try connection.script(statement)
        begun.finish()
        while !isOver.isSet { try connection.each("SELECT pg_sleep(0.02)", []) { _ in true } }
      }
    }
    for await _ in held {}
    let outcome: Result<T, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    isOver.set()
    try await group.waitForAll()
    return try outcome.get()
  }
}
