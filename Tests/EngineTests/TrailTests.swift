import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("Roll-ups that trail the log")
struct TrailTests {
  static let usual = 12

  @Test("Rule 2: after any crashes the tables hold what they would if nothing had ever trailed")
  func crashes() async throws {
    for seed in 0..<cases(Self.usual) {
      var models = RandomModel(seed: seed)
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 9)
      let blueprint = models.blueprint()
      let parts = random.parts(log.entries(random.whole(in: 20...120), over: .days(30)), largest: 9)
      let expected = try await withHouse(blueprint) { house in
        for part in parts {
          house.clock.set(part[part.count - 1].receivedAt)
          try await house.take(part)
        }
        // What has become stale for all customers is seen by the batch alone.
        #expect(try await DailyBatch(fold: house.fold).run().differences == [])
        return try await Tables.derived(house.database)
      }
      let found = try await withHouse(blueprint, trails: true) { house in
        try await house.withIntake { intake in
          for part in parts {
            house.clock.set(part[part.count - 1].receivedAt)
            _ = try await house.fold.passTime()
            _ = try await intake.append(part)
            switch random.below(6) {
            // What is in memory is lost.
            case 0: house.fold.forget()
            // Another process writes at once, as a command does after a crash.
            case 1:
              house.fold.forget()
              let command = Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger)
              while try await command.foldNext() > 0 {}
              _ = try await command.passTime()
              house.fold.forget()
            case 2: try await house.fold.rollUp()
            default: break
            }
          }
        }
        try await house.settle()
        #expect(try await DailyBatch(fold: house.fold).run().differences == [])
        try await house.fold.rollUp()
        let rebuild = try await Rebuild(fold: house.fold).run()
        #expect(rebuild.isUnchanged, "seed \(seed): \(rebuild.changedTables) \(rebuild.changedScores)")
        return try await Tables.derived(house.database)
      }
      #expect(expected == found, "seed \(seed):\n\(Tables.differences(expected, found))")
    }
  }

  @Test("A customer's explanation, events and timeline show what trails")
  func reading() async throws {
    try await withHouse(trails: true) { house in
      let start = house.clock.now()
      try await house.withIntake { intake in
        _ = try await intake.append(["Signed In", "Report Created"].map { Entry.did($0, contact: "ann", customer: "acme", at: start) })
      }
      let stored = try await house.database.read { try $0.first("SELECT COUNT(*) FROM usage_daily") { $0.int(0) } }
      #expect(stored == 0, "else this test shows nothing")
      let report = try #require(try await house.inquiries.explanation(of: "acme", at: nil))
      #expect(report.explanation.score == report.summary.health?.score)
      #expect(report.explanation.score > 70)
      #expect(try await house.inquiries.explanation(of: "acme", at: start)?.explanation.score == report.explanation.score)
      let events = try #require(try await house.inquiries.events(of: "acme", limit: 10, cursor: nil))
      #expect(Set(events.items.map(\.name)) == ["Signed In", "Report Created"])
      let first = try #require(try await house.inquiries.events(of: "acme", limit: 1, cursor: nil))
      let second = try #require(try await house.inquiries.events(of: "acme", limit: 1, cursor: first.next))
      #expect(Set((first.items + second.items).map(\.name)) == ["Signed In", "Report Created"])
      #expect(second.next == nil)
      try await house.fold.rollUp()
      let again = try #require(try await house.inquiries.events(of: "acme", limit: 10, cursor: nil))
      #expect(again.items.count == 2, "nothing is shown twice once it is written")
    }
  }

  @Test("Rule 2: what trails when several processes come to share the shards goes with the person it belongs to", arguments: [true, false])
  func sharing(fromOwnerFirst: Bool) async throws {
    let start = RandomLog.start
    let (here, there) = ("here", "there")
    let before =
      [Entry.contact("ann", customer: here, at: start)]
      + (0..<5).map { Entry.did("Signed In", contact: "ann", customer: nil, at: start + .hours(Int64($0))) }
    let after = [Entry.contact("ann", customer: there, at: start + .hours(9))]
    let expected = try await withHouse(now: start + .hours(10)) { house in
      try await house.take(before + after)
      return try await Tables.derived(house.database)
    }
    let found = try await withHouse(now: start + .hours(10), trails: true) { house in
      try await house.withIntake { _ = try await $0.append(before) }
      let trailing = try await house.database.read { try $0.first("SELECT COUNT(*) FROM customer_event") { $0.int(0) } }
      #expect(trailing == 0, "else this test shows nothing")
      try await house.take(after, settle: false)
      func process(_ shards: Set<Int>, routes: Bool) -> Fold {
        Fold(
          database: house.database, current: house.current, time: house.clock, logger: House.logger,
          tenancy: ChosenTenancy(Tenure(fence: nil, shards: shards, routes: routes)), trailsFrom: 0)
      }
      let left: Set = [Shard.number(of: here)]
      let right = Set(0..<Shard.count).subtracting(left)
      let processes = [process(left, routes: fromOwnerFirst), process(right, routes: !fromOwnerFirst)]
      var quiet = 0
      while quiet < 3 {
        var done = 0
        for process in fromOwnerFirst ? processes : processes.reversed() { done += try await process.foldNext() }
        quiet = done == 0 ? quiet + 1 : 0
      }
      return try await Tables.derived(house.database)
    }
    #expect(expected == found, "\(Tables.differences(expected, found))")
  }

  @Test("Rule 1: what was not stored is new when it comes again, whatever was committed meanwhile")
  func failedAppend() async throws {
    try await withHouse(trails: true) { house in
      let faulty = FaultyDatabase(house.database)
      let fold = Fold(database: faulty, current: house.current, time: house.clock, logger: House.logger, trailsFrom: 0)
      let log = try await Log(database: faulty, randomKey: (1, 2))
      let intake = Intake(fold: fold, log: log, time: house.clock, logger: House.logger, onCommit: {})
      let running = Task { try await intake.run() }
      defer { running.cancel() }
      let entry = Entry.event(at: house.clock.now())
      faulty.fault = .commit
      await #expect(throws: IntakeRefusal.self) { try await intake.append([entry]) }
      try await intake.setAside([SetAside(source: "tracking", reason: "no_id", excerpt: "")])
      #expect(try await intake.append([entry]) == [.accepted])
      #expect(try await intake.append([entry]) == [.duplicate])
    }
  }
}
