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
            for part in parts { _ = try await intake.append(part) }
          }
          repeat { #expect(try await batch.run().differences == [], "seed \(seed)") } while !isDone.isSet
          try await sending.value
        }
        let report = try await batch.run()
        #expect(report.differences == [], "seed \(seed)")
        #expect(try await report.customers == house.customers().count, "seed \(seed)")
      }
    }
  }

  @Test("What was changed behind the program's back is mended though the program remembers better")
  func remembered() async throws {
    try await withHouse { house in
      try await house.take(["a", "b", "c"].map { Entry.event(of: $0, at: house.clock.now(), id: $0) })
      try await house.database.write { _ = try $0.execute("UPDATE health SET score = 12, band = 'critical' WHERE customer = 'b'") }
      let report = try await DailyBatch(fold: house.fold).run()
      #expect(report.customers == 3 && report.differences.count == 2 && report.differences[0].hasPrefix("b: live 12 "))
      #expect(try await house.health("b") == house.health("a"))
      #expect(try await DailyBatch(fold: house.fold).run().differences == [])
    }
  }
}
