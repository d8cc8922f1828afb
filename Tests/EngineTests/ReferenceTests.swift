import Domain
import Engine
import Storage
import TestKit
import Testing

@Suite("The engine's scores and a plain computation from the raw events")
struct ReferenceTests {
  static let usual = 24

  @Test("Rule 2: the score folded step by step is the score computed from nothing: live, as of any instant, in the batch, rebuilt")
  func incremental() async throws {
    for seed in 0..<cases(Self.usual) {
      var models = RandomModel(seed: seed)
      let blueprint = models.blueprint()
      try await withHouse(blueprint, trails: seed % 3 > 0) { house in try await Self.play(seed, house, blueprint) }
    }
  }

  private static func play(_ seed: UInt64, _ house: House, _ blueprint: Blueprint) async throws {
    var random = SplitMix64(seed: seed, stream: 3)
    var log = RandomLog(seed: seed)
    let entries = log.entries(random.whole(in: 10...90), over: .days(50))
    var known: [LogEntry] = []
    for part in random.parts(entries, largest: 12) {
      known += part
      house.clock.set(part[part.count - 1].receivedAt)
      try await house.take(part, settle: false)
      try await house.settle(limit: random.whole(in: 1...12))
      try await compare(house, known, blueprint, "seed \(seed) after \(known.count)")
      // Time goes on, up to days at once, before more arrives.
      let next = known.count < entries.count ? entries[known.count].receivedAt : house.clock.now() + .days(40)
      house.clock.set(random.instant(from: house.clock.now(), to: next))
      try await house.settle()
      try await compare(house, known, blueprint, "seed \(seed) after \(known.count) and a while")
      if random.chance(0.2) { house.fold.forget() }
    }
    for _ in 0..<4 {
      let at = random.instant(from: RandomLog.start - .days(10), to: house.clock.now())
      try await compareAsOf(house, known, at, blueprint, "seed \(seed)")
    }
    let report = try await DailyBatch(fold: house.fold).run()
    #expect(report.differences == [], "seed \(seed)")
    let rebuild = try await Rebuild(fold: house.fold).run()
    #expect(rebuild.isUnchanged, "seed \(seed): \(rebuild.changedTables) \(rebuild.changedScores)")
  }

  private static func compare(_ house: House, _ known: [LogEntry], _ blueprint: Blueprint, _ place: String) async throws {
    let now = house.clock.now()
    let stored = try await house.healths()
    let expected = ReferenceWorld(known).customers()
    #expect(Set(stored.keys) == Set(expected.keys), "\(place)")
    #expect(try await house.customers() == Set(expected.keys), "\(place)")
    for (id, customer) in expected {
      let score = ReferenceScore(customer, at: now, model: blueprint.model, catalog: blueprint.catalog)
      #expect(stored[id]?.points == score.points && stored[id]?.score == score.score, "\(place): \(id) at \(now.iso8601)")
    }
  }

  private static func compareAsOf(
    _ house: House, _ known: [LogEntry], _ at: Instant, _ blueprint: Blueprint, _ place: String
  ) async throws {
    for (id, customer) in ReferenceWorld(known).customers() {
      let report = try await house.inquiries.explanation(of: id, at: at)
      // Whoever started later, as is stated by then, was no customer yet.
      let then = customer.asOf(at).flatMap { $0.startedAt <= at ? $0 : nil }
      let expected = then.map { ReferenceScore($0, at: at, model: blueprint.model, catalog: blueprint.catalog) }
      #expect(report?.explanation.points == expected?.points, "\(place): \(id) as of \(at.iso8601)")
    }
  }
}
