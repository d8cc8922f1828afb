import Domain
import Engine
import Formats
import SQL
import Storage
import TestKit
import Testing

@Suite("A clock that jumps")
struct ClockTests {
  @Test(
    "Rules 1 to 7: while the clock jumps by hours or stands, and senders' clocks are wrong, nothing is lost, doubled or out of order",
    arguments: [TimeSpan.zero, .minutes(30)])
  func histories(alertDelay: TimeSpan) async throws {
    for seed in 0..<cases(6) {
      var log = RandomLog(seed: seed)
      var random = SplitMix64(seed: seed, stream: 21)
      var blueprint = Blueprints.sop
      blueprint.alerts.critical = CriticalAlert(channels: ["slack"], delay: alertDelay, coolDown: .days(1))
      let parts = random.parts(log.entries(60, over: .days(20)), largest: 5)
      let (taken, end, found) = try await withHouse(blueprint, now: RandomLog.start + .days(20), trails: true) { house in
        var life = JumpyLife(house, random: random, seed: seed)
        for part in parts { try await life.take(part) }
        try await life.comeToRest()
        try await Self.check(house, life, seed)
        return (life.taken, house.clock.now(), try await Tables.derived(house.database))
      }
      let expected = try await withHouse(blueprint, now: end) { house in
        try await house.take(taken)
        #expect(try await DailyBatch(fold: house.fold).run().differences == [])
        return try await Tables.derived(house.database)
      }
      #expect(expected == found, "rule 2, seed \(seed):\n\(Tables.differences(expected, found))")
    }
  }

  /// What must hold at the end, when the clock is ahead of all that was seen.
  private static func check(_ house: House, _ life: JumpyLife, _ seed: UInt64) async throws {
    #expect(try await house.log() == life.taken.map(\.messageID), "rule 1, seed \(seed): once each, in the order of their coming")
    #expect(life.channel.faults == [], "rule 4, seed \(seed)")
    let told = Set(try await house.alerts().filter(\.hasTold).map { "alert/critical/\($0.customer)/\($0.openedAt.microseconds)/slack" })
    #expect(try await Set(house.deliveries()) == told, "rule 3, seed \(seed)")
    let now = house.clock.now()
    let waiting = try await house.alerts().filter { $0.state == .waiting }
    #expect(waiting.isEmpty, "seed \(seed): no timer was lost")
    let timer = try await house.database.read { try TimerQueries.nextDue($0) }
    #expect(timer.map { $0 > now } ?? true, "seed \(seed)")
    for (id, health) in try await house.healths() {
      #expect(health.points.map(\.points).reduce(0, +) == health.score, "rule 5, seed \(seed): \(id)")
      #expect(health.nextChangeAt.map { $0 > now } ?? true, "rule 7, seed \(seed): \(id)")
      let history = try await house.history(id)
      #expect(history.map(\.at) == history.map(\.at).sorted(), "seed \(seed): \(id)")
      for (first, second) in zip(history, history.dropFirst()) { #expect(second.from == first.to, "seed \(seed): \(id)") }
      #expect(history.last?.to == health.score && history.first?.from == nil, "seed \(seed): \(id)")
    }
    let comparison = try await ModelComparison(database: house.database).differences(house.current.blueprint, at: [now])
    #expect(comparison.differences == [] && comparison.compared > 0, "rule 6, seed \(seed)")
    let rebuild = try await Rebuild(fold: house.fold).run()
    #expect(rebuild.isUnchanged, "seed \(seed): \(rebuild.changedTables) \(rebuild.changedScores)")
  }

  @Test("Rule 1: positions in the log grow strictly, however often the clock shows the same or an earlier instant")
  func positions() async throws {
    try await withHouse { house in
      var last: Int64 = 0
      for (number, jump) in [TimeSpan.zero, .zero, .hours(-7), .hours(-7), .hours(30), .zero, .days(-400), .hours(1)].enumerated() {
        house.clock.advance(by: jump)
        let at = house.clock.now()
        try await house.take((0..<3).map { Entry.event(at: at, id: "\(number)/\($0)") })
        let positions = try await house.database.read { try $0.rows("SELECT position FROM event ORDER BY position") { $0.integer(0) } }
        #expect(positions.count == 3 * (number + 1) && positions.last ?? 0 >= last + 3)
        #expect(positions.suffix(3).first ?? 0 > last)
        last = positions.last ?? 0
      }
    }
  }

  @Test("The daily batch runs once for each day though the clock jumps, and goes on at once where it stood days ahead")
  func dailyBatch() async throws {
    try await withHouse { house in
      let batch = DailyBatch(fold: house.fold)
      // It is 00:00 UTC; the batch is due at 02:00.
      let steps: [(jump: TimeSpan, runs: Bool, why: Comment)] = [
        (.zero, false, "the first sight only notes the time"), (.hours(2), true, "02:00"), (.hours(-5), false, "21:00 of the day before"),
        (.hours(6), false, "03:00: this day's is done"), (.hours(23), true, "02:00 of the next day"), (.days(12), true, "it goes wrong"),
        (.days(-12), true, "and is set right"), (.hours(1), false, "once"), (.hours(23), true, "and so on"),
      ]
      for step in steps {
        house.clock.advance(by: step.jump)
        let report = try await batch.runIfDue()
        #expect((report != nil) == step.runs, step.why)
      }
    }
  }
}

/// A server's life under a clock that jumps: entries come in, time passes, deliveries go out, memory is lost.
private struct JumpyLife {
  let house: House
  let outbox: Outbox
  let channel: RandomChannel
  let batch: DailyBatch
  var random: SplitMix64
  /// What was taken in, as it was.
  private(set) var taken: [LogEntry] = []
  private var farthest: Instant

  init(_ house: House, random: SplitMix64, seed: UInt64) {
    self.house = house
    self.random = random
    channel = RandomChannel(seed: seed)
    let chance = Mutable(SplitMix64(seed: seed, stream: 22))
    outbox = Outbox(
      database: house.database, channels: { [channel] in ["slack": channel] }, time: house.clock, random: { chance.change { $0.unit() } },
      logger: House.logger)
    batch = DailyBatch(fold: house.fold)
    farthest = house.clock.now()
  }

  mutating func take(_ part: [LogEntry]) async throws {
    // Now and then it stands still, so that instants are equal.
    if random.chance(0.8) { house.clock.advance(by: .minutes(Int64(random.whole(in: -1_500...2_400)))) }
    farthest = max(farthest, house.clock.now())
    let entries = part.map { entry(from: $0) }
    let (log, fold) = (try await Log(database: house.database, randomKey: (1, 2)), house.fold)
    let intake = Intake(fold: fold, log: log, time: house.clock, logger: House.logger, onCommit: {})
    let running = Task { try await intake.run() }
    #expect(try await intake.append(entries).allSatisfy { $0 == .accepted })
    let again = random.parts(taken + entries, largest: 9).last ?? []
    #expect(try await intake.append(again).allSatisfy { $0 == .duplicate })
    running.cancel()
    try await running.value
    taken += entries
    if random.chance(0.2) { fold.forget() }
    if random.chance(0.7) { try await house.settle() }
    if random.chance(0.5) { #expect(try await batch.runIfDue()?.differences ?? [] == []) }
    if random.chance(0.6) { try await outbox.runDue() }
  }

  /// An entry as it comes when the clock shows what it shows now. Its sender's clock may be wrong by any time, or its time be nonsense.
  private mutating func entry(from made: LogEntry) -> LogEntry {
    var entry = made
    let now = house.clock.now()
    entry.receivedAt = now
    guard case .event = entry.fact else { return entry }
    let skew = TimeSpan.minutes(Int64(random.whole(in: -600_000...600_000)))
    let ago = random.span(upTo: .hours(30))
    let at =
      switch random.below(5) {
      case 0: TrackingTime.corrected(original: .epoch, sentAt: nil, receivedAt: now)
      case 1: TrackingTime.corrected(original: now + .days(365), sentAt: nil, receivedAt: now)
      default: TrackingTime.corrected(original: now + skew - ago, sentAt: now + skew, receivedAt: now)
      }
    entry.at = at ?? .epoch
    entry.version = entry.at
    return entry
  }

  /// The clock is right at last, and nothing is due any more.
  func comeToRest() async throws {
    house.clock.set(farthest + .days(3))
    try await house.settle()
    for _ in 0..<200 where try await outbox.runDue() == 0 { house.clock.advance(by: .hours(1)) }
    try await house.settle()
    #expect(try await batch.run().differences == [])
    try await house.fold.rollUp()
  }
}

extension House {
  /// Message ids in the order of the log.
  fileprivate func log() async throws -> [String] {
    try await database.read { try $0.rows("SELECT message_id FROM event ORDER BY position") { $0.text(0) } }
  }
}
