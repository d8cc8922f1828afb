import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The retention rule for events")
struct RetentionTests {
  private static let start = RandomLog.start
  private static let report = "Report Created"

  private static func blueprint(_ blueprint: Blueprint = Blueprints.sop, keeping age: TimeSpan) -> Blueprint {
    var blueprint = blueprint
    blueprint.retention.events = age
    return blueprint
  }

  /// Takes entries in as they arrive, some at a time, under a clock that is at the arrival of the last.
  private static func play(_ entries: [LogEntry], _ house: House) async throws {
    for part in stride(from: 0, to: entries.count, by: 9).map({ entries[$0..<min($0 + 9, entries.count)] }) {
      house.clock.set(part.map(\.receivedAt).reduce(house.clock.now(), max))
      try await house.take(Array(part), settle: false)
    }
    try await house.settle()
  }

  /// The entries with some of the events several times within a few hours, as people do things.
  private static func repeated(_ entries: [LogEntry], _ chance: inout SplitMix64) -> [LogEntry] {
    entries.flatMap { entry -> [LogEntry] in
      guard case .event = entry.fact, chance.chance(0.5) else { return [entry] }
      return [entry]
        + (1...chance.whole(in: 1...5)).map { number in
          var copy = entry
          copy.messageID += "/\(number)"
          copy.at = min(entry.at + chance.span(upTo: .hours(5)), entry.receivedAt)
          copy.version = copy.at
          return copy
        }
    }
  }

  private static func compaction(_ house: House, stretch: Int = 50_000, piece: Int = 2_000) -> LogCompaction {
    LogCompaction(database: house.database, current: house.current, time: house.clock, stretch: stretch, piece: piece)
  }

  /// Entries of the log by kind.
  private static func kinds(_ house: House) async throws -> [String: Int] {
    try await house.database.read { connection in
      let rows = try connection.rows("SELECT kind, COUNT(*) FROM event GROUP BY kind") { ($0.text(0), $0.int(1)) }
      return Dictionary(uniqueKeysWithValues: rows)
    }
  }

  /// All that follows from the log but the index of its entries, and what customers are told of themselves.
  private static func told(_ house: House) async throws -> [String: [String]] {
    var told = try await Tables.derived(house.database)
    told["customer_event"] = nil
    for id in try await house.customers().sorted() {
      let report = try await house.inquiries.explanation(of: id, at: nil)
      told["explanation \(id)"] = [report.map { "\($0.explanation) \($0.summary) \($0.sinceLastWeek)" } ?? "none"]
      told["history \(id)"] = try await house.history(id).map { "\($0)" }
    }
    return told
  }

  @Test("Rule 2: summing old events up changes no score, and nothing of what later events, links and moves do")
  func nothingChanges() async throws {
    var removed = 0
    for seed in 0..<cases(6) {
      var models = RandomModel(seed: seed)
      var log = RandomLog(seed: seed)
      var chance = SplitMix64(seed: seed, stream: 7)
      let blueprint = Self.blueprint(models.blueprint(), keeping: .days(Int64(chance.whole(in: 0...70))))
      let entries = Self.repeated(log.entries(200, over: .days(110)), &chance)
      let cut = chance.whole(in: entries.count / 2...entries.count)
      let (stretch, piece) = (chance.whole(in: 3...300), chance.whole(in: 1...60))
      try await withHouse(blueprint) { whole in
        try await withHouse(blueprint) { house in
          try await LogUpkeep.makeParts(at: Self.start, house.database)
          for part in [entries[..<cut], entries[cut...]] {
            try await Self.play(Array(part), whole)
            try await Self.play(Array(part), house)
            let before = try await Self.told(house)
            let events = try await Self.kinds(house)
            let done = try await Self.compaction(house, stretch: stretch, piece: piece).run()
            #expect(done.isDone, "seed \(seed)")
            removed += done.removed - done.summaries
            let after = try await Self.told(house)
            #expect(before == after, "seed \(seed):\n\(Tables.differences(before, after))")
            let rebuild = try await Rebuild(fold: house.fold).run()
            #expect(rebuild.isUnchanged, "seed \(seed): \(rebuild)")
            let remaining = try await Self.kinds(house)
            let others = { (kinds: [String: Int]) in kinds.filter { !["event", "usage"].contains($0.key) } }
            #expect(others(events) == others(remaining), "seed \(seed)")
          }
          _ = try await Rebuild(fold: whole.fold).run()
          let (first, second) = (try await Self.told(whole), try await Self.told(house))
          #expect(first == second, "seed \(seed):\n\(Tables.differences(first, second))")
          #expect(try await DailyBatch(fold: house.fold).run().differences == [], "seed \(seed)")
          let last = try await Tables.all(house.database)
          let again = try await Self.compaction(house).run()
          #expect(again.isDone && again.removed == 0 && again.months == [], "seed \(seed)")
          #expect(try await Tables.all(house.database) == last, "seed \(seed)")
        }
      }
    }
    #expect(removed > 100)
  }

  /// 14 reports on the first day and one on the next, by each of two people; a ticket; and much later a login.
  private static func company(_ house: House) async throws {
    let visits = (0..<14).flatMap { hour in
      ["ann", "bob"].map { Entry.did(report, contact: $0, customer: "acme", at: start + .hours(9) + .minutes(Int64(hour) * 30)) }
    }
    let next = ["ann", "bob"].map { Entry.did(report, contact: $0, customer: "acme", at: start + .days(1)) }
    let ticket = Entry.ticket("t", .open, opened: start + .days(1), version: start + .days(1))
    let login = Entry.did("Signed In", contact: "ann", customer: "acme", at: start + .days(100))
    try await LogUpkeep.makeParts(at: start, house.database)
    for day in [visits, next + [ticket], [login]] { try await play(day, house) }
  }

  @Test("Events older than the rule says become one entry for each actor, event and day; all else stays; the timeline says how often")
  func summaries() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      try await Self.company(house)
      #expect(try await Self.compaction(house).run().summaries == 4)
      #expect(try await Self.kinds(house) == ["usage": 4, "event": 1, "ticket": 1])
      let titles = try await house.inquiries.timeline(of: "acme", limit: 100, cursor: nil)?.items.map(\.title) ?? []
      #expect(
        titles.filter { $0.hasPrefix(Self.report) }.sorted() == [
          "Report Created, 14 times · ann", "Report Created, 14 times · bob", "Report Created, once · ann", "Report Created, once · bob",
        ])
      let events = try await house.inquiries.events(of: "acme", limit: 100, cursor: nil)?.items.map(\.name)
      #expect(events == ["Signed In"])
      let (rows, uses) = try await house.database.read { connection in
        let prefix = connection.dialect.twin(sqlite: "analytics_", postgres: "analytics.")
        return (
          try connection.first("SELECT COUNT(*) FROM \(prefix)events") { $0.int(0) },
          try connection.first("SELECT CAST(SUM(events) AS BIGINT) FROM \(prefix)usage_by_day") { $0.int(0) }
        )
      }
      #expect(rows == 1)
      #expect(uses == 31)
    }
  }

  @Test("Without a rule, and before the rule's time, every event stays")
  func nothingIsDue() async throws {
    for age in [nil, TimeSpan.days(101)] {
      var blueprint = Blueprints.sop
      blueprint.retention.events = age
      try await withHouse(blueprint) { house in
        try await Self.company(house)
        _ = try await Self.compaction(house).run()
        #expect(try await Self.kinds(house) == ["event": 31, "ticket": 1])
      }
    }
  }

  @Test("Rule 1: a repeat of an event that is summed up is still a repeat")
  func repeats() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      try await Self.company(house)
      _ = try await Self.compaction(house).run()
      let again = Entry.did(Self.report, contact: "ann", customer: "acme", at: Self.start + .hours(9))
      #expect(try await house.take([again]) == [.duplicate])
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
    }
  }

  @Test("As of an instant before the rule's time a score is exact to the day")
  func asOf() async throws {
    let blueprint = Self.blueprint(
      Blueprints.single("count(report, 1d)", .each(start: 0, each: 1, bonus: 0, bonusWhen: nil)), keeping: .days(40))
    try await withHouse(blueprint) { house in
      try await Self.company(house)
      func score(_ at: Instant) async throws -> Int? { try await house.inquiries.explanation(of: "acme", at: at)?.explanation.score }
      let evening = Self.start + .hours(23)
      let before = (try await score(evening), try await score(Self.start + .hours(11)))
      #expect(before == (28, 10))
      _ = try await Self.compaction(house).run()
      #expect(try await score(evening) == 28)
      #expect(try await score(Self.start + .hours(11)) == 28)
      #expect(try await score(Self.start + .hours(8)) == nil)
      #expect(try await score(Self.start + .days(1) + .hours(1)) == 2)
    }
  }

  @Test("Rule 10: what could not be folded is not summed up either")
  func unfoldable() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      try await house.take((0..<4).map { Entry.event(of: "c\($0)", at: Self.start, received: Self.start) }, settle: false)
      try await house.database.write { _ = try $0.execute("UPDATE event SET payload = '{' WHERE customer = 'c1'") }
      try await house.settle()
      house.clock.advance(by: .days(100))
      #expect(try await Self.compaction(house).run().removed == 3)
      #expect(try await Self.kinds(house) == ["usage": 3, "event": 1])
      try await house.database.write { _ = try $0.execute("UPDATE event SET payload = '{}' WHERE customer = 'c1'") }
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
    }
  }

  @Test("Rule 3: a run that fails at any statement has done whole pieces or nothing, and the next goes on")
  func everyStatement() async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Self.blueprint(keeping: .days(40)))
      try await Self.company(house)
      let before = try await Self.told(house)
      var (isDone, struck) = (false, 0)
      var chance = SplitMix64(seed: 3)
      for attempt in 0..<500 where !isDone {
        faulty.fault = chance.pick([.commit, .answer] + (0..<9).map { .statement($0) })
        isDone = (try? await Self.compaction(house, stretch: 7, piece: 3).run(steps: 1).isDone) ?? false
        if faulty.fault == nil { struck += 1 }
        faulty.fault = nil
        #expect(try await Self.told(house) == before, "attempt \(attempt)")
        #expect(try await Rebuild(fold: house.fold).run().isUnchanged, "attempt \(attempt)")
      }
      #expect(isDone && struck > 10)
      #expect(try await Self.kinds(house) == ["usage": 4, "event": 1, "ticket": 1])
    }
  }

  @Test("Once a day, at its time; of several nodes one does it; what is left over does not wait for the next day")
  func schedule() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      try await Self.company(house)
      let (small, other) = (Self.compaction(house, stretch: 2), Self.compaction(house))
      #expect(try await small.runIfDue()?.isDone == false)
      #expect(try await other.runIfDue()?.isDone == true)
      #expect(try await small.runIfDue() == nil)
      house.clock.advance(by: .days(1))
      #expect(try await other.runIfDue()?.removed == 0)
      #expect(try await small.runIfDue() == nil)
    }
  }

  @Test("What is on its way from one customer to another is summed up once it has arrived")
  func moving() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      let tenancy = ChosenTenancy(Tenure(fence: nil, shards: [], routes: true))
      let router = Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: tenancy)
      try await house.take((0..<5).map { Entry.did(Self.report, contact: "ann", at: Self.start + .hours(Int64($0))) })
      house.clock.advance(by: .days(100))
      try await house.take([Entry.contact("ann", customer: "acme", at: house.clock.now())], settle: false)
      #expect(try await router.foldNext() == 1)
      let report = try await Self.compaction(house).run()
      #expect(!report.isDone && report.removed == 0)
      try await house.settle()
      #expect(try await Self.compaction(house).run().isDone)
      #expect(try await Self.kinds(house) == ["usage": 1, "contact": 1])
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
    }
  }

  @Test("On PostgreSQL a month that is summed up gives its space back at once, and the log goes on as before")
  func months() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      guard house.database.dialect == .postgres else { return }
      try await LogUpkeep.makeParts(at: Self.start, house.database)
      let part = PartitionQueries.Part(containing: Self.start)
      func size() async throws -> Int {
        try await house.database.read { try $0.first("SELECT pg_total_relation_size('\(part.table)')") { $0.int(0) } ?? 0 }
      }
      house.clock.set(Self.start + .days(20))
      try await house.take((0..<3_000).map { Entry.did("Page Seen", contact: "u\($0 % 5)", at: Self.start + .minutes(Int64($0))) })
      let (full, parts) = (try await size(), try await house.database.read { try PartitionQueries.present($0) })
      house.clock.set(Self.start + .days(100))
      try await house.take([Entry.event(at: house.clock.now())])
      let report = try await Self.compaction(house, stretch: 500).run()
      #expect(report.months.first == part.table && report.isDone)
      #expect(try await size() * 5 < full)
      #expect(try await house.database.read { try PartitionQueries.present($0) } == parts)
      #expect(try await Self.kinds(house) == ["usage": 15, "event": 1])
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
    }
  }

  @Test("A month in use gives its space back the next day, and all else is done today", .enabled(if: TestDatabase.dialect == .postgres))
  func monthInUse() async throws {
    try await withHouse(Self.blueprint(keeping: .days(40))) { house in
      try await Self.company(house)
      let table = PartitionQueries.Part(containing: Self.start).table
      let report = try await whileHeld("LOCK TABLE event IN ACCESS SHARE MODE", house.database) {
        try await Self.compaction(house, stretch: 7).run()
      }
      #expect(report.isDone, "\(report)")
      #expect(report.summaries > 0)
      #expect(report.months == [])
      #expect(report.postponed == table)
      let again = try await Self.compaction(house).run()
      #expect(again.isDone && again.months == [] && again.postponed == table, "not every half minute")
      house.clock.advance(by: .days(1))
      let next = try await Self.compaction(house).run()
      #expect(next.months.first == table && next.postponed == nil)
      #expect(try await Rebuild(fold: house.fold).run().isUnchanged)
    }
  }
}
