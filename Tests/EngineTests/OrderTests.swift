import Domain
import Engine
import Storage
import TestKit
import Testing

@Suite("The fold in any order")
struct FoldOrderTests {
  static let usual = 16
  static let orders = 3

  @Test("Rule 2: any order, any batches, any repeats give the same customers, tables and scores")
  func orders() async throws {
    for seed in 0..<cases(Self.usual) {
      var models = RandomModel(seed: seed)
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 5)
      let blueprint = models.blueprint()
      let entries = log.entries(random.whole(in: 5...70), over: .days(40))
      var first: [String: [String]]?
      for order in 0..<Self.orders {
        let arrivals = order == 0 ? entries : random.repeated(entries, share: 0.3)
        let tables = try await Self.fold(random.parts(arrivals, largest: 20), blueprint, trails: order > 0)
        if let first { #expect(first == tables, "seed \(seed), order \(order):\n\(Tables.differences(first, tables))") }
        first = first ?? tables
      }
    }
  }

  private static func fold(_ parts: [[LogEntry]], _ blueprint: Blueprint, trails: Bool) async throws -> [String: [String]] {
    try await withHouse(blueprint, now: RandomLog.start + .days(41), trails: trails) { house in
      for part in parts {
        try await house.take(part)
        try await house.pass(.minutes(7))
        try await house.fold.rollUp()
        #expect(try await house.missedChanges() == [], "Rule 7: the next change is known")
      }
      house.clock.set(RandomLog.start + .days(60))
      try await house.settle()
      let report = try await DailyBatch(fold: house.fold).run()
      #expect(report.differences == [])
      try await house.fold.rollUp()
      #expect(try await house.missedChanges() == [], "Rule 7: the next change is known")
      return try await Tables.derived(house.database)
    }
  }

  @Test("Rule 2: a contact that turns out to belong to an account leaves no customer behind, in either order")
  func ghosts() async throws {
    let start = RandomLog.start
    let entries = [
      Entry.did("Signed In", contact: "ann", at: start), Entry.did("Report Created", visitor: "v", at: start + .hours(1)),
      Entry.contact("ann", visitor: "v", customer: "acme", at: start + .hours(2)),
    ]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2], [2, 0, 1], [0, 2, 1]] {
      for together in [true, false] {
        try await withHouse(now: start + .hours(3)) { house in
          if together {
            try await house.take(order.map { entries[$0] })
          } else {
            for index in order { try await house.take([entries[index]]) }
          }
          #expect(try await house.customers() == ["acme"], "\(order)")
          #expect(try await house.health("acme")?.score == 80, "\(order)")
          #expect(try await house.health("ann") == nil, "\(order)")
        }
      }
    }
  }
}
