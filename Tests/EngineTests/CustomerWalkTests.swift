import Domain
import Engine
import Simulator
import Storage
import TestKit
import Testing

@Suite("Customers read together")
struct CustomerWalkTests {
  @Test("Read one by one, along the order of all, or by a list in any order with strangers in it, a customer is the same")
  func same() async throws {
    for seed in 0..<cases(10) {
      var models = RandomModel(seed: seed)
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 6)
      let blueprint = models.blueprint()
      try await withHouse(blueprint) { house in
        let entries = log.entries(200, over: .days(30))
        house.clock.set(entries[entries.count - 1].receivedAt)
        try await house.take(entries)
        let ids = random.shuffled(try await house.customers() + ["nobody", "", "zoë"])
        let scope = blueprint.scope(today: house.clock.now().day)
        try await house.database.read { connection in
          let alone = try ids.compactMap { try CustomerQueries.load($0, scope: scope, connection)?.state }
          let listed = try CustomerWalk.customers(ids, scope: scope, connection)
          var walked: [StoredCustomer] = []
          try CustomerWalk.each(limit: 7, scope: scope, connection) { walked += $0 }
          for found in [listed.customers, walked] {
            #expect(found.count == alone.count && Set(found.map(\.state)) == Set(alone), "seed \(seed)")
          }
          #expect(listed.unreadable == [])
        }
      }
    }
  }
}
