import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The record of days")
struct HealthRecordTests {
  /// All scores counted anew.
  private static func counted(_ house: House) async throws -> [ScoreCount] {
    try await house.database.read { connection in
      try connection.rows("SELECT score, band, COUNT(*) FROM health GROUP BY score, band ORDER BY score, band") { row in
        ScoreCount(score: row.int(0), band: try #require(Band(rawValue: row.text(1))), customers: row.int(2))
      }
    }
  }

  /// Groups of all customers, each looked at whole.
  private static func groups(_ house: House) async throws -> [String] {
    let now = house.clock.now()
    let reader = SignalReader(catalog: house.current.blueprint.catalog)
    var scores: [String: [Health]] = [:]
    for customer in try await house.everyone() {
      guard let health = customer.health else { continue }
      let tier = reader.reading(of: .tier, in: customer.state, at: now).value.map(\.words) ?? "none"
      let stage = reader.reading(of: .journey, in: customer.state, at: now).value.map(\.words) ?? "none"
      scores["tier \(tier)", default: []].append(health)
      scores["journey \(stage)", default: []].append(health)
    }
    return scores.map { name, healths in
      let bands = Band.allCases.map { band in healths.count { $0.band == band } }
      return "\(name): \(healths.count) \(healths.reduce(0) { $0 + $1.score }) \(bands)"
    }.sorted()
  }

  private static func told(_ groups: [HealthGroup]) -> [String] {
    groups.map { group in
      let name = if case .named(let name) = group.name { name } else { "none" }
      let bands = Band.allCases.map { group.bands[$0] ?? 0 }
      return "\(group.kind.rawValue) \(name): \(group.customers) \(group.scoreSum) \(bands)"
    }.sorted()
  }

  @Test("is what counting all scores and looking at all customers gives when the batch has run")
  func recount() async throws {
    for seed in 0..<cases(4) {
      var model = RandomModel(seed: seed)
      try await withHouse(model.blueprint()) { house in
        try await house.live(RandomCompany(seed: seed).entries)
        #expect(try await house.inquiries.healthOverview().groups == [], "nothing is told before it is counted")
        _ = try await DailyBatch(fold: house.fold).run()
        let (overview, scores) = (try await house.inquiries.healthOverview(), try await Self.counted(house))
        let today = house.clock.now().day
        #expect(overview.now.scores == scores && overview.today == today, "seed \(seed)")
        let recorded = try await house.database.read { try HealthRecordQueries.snapshot(of: today, $0) }
        #expect(recorded == HealthSnapshot(at: house.clock.now(), scores: scores), "seed \(seed)")
        let day = try #require(overview.days.last)
        #expect(day.customers == overview.now.customers && day.average == overview.now.average && day.bands == overview.now.bands)
        let groups = try await Self.groups(house)
        #expect(Self.told(overview.groups) == groups, "seed \(seed)")
        #expect(overview.groupsAt == house.clock.now())
        let kept = try await house.database.read { try HealthRecordQueries.groups(of: today, $0).all }
        #expect(kept == overview.groups, "seed \(seed)")
        for kind in HealthGroup.Kind.allCases {
          #expect(overview.groups.filter { $0.kind == kind }.reduce(0) { $0 + $1.customers } == overview.now.customers)
        }
      }
    }
  }

  @Test("is filled in before its first day from the history of scores, as the batches of those days would have written it")
  func daysBefore() async throws {
    for seed in 0..<cases(3) {
      var model = RandomModel(seed: seed)
      var blueprint = model.blueprint()
      blueprint.timeZone = "Europe/Berlin"
      blueprint.dailyBatchMinute = 150
      let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
      try await withHouse(blueprint) { house in
        var rest = RandomCompany(seed: seed, over: .days(12)).entries[...]
        var expected: [Day: HealthSnapshot] = [:]
        for day in 1...12 {
          let at = try #require(schedule.latest(at: RandomLog.start + .days(Int64(day))))
          let part = rest.prefix { $0.receivedAt <= at }
          rest = rest[part.endIndex...]
          try await house.live(Array(part))
          house.clock.set(at)
          try await house.settle()
          let scores = try await Self.counted(house)
          if !scores.isEmpty { expected[LocalCalendar(timeZone: "Europe/Berlin").day(at: at)] = HealthSnapshot(at: at, scores: scores) }
        }
        house.clock.advance(by: .hours(26))
        try await house.settle()
        #expect(try await HealthRecorder(fold: house.fold).runIfDue())
        for (day, snapshot) in expected {
          let recorded = try await house.database.read { try HealthRecordQueries.snapshot(of: day, $0) }
          #expect(recorded == snapshot, "seed \(seed), \(day.iso8601)")
        }
        #expect(expected.count > 8)
        let overview = try await house.inquiries.healthOverview()
        #expect(overview.days.map(\.day) == overview.days.map(\.day).sorted() && overview.days.count >= expected.count + 1)
        #expect(overview.yesterday != nil && overview.weekAgo == expected[overview.today - 7])
      }
    }
  }

  @Test("begins with the first customer, has each local day once, the batch in place of what stood there, and ends after three years")
  func schedule() async throws {
    var blueprint = Blueprints.sop
    blueprint.timeZone = "America/New_York"
    try await withHouse(blueprint, now: try #require(Instant(iso8601: "2026-01-01T04:30:00Z"))) { house in
      let recorder = HealthRecorder(fold: house.fold)
      #expect(try await !recorder.runIfDue())
      try await house.take([Entry.event(of: "a", at: house.clock.now())])
      #expect(try await recorder.runIfDue())
      #expect(try await house.inquiries.healthOverview().days.map(\.day.iso8601) == ["2025-12-31"])
      #expect(try await !recorder.runIfDue(), "today is recorded")
      try await house.pass(.minutes(45))
      #expect(try await recorder.runIfDue(), "a new day has begun in New York")
      try await house.take([Entry.event(of: "b", at: house.clock.now())])
      #expect(try await !recorder.runIfDue())
      try await house.pass(.hours(3))
      #expect(try await DailyBatch(fold: house.fold).run().customers == 2)
      let days = try await house.inquiries.healthOverview().days
      #expect(days.map(\.day.iso8601) == ["2025-12-31", "2026-01-01"] && days.map(\.customers) == [1, 2])
      #expect(try await !recorder.runIfDue())
      try await house.pass(.days(3 * 366))
      #expect(try await recorder.runIfDue())
      let left = try await house.database.read { connection in
        try ["health_day", "health_daily", "health_group_daily"].map { table in
          try connection.first("SELECT COUNT(DISTINCT day) FROM \(table)") { $0.int(0) }
        }
      }
      #expect(left == [1, 1, 1])
    }
  }

  @Test("has the groups of a small company without waiting for the batch, and soon again when there are more customers")
  func groupsOfFew() async throws {
    try await withHouse { house in
      let recorder = HealthRecorder(fold: house.fold)
      func counted() async throws -> Int {
        try await recorder.runIfDue()
        return try await house.inquiries.healthOverview().groups.filter { $0.kind == .tier }.reduce(0) { $0 + $1.customers }
      }
      #expect(try await counted() == 0)
      try await house.take((0..<30).map { Entry.event(of: "c\($0)", at: house.clock.now()) })
      #expect(try await counted() == 30)
      try await house.take([Entry.event(of: "c30", at: house.clock.now())])
      #expect(try await counted() == 30, "one more makes no difference yet")
      try await house.pass(.minutes(10))
      #expect(try await counted() == 31)
      try await house.take((40..<50).map { Entry.event(of: "c\($0)", at: house.clock.now()) })
      #expect(try await counted() == 41)
    }
  }
}

@Suite("The flow between bands")
struct BandFlowTests {
  /// Each customer's band at an instant, from its whole history.
  private static func band(_ id: String, at mark: Instant, _ house: House) async throws -> HealthChange? {
    try await house.history(id).last { $0.at <= mark }
  }

  @Test("is what every customer's history gives, sums to the number of customers, and names the reason of those who moved most")
  func flows() async throws {
    var moved = 0
    for seed in 0..<cases(5) {
      var model = RandomModel(seed: seed)
      try await withHouse(model.blueprint()) { house in
        var random = SplitMix64(seed: seed, stream: 3)
        try await house.live(RandomCompany(seed: seed).entries)
        try await house.pass(random.span(upTo: .days(9)))
        let overview = try await house.inquiries.healthOverview()
        let mark = house.clock.now() - .days(7)
        var expected: [String: Int] = [:]
        for (id, health) in try await house.healths() {
          let before = try await Self.band(id, at: mark, house)
          expected["\(before?.bandTo.rawValue ?? "new") → \(health.band.rawValue)", default: 0] += 1
        }
        let told = overview.flows.map { ("\($0.from?.rawValue ?? "new") → \($0.to.rawValue)", $0.customers) }
        #expect(Dictionary(told, uniquingKeysWith: +) == expected, "seed \(seed)")
        #expect(told.count == expected.count)
        #expect(overview.flows.reduce(0) { $0 + $1.customers } == overview.now.customers, "seed \(seed)")
        #expect(overview.flowsAt == house.clock.now())
        moved += overview.movers.count
        for mover in overview.movers {
          let before = try #require(try await Self.band(mover.id, at: mark, house))
          let now = try #require(try await house.health(mover.id))
          #expect(mover.from == before.to && mover.to == now.score, "seed \(seed)")
          #expect(mover.reason == PointsShift(from: before.points, to: now.points, model: house.current.blueprint.model))
          #expect(mover.reason?.points.signum() == (mover.to - mover.from).signum())
        }
      }
    }
    #expect(moved > 20, "else this test shows nothing")
  }

  @Test("The course of one customer's score begins with what it was, and is cut to its newest five hundred changes")
  func history() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: RandomLog.start)])
      let first = RandomLog.start + .days(1)
      let made = (0..<600).map { number in
        HealthQueries.NewChange(
          customer: "acme", ordinal: 0,
          change: HealthChange(
            at: first + .minutes(Int64(number)), from: number % 2, to: 1 - number % 2, bandFrom: .critical, bandTo: .critical,
            cause: .data, model: "m", points: [MeasurePoints(name: "only", points: 1 - number % 2)]))
      }
      try await house.database.write { try HealthQueries.append(made, $0) }
      #expect(try await house.inquiries.scoreHistory("nobody", from: .distantPast) == nil)
      let all = try await house.history("acme")
      #expect(all.count == 601)
      for mark in [first + .minutes(200), first + .minutes(599) + .seconds(1), first + .days(9)] {
        let history = try #require(try await house.inquiries.scoreHistory("acme", from: mark))
        #expect(history.changes == all.filter { $0.at >= mark } && !history.isCut)
        let before = try #require(all.last { $0.at < mark })
        #expect(history.start == ScoreHistory.Start(at: mark, score: before.to, band: before.bandTo))
      }
      let cut = try #require(try await house.inquiries.scoreHistory("acme", from: .distantPast))
      #expect(cut.isCut && cut.changes == Array(all.suffix(500)))
      #expect(cut.start?.at == all[100].at && cut.start?.score == all[100].to)
    }
    try await withHouse { house in
      try await house.take([Entry.event(at: RandomLog.start)])
      let whole = try #require(try await house.inquiries.scoreHistory("acme", from: RandomLog.start))
      #expect(whole.start == nil && whole.changes.count == 1)
    }
  }
}
