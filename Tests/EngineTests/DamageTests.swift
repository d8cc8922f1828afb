import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("Damaged rows")
struct DamageTests {
  @Test("Rule 10: a customer whose row cannot be read stops alone: time passes for the others, the batch names it, a rebuild mends it")
  func oneDamagedCustomer() async throws {
    try await withHouse { house in
      let start = house.clock.now()
      try await house.take(["a", "b"].map { Entry.event(of: $0, at: start, id: $0) })
      _ = try await house.database.write { try $0.execute("UPDATE customer SET attributes = 'damaged' WHERE id = 'a'") }
      house.fold.forget()
      try await house.pass(.days(2))
      #expect(try await house.health("b")?.score == 60)
      #expect(try await house.health("a")?.score == 70)
      let batch = try await DailyBatch(fold: house.fold).run()
      #expect(batch.differences.count == 1 && batch.differences[0].hasPrefix("a: "))
      let rebuild = try await Rebuild(fold: house.fold).run()
      #expect(rebuild.changedTables == ["customer"])
      #expect(try await house.health("a")?.score == 60)
    }
  }

  @Test("Rule 10: a row that stops the daily statement over all customers stops its own customer only")
  func oneDamagedTicket() async throws {
    try await withHouse { house in
      let start = house.clock.now()
      let ticket = Entry.ticket("t", .open, of: "a", opened: start, version: start)
      try await house.take(["a", "b"].map { Entry.event(of: $0, at: start, id: $0) } + [ticket])
      _ = try await house.database.write { connection in
        try connection.execute("UPDATE ticket SET state = 'damaged'")
        try connection.execute("UPDATE health SET score = 99 WHERE customer = 'b'")
      }
      house.fold.forget()
      let batch = try await DailyBatch(fold: house.fold).run()
      // Whoever changes a score behind the program's back leaves the tally of scores behind too.
      #expect(batch.differences.map { $0.prefix(2) } == ["a:", "b:", "th"])
      #expect(try await house.health("b")?.score == 70)
      #expect(try await house.database.read { try HousekeepingQueries.incidents($0).count } == 1)
    }
  }
}
