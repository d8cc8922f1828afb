import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The engine on a database in bad weather")
struct StormTests {
  static let usual = TestDatabase.dialect == .postgres ? 120 : 200
  /// So many at a time: most of their time they wait for a disk.
  static let abreast = 6

  @Test(
    "Rules 1, 3 and 4: however transactions fail, what comes of a history is what comes of it in calm weather, without a restart",
    .timeLimit(.minutes(30)))
  func storms() async throws {
    var struck: [String: Int] = [:]
    var (refusals, deliveries) = (0, 0)
    let seeds = Array(0..<cases(Self.usual))
    for start in stride(from: 0, to: seeds.count, by: Self.abreast) {
      try await withThrowingTaskGroup(of: Voyage.Outcome.self) { group in
        for seed in seeds[start..<min(start + Self.abreast, seeds.count)] { group.addTask { try await Self.compare(Voyage(seed: seed)) } }
        for try await stormy in group {
          struck.merge(stormy.struck, uniquingKeysWith: +)
          refusals += stormy.refusals
          deliveries += stormy.deliveries
        }
      }
    }
    let kinds = ["busy", "full", "lost", "other"].flatMap { ["refused: \($0)", "broken: \($0)"] }
    #expect(struck.keys.sorted() == (kinds + ["refused: unusable", "undone", "answer lost", "request lost"]).sorted(), "\(struck)")
    #expect(refusals >= Self.usual && deliveries >= Self.usual / 4, "else this shows nothing: \(refusals), \(deliveries)")
  }

  /// - Returns: what came of it in a storm.
  private static func compare(_ voyage: Voyage) async throws -> Voyage.Outcome {
    let calm = try await voyage.sail(inStorm: false)
    let stormy = try await voyage.sail(inStorm: true)
    #expect(calm.derived == stormy.derived, "seed \(voyage.seed):\n\(Tables.differences(calm.derived, stormy.derived))")
    // What is tried again until it succeeds, before time goes on, decides the same at the same instants.
    if voyage.isEager {
      #expect(calm.decided == stormy.decided, "seed \(voyage.seed):\n\(Tables.differences(calm.decided, stormy.decided))")
    }
    #expect(calm.refusals == 0, "seed \(voyage.seed)")
    return stormy
  }
}

/// A random history, to be played in a storm or without one.
private struct Voyage {
  let seed: UInt64
  /// Whether each failed step is tried again until it succeeds before the clock goes on; otherwise whatever comes next is done.
  let isEager: Bool
  let trails: Bool
  let parts: [[LogEntry]]
  let end: Instant

  struct Outcome {
    var derived: [String: [String]]
    var decided: [String: [String]]
    var struck: [String: Int]
    var refusals: Int
    var deliveries: Int
  }

  init(seed: UInt64) {
    self.seed = seed
    var log = RandomLog(seed: seed)
    var random = SplitMix64(seed: seed, stream: 5)
    (isEager, trails) = (random.chance(0.5), random.chance(0.7))
    parts = random.parts(log.entries(random.whole(in: 20...90), over: .days(60)), largest: 7)
    end = RandomLog.start + .days(62)
  }

  func sail(inStorm: Bool) async throws -> Outcome {
    try await withTemporaryDatabase { database in
      let weather = StormyDatabase(database, seed: seed)
      let house = try await House(weather, Blueprints.sop, trails: trails)
      let log = try await Log(database: weather, randomKey: (1, 2))
      let ship = Ship(house: house, weather: weather, log: log, beneath: database, seed: seed)
      let services = [Task { try await ship.intake.run() }, Task { try await ship.outbox.run() }]
      defer { for service in services { service.cancel() } }
      // A start that fails is one that its operator sees; from then on the process has to get along.
      while ship.outboxWeather.reads == 0 { await Task.yield() }
      ship.set(stormy: inStorm)
      if isEager { try await sailEagerly(ship) } else { try await sailLate(ship) }
      ship.set(stormy: false)
      return try await arrive(ship)
    }
  }

  private func sailEagerly(_ ship: Ship) async throws {
    for part in parts {
      ship.house.clock.set(part[part.count - 1].receivedAt)
      try await ship.insist { while try await ship.house.fold.passTime() > 0 {} }
      try await ship.insist { await ship.send(part) }
      try await ship.insist { while try await ship.house.fold.foldNext() > 0 {} }
      try await ship.look()
    }
  }

  private func sailLate(_ ship: Ship) async throws {
    var random = SplitMix64(seed: seed, stream: 6)
    var waiting: [[LogEntry]] = []
    for part in parts {
      ship.house.clock.set(part[part.count - 1].receivedAt)
      waiting.append(part)
      // Who was refused comes again some time, in any order, several at once.
      waiting = await ship.sendAll(random.shuffled(waiting))
      for _ in 0..<random.below(4) {
        switch random.below(4) {
        case 0: await ship.attempt { _ = try await ship.house.fold.foldNext(limit: random.whole(in: 1...9)) }
        case 1: await ship.attempt { _ = try await ship.house.fold.passTime(limit: random.whole(in: 1...3)) }
        case 2: await ship.attempt { try await ship.house.fold.rollUp() }
        default: await ship.attempt { _ = try await ship.house.inquiries.explanation(of: random.pick(["c1", "c2", "u2"]), at: nil) }
        }
      }
      try await ship.look()
    }
    ship.set(stormy: false)
    #expect(await ship.sendAll(waiting).isEmpty, "seed \(seed): refused in calm weather")
  }

  /// In calm water: what is left is done, and all is as it should be.
  private func arrive(_ ship: Ship) async throws -> Outcome {
    let house = ship.house
    try await house.settle()
    try await ship.deliver()
    house.clock.set(end)
    try await house.settle()
    try await ship.deliver()
    try await ship.look()
    let messages = try await house.database.read { try $0.rows("SELECT message_id FROM event") { $0.text(0) } }
    #expect(messages.sorted() == parts.joined().map(\.messageID).sorted(), "seed \(seed): what is in the log")
    let statistics = try await house.inquiries.statistics()
    #expect(statistics.accepted == messages.count && statistics.rejected == 0 && statistics.foldLag == .zero, "seed \(seed): \(statistics)")
    let decided = try await Tables.decided(house.database)
    for customer in try await house.customers() {
      let report = try await house.inquiries.explanation(of: customer, at: nil)
      #expect(report?.explanation.score == report?.summary.health?.score, "seed \(seed): \(customer)")
    }
    #expect(try await DailyBatch(fold: house.fold).run().differences == [], "seed \(seed)")
    let rebuild = try await Rebuild(fold: house.fold).run()
    #expect(rebuild.isUnchanged, "seed \(seed): \(rebuild.changedTables) \(rebuild.changedScores)")
    return Outcome(
      derived: try await Tables.derived(house.database), decided: decided, struck: ship.weather.struck, refusals: ship.refusals.value,
      deliveries: try await house.deliveries().count)
  }
}

/// The engine as a server puts it together, with a channel that keeps what it is given.
private struct Ship: Sendable {
  let house: House
  let weather: StormyDatabase
  /// The outbox has its own, so that the engine meets the same whatever the outbox is doing meanwhile.
  let outboxWeather: StormyDatabase
  let intake: Intake
  let outbox: Outbox
  let channel = RecordedChannel()
  let refusals = Mutable(0)
  /// What is stored, seen without any weather.
  let beneath: any Database
  let seed: UInt64

  init(house: House, weather: StormyDatabase, log: Log, beneath: any Database, seed: UInt64) {
    (self.house, self.weather, self.beneath, self.seed) = (house, weather, beneath, seed)
    intake = Intake(fold: house.fold, log: log, time: house.clock, logger: House.logger, onCommit: {})
    let outboxWeather = StormyDatabase(beneath, seed: seed &+ 1_000)
    self.outboxWeather = outboxWeather
    let channels: [String: any DeliveryChannel] = ["slack": channel]
    outbox = Outbox(database: outboxWeather, channels: { channels }, time: house.clock, random: { 0.5 }, logger: House.logger)
  }

  func set(stormy: Bool) {
    weather.isStormy = stormy
    outboxWeather.isStormy = stormy
  }

  /// Does it again until the weather lets it through.
  func insist(_ body: () async throws -> Void) async throws {
    for _ in 0..<1_000 {
      do { return try await body() } catch is DatabaseFailure {}
      outbox.poke()
    }
    try await body()
  }

  func attempt(_ body: () async throws -> Void) async {
    do { try await body() } catch { #expect(error is DatabaseFailure, "seed \(seed)") }
    outbox.poke()
  }

  /// Sends until it is answered.
  func send(_ part: [LogEntry]) async { while await !isTaken(part) {} }

  /// Sends all at once. - Returns: what was refused.
  func sendAll(_ parts: [[LogEntry]]) async -> [[LogEntry]] {
    await withTaskGroup(of: [LogEntry]?.self) { group in
      for part in parts { group.addTask { await isTaken(part) ? nil : part } }
      return await group.reduce(into: []) { if let part = $1 { $0.append(part) } }
    }
  }

  private func isTaken(_ part: [LogEntry]) async -> Bool {
    do {
      let outcomes = try await intake.append(part)
      #expect(outcomes.count == part.count)
      let stored = try? await beneath.read { try $0.rows("SELECT message_id FROM event") { $0.text(0) } }
      #expect(Set(part.map(\.messageID)).isSubset(of: stored ?? []), "seed \(seed): answered and not there")
      return true
    } catch {
      guard case .unavailable(let words) = error else {
        Issue.record("seed \(seed): \(error)")
        return false
      }
      #expect(words.contains("send this again") && !words.contains("weather"), "for whoever sent it")
      refusals.change { $0 += 1 }
      return false
    }
  }

  /// Lets the outbox work until nothing is due, and looks at what went out: each key once.
  func deliver() async throws {
    while try await beneath.read({ try DeliveryQueries.counts($0) }).contains(where: { $0.key == .pending || $0.key == .sending }) {
      house.clock.advance(by: .seconds(1))
      outbox.poke()
      await Task.yield()
    }
    let keys = channel.attempts.map(\.key).sorted()
    #expect(try await house.deliveries() == keys, "seed \(seed): what went out")
    #expect(try await beneath.read { try DeliveryQueries.counts($0) }.allSatisfy { $0.key == .sent }, "seed \(seed)")
  }

  /// There are no halves: no score without the history of its moves, no delivery without the alert that decided on it, and the reverse.
  func look() async throws {
    let halves = try await beneath.read { connection in
      try Self.halves.map { words, sql in "\(try connection.first(sql) { $0.int(0) } ?? -1) \(words)" }.filter { !$0.hasPrefix("0 ") }
    }
    #expect(halves == [], "seed \(seed)")
  }

  private static let halves = [
    (
      "scores without their moves",
      """
      SELECT COUNT(*) FROM health WHERE score IS DISTINCT FROM (
        SELECT score_to FROM health_change WHERE health_change.shard = health.shard AND health_change.customer = health.customer
        ORDER BY at DESC, ordinal DESC LIMIT 1)
      """
    ),
    (
      "deliveries without an alert",
      // A customer that turned out to be none leaves its alerts and its history with it; what was delivered stays.
      """
      SELECT COUNT(*) FROM delivery WHERE EXISTS (
        SELECT 1 FROM health_change WHERE health_change.customer = delivery.customer AND at <= delivery.created_at
      ) AND NOT EXISTS (
        SELECT 1 FROM alert WHERE key = 'alert/critical/' || alert.customer || '/' || opened_at || '/slack')
      """
    ),
    (
      "alerts that told nobody",
      """
      SELECT COUNT(*) FROM alert WHERE notified_at >= opened_at AND NOT EXISTS (
        SELECT 1 FROM delivery WHERE key = 'alert/critical/' || alert.customer || '/' || opened_at || '/slack')
      """
    ),
    (
      "entries folded before they were appended",
      """
      SELECT COUNT(*) FROM log_mark AS folded JOIN log_mark AS appended ON appended.name = 'appended'
      WHERE folded.name = 'routed' AND folded.position > appended.position
      """
    ),
  ]
}
