import Domain
import Engine
import Storage
import Testing

@Suite("Deletions in sources", .serialized)
struct SourceDeletionTests {
  @Test("An open ticket whose row is gone is closed; a closed one has nothing to tell; back again, it is open again")
  func tickets() async throws {
    try await withBench { bench in
      try await bench.insert(1...4, changed: "2025-06-01 10:00:00")
      try await bench.insert([(4, "acme", "closed", "2025-06-01 10:00:00")])
      _ = try await bench.sync(.full)
      try await bench.app.run("DELETE FROM cases WHERE id IN (1, 4)")
      #expect(try await bench.sync(.incremental).deleted == 0)
      bench.house.clock.advance(by: .hours(1))
      let run = try await bench.sync(.full)
      #expect((run.deleted, run.accepted) == (2, 0))
      #expect(try await bench.statuses() == ["1": .closed, "2": .open, "3": .open, "4": .closed])
      bench.house.clock.advance(by: .hours(1))
      #expect(try await bench.sync(.full).deleted == 0, "a deletion is told once")
      // The same row as before, from a backup: with the same time of change.
      try await bench.insert([(1, "acme", "open", "2025-06-01 10:00:00")])
      bench.house.clock.advance(by: .hours(1))
      #expect(try await bench.sync(.full).accepted == 1)
      #expect(try await bench.statuses()["1"] == .open)
      #expect(try await bench.sync(.full).accepted == 0)
      try await bench.app.run("DELETE FROM cases WHERE id = 1")
      bench.house.clock.advance(by: .hours(1))
      #expect(try await bench.sync(.full).deleted == 1)
      #expect(try await bench.statuses()["1"] == .closed)
    }
  }

  @Test("Many deletions at once are held back until they are allowed; few never are")
  func held() async throws {
    try await withBench { bench in
      try await bench.insert(1...40, changed: "2025-06-01 10:00:00")
      _ = try await bench.sync(.full)
      try await bench.app.run("DELETE FROM cases WHERE id <= 8")
      #expect(try await bench.sync(.full).deleted == 8, "8 of 40 are not more than a fifth")
      try await bench.app.run("DELETE FROM cases WHERE id <= 18")
      await #expect(throws: SourceFailure.tooManyDeletions(10, known: 32)) { _ = try await bench.sync(.full) }
      #expect(try await bench.statuses().values.count { $0 == .open } == 32)
      let progress = try #require(try await bench.progress())
      #expect(progress.failures == 0 && progress.lastError?.contains("10 of 32 rows are not there any more") == true)
      bench.house.clock.advance(by: .hours(1))
      let schedule = SourceSchedule(source: bench.source, timeZone: "UTC")
      #expect(schedule.due(at: bench.house.clock.now(), progress) == .incremental, "what was held back does not hold the source up")
      #expect(try await bench.sync(.full, allowsDeletions: true).deleted == 10)
      #expect(try await bench.statuses().values.count { $0 == .open } == 22)
    }
  }

  @Test("A row that has gone bad is still there; one that was always bad leaves without a word")
  func badIsNotGone() async throws {
    try await withBench { bench in
      try await bench.insert([(1, "acme", "open", "2025-06-01 10:00:00"), (2, "acme", "odd", "2025-06-01 10:00:00")])
      _ = try await bench.sync(.full)
      try await bench.insert([(1, "acme", "odd", "2025-06-01 10:30:00")])
      try await bench.app.run("DELETE FROM cases WHERE id = 2")
      let run = try await bench.sync(.full)
      #expect((run.deleted, run.rejected) == (0, 1))
      #expect(try await bench.statuses() == ["1": .open])
    }
  }

  @Test("A subscription whose row is gone is canceled, a customer and a contact are marked, and unmarked when they come back")
  func otherKinds() async throws {
    try await withBench { bench in
      try await bench.app.run(
        """
        CREATE TABLE accounts (id TEXT, name TEXT);
        INSERT INTO accounts VALUES ('acme', 'Acme'), ('globex', 'Globex');
        CREATE TABLE subs (id TEXT, customer TEXT, mrr REAL, started_at TEXT);
        INSERT INTO subs VALUES ('s1', 'acme', 100, '2025-01-01'), ('s2', 'acme', 50, '2025-01-01');
        """)
      let accounts = Source(name: "accounts", kind: .customers, database: .sqlite(path: ""), query: "SELECT * FROM accounts")
      let subscriptions = Source(name: "subs", kind: .subscriptions, database: .sqlite(path: ""), query: "SELECT * FROM subs")
      func read(_ source: Source) async throws {
        bench.source = source
        _ = try await bench.sync(.full)
        try await bench.house.settle()
        bench.house.clock.advance(by: .hours(1))
      }
      try await read(accounts)
      try await read(subscriptions)
      try await bench.app.run("DELETE FROM accounts WHERE id = 'acme'; DELETE FROM subs WHERE id = 's1'")
      let gone = bench.house.clock.now()
      try await read(accounts)
      try await read(subscriptions)
      var acme = try await bench.house.state(of: "acme")
      #expect(acme[attribute: "deleted_at"]?.string == gone.iso8601)
      #expect(acme.name == "Acme")
      #expect(acme.subscriptions["s1"]?.value.status == "canceled")
      #expect(acme.subscriptions["s1"]?.value.canceledAt == gone + .hours(1))
      #expect(acme.subscriptions["s2"]?.value.canceledAt == nil)
      #expect(try await bench.house.state(of: "globex")[attribute: "deleted_at"] == nil)
      try await bench.app.run("INSERT INTO accounts VALUES ('acme', 'Acme'); INSERT INTO subs VALUES ('s1', 'acme', 100, '2025-01-01')")
      try await read(accounts)
      try await read(subscriptions)
      acme = try await bench.house.state(of: "acme")
      #expect(acme[attribute: "deleted_at"] == nil)
      #expect(acme.subscriptions["s1"]?.value.canceledAt == nil)
    }
  }

  @Test("With deletions: ignore a row that leaves the query tells nothing")
  func ignored() async throws {
    try await withBench { bench in
      bench.source.tellsDeletions = false
      try await bench.insert(1...3, changed: "2025-06-01 10:00:00")
      _ = try await bench.sync(.full)
      try await bench.app.run("DELETE FROM cases")
      #expect(try await bench.sync(.full).deleted == 0)
      #expect(try await bench.statuses().values.allSatisfy { $0 == .open })
    }
  }
}
