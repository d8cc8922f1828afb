import SQL
import Synchronization
import Testing

@testable import Postgres

@Suite("Connections of a pool")
struct PostgresPoolTests {
  /// Nobody listens there.
  private static let nowhere = "postgres://a@127.0.0.1:1/c?pool=5"

  @Test("While there is no server each connection is tried more and more rarely, up to a bound")
  func backOff() async throws {
    let pauses = Mutex<[Double]>([])
    let database = PostgresDatabase(address: try PostgresAddress(Self.nowhere)) { seconds in pauses.withLock { $0.append(seconds) } }
    for _ in 0..<9 {
      let failure = await #expect(throws: DatabaseFailure.self) { try await database.read { _ in } }
      #expect(failure?.kind == .lost)
    }
    #expect(pauses.withLock { $0 } == [0.1, 0.2, 0.4, 0.8, 1.6, 3, 3, 3, 3])
    try await database.close()
  }

  @Test("Whoever waits in line while no connection can be had is told at once", .timeLimit(.minutes(1)))
  func refusal() async throws {
    let pauses = Mutex(0)
    let database = PostgresDatabase(address: try PostgresAddress(Self.nowhere)) { _ in
      pauses.withLock { $0 += 1 }
      // Until all have come.
      for _ in 0..<1_000 { await Task.yield() }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask { _ = await #expect(throws: DatabaseFailure.self) { try await database.read { _ in } } }
      }
    }
    #expect(pauses.withLock { $0 } < 100)
    try await database.close()
  }

  @Test("A line that is never empty takes no more memory than twice those in it", .timeLimit(.minutes(1)))
  func line() async throws {
    let address = try PostgresAddress(Self.nowhere)
    let manner = PostgresLink.Manner(application: "test", isForeign: false, statementTimeout: 0, lockTimeout: 0, idleTimeout: 0)
    let pool = PostgresPool(address: address, manner: manner, count: 1)
    let link = try await pool.acquire()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for round in 0..<500 {
        for _ in 0..<(round == 0 ? 10 : 1) { group.addTask { _ = try await pool.acquire() } }
        // Ten in line, and one of them is served.
        while pool.length < 10 { await Task.yield() }
        pool.release(link)
        try await group.next()
        #expect(pool.places <= 20)
      }
      for _ in 0..<9 { pool.release(link) }
      try await group.waitForAll()
    }
    pool.release(link)
    await pool.close()
  }
}
