import DatabaseKit
import Domain
import SQL
import Storage
import Synchronization
import Testing

@Suite("The table of nodes")
struct NodeQueriesTests {
  @Test(
    "A node's step waits for one before it that is still about to be committed, and not for other nodes'",
    .enabled(if: TestDatabase.server != nil))
  func turns() async throws {
    try await withTemporaryPostgres { database in
      let seen = Seen()
      let (hasTurn, begun) = AsyncStream.makeStream(of: Void.self)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          // Also where it fails before its turn: nobody is to wait for it then.
          defer { begun.finish() }
          try await database.write { connection in
            try NodeQueries.takeTurn(7, connection)
            begun.finish()
            let waiting = """
              SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
              WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
              """
            while try connection.first(waiting, [], { _ in true }) == nil {}
            seen.note("the step before")
          }
        }
        for await _ in hasTurn {}
        group.addTask {
          try await database.write { connection in
            try NodeQueries.takeTurn(7, connection)
            seen.note("the next step")
          }
        }
        try await group.waitForAll()
      }
      #expect(seen.all == ["the step before", "the next step"])
      try await database.write { try NodeQueries.takeTurn(8, $0) }
    }
  }

  @Test("A node of an older program does not join once a newer one has changed the schema, and says what to do")
  func olderProgram() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { _ = try $0.execute("INSERT INTO schema_version (version) VALUES ($1)", [Migrator.newest + 1]) }
      let failure = try await #require(throws: DatabaseFailure.self) {
        try await database.write { try NodeQueries.register(name: "old", blueprint: nil, at: .distantPast, $0) }
      }
      #expect(failure.kind == .unusable && failure.message.contains("start the newer program"))
      #expect(try await database.read { try NodeQueries.all($0) } == [])
    }
  }
}

/// What happened, in order.
private final class Seen: Sendable {
  private let held = Mutex<[String]>([])
  var all: [String] { held.withLock { $0 } }
  func note(_ what: String) { held.withLock { $0.append(what) } }
}
