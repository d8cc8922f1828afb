import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("The ids of messages")
struct MessageIDsTests {
  private static let start = Instant(iso8601: "2026-03-01T00:00:00Z") ?? .epoch
  private static let hash = SipHash(key0: 1, key1: 2)

  private static func entry(_ id: Int) -> LogEntry {
    LogEntry(
      messageID: "m\(id)", at: start, version: start, receivedAt: start, actor: Actor(contact: "u"),
      fact: .event(name: "Signed In", properties: []))
  }

  private struct Undone: Error {}

  @Test("Rule 1: of any mixture of new and repeated messages each is taken once, whoever appends, whatever fails, however often it starts")
  func mixture() async throws {
    for seed in 0..<UInt64(20) {
      try await withTemporaryDatabase { database in
        var random = SplitMix64(seed: seed)
        // Two processes on one database, with generations so small that the table is written all the time.
        var appenders = (0..<2).map { _ in MessageIDs(hash: Self.hash, generation: 7) }
        var taken: Set<Int> = []
        for step in 0..<60 {
          let number = random.below(2)
          if random.chance(0.1) { appenders[number] = MessageIDs(hash: Self.hash, generation: 7) }
          let ids = (0..<(1 + random.below(8))).map { _ in random.below(200) }
          let (appender, fails) = (appenders[number], random.chance(0.2))
          let entries = ids.map { PreparedEntry(Self.entry($0), ids: appender) }
          do {
            let isNew = try await database.write { connection in
              let appended = try EventQueries.append(entries, ids: appender, at: Self.start, connection)
              if fails { throw Undone() }
              return appended.isNew
            }
            appender.confirm()
            for (id, isNew) in zip(ids, isNew) { #expect(taken.insert(id).inserted == isNew, "seed \(seed), step \(step), message \(id)") }
          } catch is Undone {
            // Nothing of it was stored; whether or not that is said, the next append must know.
          }
        }
        let counts = try await database.read { connection in
          try connection.rows("SELECT COUNT(*), COUNT(DISTINCT message_id) FROM event") { [$0.int(0), $0.int(1)] }
        }
        #expect(counts == [[taken.count, taken.count]], "seed \(seed)")
      }
    }
  }
}

@Suite("A filter of hashes")
struct BloomFilterTests {
  @Test("forgets nothing, and takes few for known that are not")
  func filter() {
    var random = SplitMix64(seed: 3)
    let hashes = (0..<20_000).map { _ in Int64(bitPattern: random.next()) }
    var filter = BloomFilter(capacity: 10_000)
    for hash in hashes[..<10_000] { filter.insert(hash) }
    #expect(filter.isFull)
    #expect(hashes[..<10_000].allSatisfy(filter.mayContain))
    #expect(hashes[10_000...].count { filter.mayContain($0) } < 400, "at most 4 %")
  }
}
