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
      let waiting = try await database.write { connection in
        let stored = try Self.log(20, connection)
        // The first five are folded already; the order of the shards is another than that of the log.
        let routes = stored.dropFirst(5).map { Route(position: $0.position, kind: .entry, owner: Self.owner($0.position)) }
        try RouteQueries.insert(routes, connection)
        return try RouteQueries.backlog(connection)
      }
      #expect(waiting.count == 15)
      #expect(waiting.oldest == Self.start + .seconds(5))
    }
  }

  @Test("An owner gets its own, the oldest first, each with its entry where it is one, up to the limit")
  func next() async throws {
    try await withTemporaryDatabase { database in
      let routes = try await database.write { connection in
        let stored = try Self.log(20, connection)
        let routes = stored.flatMap { entry in
          [
            Route(position: entry.position, kind: .entry, owner: Self.owner(entry.position)),
            Route(position: entry.position, kind: .recount, owner: Self.owner(entry.position)),
          ]
        }
        try RouteQueries.insert(routes.reversed(), connection)
        return routes
      }
      let mine = Set(routes.map(\.shard).filter { $0 % 2 == 0 })
      let (found, all) = try await database.read {
        (try RouteQueries.next(of: mine, limit: 7, $0), try RouteQueries.next(of: nil, limit: 100, $0))
      }
      let expected = routes.sorted { ($0.position, $0.kind.rawValue) < ($1.position, $1.kind.rawValue) }
      #expect(all.map(\.route) == expected)
      #expect(found.map(\.route) == Array(expected.filter { mine.contains($0.shard) }.prefix(7)) && found.count == 7)
      #expect(all.allSatisfy { $0.entry?.position == ($0.route.kind == .entry ? $0.route.position : nil) })
    }
  }

  @Test("A route whose entry is gone comes without it, several of one position in the order of their parts")
  func gone() async throws {
    try await withTemporaryDatabase { database in
      let gone = Route(position: 1, kind: .entry, owner: Self.owner(1))
      let parts = (0..<3).map { Route(position: 1, kind: .arrival, owner: Self.owner(1), part: $0, payload: "p\($0)") }
      let found = try await database.write { connection in
        try RouteQueries.insert(parts.reversed() + [gone], connection)
        return try RouteQueries.next(of: nil, limit: 10, connection)
      }
      #expect(found.map(\.route) == [gone] + parts)
      #expect(found.allSatisfy { $0.entry == nil })
    }
  }

  /// Entries of a log of that many, as stored.
  private static func log(_ count: Int, _ connection: any Connection) throws -> [StoredEntry] {
    let ids = MessageIDs(hash: SipHash(key0: 1, key1: 2))
    let entries = (0..<count).map { number in
      LogEntry(
        messageID: "m-\(number)", at: start, version: start, receivedAt: start + .seconds(Int64(number)),
        actor: Actor(customer: "c-\(number)"), fact: .event(name: "Signed In", properties: []))
    }
    _ = try EventQueries.append(entries.map { PreparedEntry($0, ids: ids) }, ids: ids, at: start, connection)
    return try EventQueries.entries(after: 0, limit: count, connection)
  }

  private static func owner(_ number: Int64) -> RecordOwner { RecordOwner(customer: "c-\(number)", actor: "", isPinned: true) }
}
