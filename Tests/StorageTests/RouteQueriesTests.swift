import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("The table of routes")
struct RouteQueriesTests {
  private static let start = Instant(iso8601: "2026-03-01T00:00:00Z") ?? .epoch

  @Test("What waits on its way to an owner is counted, and the arrival of the oldest told, in whatever shard it waits")
  func backlog() async throws {
    try await withTemporaryDatabase { database in
      let nothing = try await database.read { try RouteQueries.backlog($0) }
      #expect(nothing.count == 0 && nothing.oldest == nil)
      let entries = (0..<20).map { number in
        LogEntry(
          messageID: "m-\(number)", at: Self.start, version: Self.start, receivedAt: Self.start + .seconds(Int64(number)),
          actor: Actor(customer: "c-\(number)"), fact: .event(name: "Signed In", properties: []))
      }
      let waiting = try await database.write { connection in
        let ids = MessageIDs(hash: SipHash(key0: 1, key1: 2))
        _ = try EventQueries.append(entries.map { PreparedEntry($0, ids: ids) }, ids: ids, at: Self.start, connection)
        let stored = try EventQueries.entries(after: 0, limit: 100, connection)
        // The first five are folded already; the order of the shards is another than that of the log.
        let routes = stored.enumerated().dropFirst(5).map { number, entry in
          Route(position: entry.position, kind: .entry, owner: RecordOwner(customer: "c-\(number)", actor: "", isPinned: true))
        }
        try RouteQueries.insert(routes, connection)
        return try RouteQueries.backlog(connection)
      }
      #expect(waiting.count == 15)
      #expect(waiting.oldest == Self.start + .seconds(5))
    }
  }
}
