import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("Rules of the fold")
struct RuleTests {
  @Test("Rule 8: the same entries under the same clock give the same bytes in every table")
  func sameBytes() async throws {
    for seed in 0..<cases(3) {
      var log = RandomLog(seed: seed)
      let entries = log.entries(60, over: .days(50))
      func play() async throws -> [String: [String]] {
        try await withHouse { house in
          for entry in entries {
            house.clock.set(entry.receivedAt)
            try await house.take([entry])
          }
          try await house.pass(.days(20))
          _ = try await DailyBatch(fold: house.fold).run()
          return try await Tables.all(house.database)
        }
      }
      let (first, second) = (try await play(), try await play())
      #expect(first == second, "seed \(seed):\n\(Tables.differences(first, second))")
    }
  }

  @Test("Rule 9: a new model scores everyone anew with the cause told, and only once")
  func newModel() async throws {
    try await withHouse { house in
      try await house.fold.adoptModel()
      try await house.take([Entry.event(at: RandomLog.start)])
      var changed = Blueprints.sop
      changed.model = Blueprints.model(login: [(24, 10)], version: "sop-2")
      changed.version = "changed"
      house.current.replace(with: changed)
      house.clock.advance(by: .hours(1))
      try await house.fold.adoptModel()
      try await house.fold.adoptModel()
      let history = try await house.history("acme")
      #expect(history.map(\.cause) == [.data, .model])
      #expect(history.map(\.to) == [70, 40])
      #expect(history.map(\.model) == ["sop-1", "sop-2"])
      #expect(history.last?.at == RandomLog.start + .hours(1))
      #expect(try await house.alerts().isEmpty)
    }
  }

  @Test("Rule 9: what was overdue when the model changed is a change of model, not of time")
  func overdueUnderNewModel() async throws {
    for adoptsFirst in [true, false] {
      try await withHouse { house in
        try await house.take([Entry.event(at: RandomLog.start)])
        house.clock.advance(by: .days(3))
        var changed = Blueprints.sop
        changed.model = Blueprints.model(login: [(12, 40), (48, 35)], version: "sop-2")
        changed.version = "changed"
        house.current.replace(with: changed)
        if adoptsFirst { try await house.fold.adoptModel() }
        try await house.settle()
        try await house.fold.adoptModel()
        let history = try await house.history("acme")
        #expect(history.map(\.cause) == [.data, .model], "\(adoptsFirst)")
        #expect(history.last?.at == house.clock.now() && history.last?.to == 30, "\(adoptsFirst)")
      }
    }
  }

  @Test("Rule 10: an entry that cannot be read is set aside with its reason and counted, and its neighbours go on")
  func damagedEntry() async throws {
    try await withHouse { house in
      let entries = (0..<6).map { Entry.event(of: "c\($0)", at: RandomLog.start + .hours(Int64($0))) }
      house.clock.advance(by: .hours(6))
      try await house.take(entries, settle: false)
      try await house.database.write { connection in
        try connection.execute("UPDATE event SET payload = '{\"a' WHERE customer = 'c1'")
        try connection.execute("UPDATE event SET kind = 'nonsense' WHERE customer = 'c3'")
      }
      try await house.settle()
      #expect(try await house.customers() == ["c0", "c2", "c4", "c5"])
      try await expectSetAside(house, count: 2)
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
      try await expectSetAside(house, count: 2)
    }
  }

  @Test("Rule 10: an entry at which the database refuses is set aside alone")
  func damagedCustomer() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(of: "c1", at: RandomLog.start)])
      _ = try await house.database.write { try $0.execute("UPDATE customer SET attributes = '{' WHERE id = 'c1'") }
      house.fold.forget()
      house.clock.advance(by: .hours(1))
      try await house.take((0..<4).map { Entry.event(of: "c\($0)", at: RandomLog.start + .hours(1)) })
      #expect(try await house.customers() == ["c0", "c1", "c2", "c3"])
      for id in ["c0", "c2", "c3"] { #expect(try await house.health(id)?.score == 70) }
      try await expectSetAside(house, count: 1)
    }
  }

  private func expectSetAside(_ house: House, count: Int) async throws {
    let statistics = try await house.inquiries.statistics()
    #expect(statistics.rejected == count && statistics.rejectedByReason == ["unfoldable": count])
    #expect(statistics.foldLag == .zero)
    let reasons = try await house.database.read { try $0.rows("SELECT reason FROM set_aside") { $0.text(0) } }
    #expect(reasons.count == count && reasons.allSatisfy { $0.hasPrefix("unfoldable: ") && $0.count > 15 })
  }

  @Test("Rule 2: ids that differ only in how a letter is written are one; control characters neither cut an id nor change its kind")
  func lookAlikes() async throws {
    let ids = ["Zo\u{EB}", "Zoe\u{308}", "zo\0e", "zo\0f", "\u{1}v", "v"]
    let kept: Set<String> = ["Zo\u{EB}", "zo\u{FFFD}e", "zo\u{FFFD}f", "\u{FFFD}v", "v"]
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]] {
      try await withHouse { house in
        house.clock.advance(by: .hours(20))
        for (hour, index) in order.enumerated() {
          let at = RandomLog.start + .hours(Int64(hour))
          try await house.take([Entry.event(of: ids[index], at: at), Entry.did("Signed In", contact: ids[index], at: at)])
          try await house.take([Entry.event("Na\u{EF}ve", of: ids[index], at: at), Entry.event("Nai\u{308}ve", of: ids[index], at: at)])
          if hour % 2 == 0 { house.fold.forget() }
        }
        #expect(try await house.customers() == kept)
        #expect(try await DailyBatch(fold: house.fold).run().differences == [])
        let rebuild = try await Rebuild(fold: house.fold).run()
        #expect(rebuild.isUnchanged, "\(rebuild)")
        #expect(try await house.inquiries.statistics().rejected == 0)
      }
    }
  }
}
