import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The health model as SQL")
struct ModelSQLTests {
  @Test("Rule 6: Swift and SQL give every customer the same points, on histories that were folded")
  func folded() async throws {
    for seed in 0..<cases(4) {
      var models = RandomModel(seed: seed)
      try await withHouse(models.blueprint()) { house in
        var random = SplitMix64(seed: seed, stream: 6)
        var log = RandomLog(seed: seed)
        let entries = log.entries(random.whole(in: 10...120), over: .days(50))
        house.clock.set(entries[entries.count - 1].receivedAt)
        try await house.take(entries)
        try await Self.compare(house.database, &models, &random, near: entries.map(\.at) + entries.map(\.version), "seed \(seed)")
      }
    }
  }

  @Test("Rule 6: … and on records at the edges: statements that tie, numbers and texts of every kind, tickets opened again and again")
  func wild() async throws {
    for seed in 0..<cases(4) {
      var models = RandomModel(seed: seed)
      try await withTemporaryDatabase { database in
        let instants = try await database.write { connection in
          var records = WildRecords(seed: seed)
          try records.store(40, connection)
          return records.instants
        }
        var random = SplitMix64(seed: seed, stream: 7)
        try await Self.compare(database, &models, &random, near: instants, "seed \(seed)")
      }
    }
  }

  static func compare(
    _ database: any Database, _ models: inout RandomModel, _ random: inout SplitMix64, near instants: [Instant], _ place: String
  ) async throws {
    let comparison = ModelComparison(database: database)
    for number in 0..<6 {
      let blueprint = models.blueprint()
      let near = instants.filter { $0 > .distantPast }
      let times = (0..<4).map { _ in
        random.boundary(near: near, from: RandomLog.start - .days(30), to: RandomLog.start + .days(150))
      }
      let outcome = try await comparison.differences(blueprint, at: times)
      #expect(outcome.compared > 0)
      #expect(outcome.differences.isEmpty, "\(place), model \(number): \(outcome.differences.prefix(3).joined(separator: "\n"))")
    }
  }
}
