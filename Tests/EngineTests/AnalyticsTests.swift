import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("What analysts look at")
struct AnalyticsTests {
  private static let views = [
    "customers", "contacts", "events", "usage_by_day", "tickets", "subscriptions", "health_changes", "alerts", "deliveries",
  ]

  @Test("Every view answers over random histories, with as many rows as its tables have")
  func views() async throws {
    for seed in 0..<cases(2) {
      var log = RandomLog(seed: seed)
      let entries = log.entries(150, over: .days(40))
      try await withHouse { house in
        house.clock.set(entries.map(\.receivedAt).max() ?? RandomLog.start)
        try await house.take(entries)
        try await house.database.read { connection in
          func count(_ source: String) throws -> Int { try connection.first("SELECT COUNT(*) FROM \(source)") { $0.int(0) } ?? -1 }
          let prefix = connection.dialect.twin(sqlite: "analytics_", postgres: "analytics.")
          for view in Self.views {
            let rows = try connection.rows("SELECT * FROM \(prefix)\(view)") { row in (0..<row.count).map { row.name($0) } }
            #expect(try rows.count == count(prefix + view))
            #expect(rows.allSatisfy { Set($0).count == $0.count })
          }
          #expect(try count(prefix + "customers") == count("customer"))
          #expect(try count(prefix + "health_changes") == count("health_change"))
          #expect(try count(prefix + "tickets") == count("ticket WHERE customer <> ''"))
        }
      }
    }
  }

  @Test("Instants are timestamps that people can read")
  func timestamps() async throws {
    try await withHouse { house in
      let at = try #require(Instant(iso8601: "2026-03-29T01:30:00.25Z"))
      house.clock.set(at)
      try await house.take([Entry.event(at: at)])
      let text = try await house.database.read { connection in
        try connection.first(
          connection.dialect.twin(
            sqlite: "SELECT happened_at FROM analytics_events",
            postgres: "SELECT to_char(happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM analytics.events")
        ) { $0.text(0) }
      }
      #expect(text == "2026-03-29T01:30:00.250Z")
    }
  }

  @Test("The log's months are made ahead, and what came before its month was there moves into it")
  func months() async throws {
    try await withHouse { house in
      guard house.database.dialect == .postgres else {
        return #expect(try await LogUpkeep.makeParts(at: house.clock.now(), house.database) == [])
      }
      let entries = (0..<5).map { Entry.event(of: "c\($0)", at: RandomLog.start + .days(Int64($0) * 20)) }
      for entry in entries {
        house.clock.set(entry.receivedAt)
        try await house.take([entry])
      }
      func rest() async throws -> Int? { try await house.database.read { try $0.first("SELECT COUNT(*) FROM event_rest") { $0.int(0) } } }
      #expect(try await rest() == 5)
      let made = try await LogUpkeep.makeParts(at: RandomLog.start, house.database)
      #expect(made.count == PartitionQueries.monthsAhead + 1)
      #expect(try await rest() == 0)
      #expect(try await LogUpkeep.makeParts(at: RandomLog.start, house.database) == [])
      #expect(try await house.database.read { try EventQueries.count($0) } == 5)
      house.clock.advance(by: .days(40))
      #expect(try await LogUpkeep.makeParts(at: house.clock.now(), house.database).count >= 1)
      try await house.take([Entry.event(of: "c9", at: house.clock.now())])
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
    }
  }

  @Test("Where the log is in use its months are not waited for, but made later", .enabled(if: TestDatabase.dialect == .postgres))
  func monthsInUse() async throws {
    try await withHouse { house in
      func micros() async throws -> Int {
        try await house.database.read { connection in
          try connection.first("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint") { $0.int(0) } ?? 0
        }
      }
      let began = try await micros()
      let failure = try await whileHeld("LOCK TABLE event IN ACCESS SHARE MODE", house.database) {
        await #expect(throws: DatabaseFailure.self) { try await LogUpkeep.makeParts(at: RandomLog.start, house.database) }
      }
      #expect(failure?.kind == .busy)
      #expect(try await micros() - began < 8_000_000)
      #expect(try await LogUpkeep.makeParts(at: RandomLog.start, house.database).count == PartitionQueries.monthsAhead + 1)
    }
  }
}
