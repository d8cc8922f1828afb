import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The daily batch")
struct DailyBatchTests {
  @Test("While events keep coming and people turn out to be others it finds no difference; then it counts every customer")
  func busy() async throws {
    for seed in 0..<cases(8) {
      var models = RandomModel(seed: seed)
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 4)
      let parts = random.parts(log.entries(400, over: .days(30)), largest: 30)
      try await withHouse(models.blueprint(), trails: true) { house in
        house.clock.set(parts[parts.count - 1].map(\.receivedAt).max() ?? RandomLog.start)
        let batch = DailyBatch(fold: house.fold)
        try await house.withIntake { intake in
          let isDone = Flag()
          let sending = Task {
            defer { isDone.set() }
            for part in parts {
              // What time alone changes comes due meanwhile, too.
              house.clock.advance(by: .hours(2))
              _ = try await intake.append(part)
            }
          }
          repeat { #expect(try await batch.run().differences == [], "seed \(seed)") } while !isDone.isSet
          try await sending.value
        }
        let report = try await batch.run()
        #expect(report.differences == [], "seed \(seed)")
        let customers = try await house.customers().count
        let groups = try await house.database.read { try HealthRecordQueries.groups($0).groups.all }
        let journey = groups.filter { $0.kind == .journey }.reduce(0) { $0 + $1.customers }
        #expect(report.customers == customers && journey == customers, "seed \(seed)")
      }
    }
  }

  @Test("It stops in the middle when the server is told to, and has noted nothing then")
  func interrupted() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: house.clock.now())])
      let running = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await DailyBatch(fold: house.fold).run()
      }
      await #expect(throws: CancellationError.self) { try await running.value }
      #expect(try await house.database.read { try NodeQueries.checked($0) } == [:])
    }
  }

  @Test("What was changed behind the program's back is mended though the program remembers better")
  func remembered() async throws {
    try await withHouse { house in
      try await house.take(["a", "b", "c"].map { Entry.event(of: $0, at: house.clock.now(), id: $0) })
      func mrr() async throws -> Double? {
        try await house.database.read { try $0.first("SELECT mrr FROM customer WHERE id = 'c'") { $0.real(0) } }
      }
      let before = try await mrr()
      try await house.database.write { connection in
        try connection.execute("UPDATE health SET score = 12, band = 'critical' WHERE customer = 'b'")
        try connection.execute("UPDATE customer SET mrr = 77 WHERE id = 'c'")
      }
      let report = try await DailyBatch(fold: house.fold).run()
      #expect(report.customers == 3 && report.differences.count == 2 && report.differences[0].hasPrefix("b: live 12 "))
      #expect(try await house.health("b") == house.health("a"))
      #expect(try await mrr() == before)
      #expect(try await DailyBatch(fold: house.fold).run().differences == [])
    }
  }
}
