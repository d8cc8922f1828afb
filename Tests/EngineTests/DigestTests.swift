import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The weekly digest")
struct DigestTests {
  /// A Monday morning, an hour before the digest.
  private static let monday = Instant(iso8601: "2026-11-30T08:00:00Z") ?? .epoch

  private static let blueprint: Blueprint = {
    var blueprint = Blueprints.sop
    blueprint.publicURL = "https://cs.example.com"
    blueprint.channels = [Channel(name: "slack", kind: .slackWebhook(url: nil))]
    if let from = MailAddress("h@example.com"), let to = MailAddress("ann@example.com") {
      blueprint.channels.append(
        Channel(name: "mail", kind: .smtp(MailServer(host: "mail", port: 25, security: .none, from: from, to: [to]))))
    }
    blueprint.digests.atRisk = AtRiskDigestRule(channels: ["slack", "mail"])
    return blueprint
  }()

  private static func service(_ house: House, poked: Flag = Flag()) -> DigestService {
    DigestService(
      database: house.database, current: house.current, time: house.clock, logger: House.logger, onDeliveries: { poked.set() })
  }

  private func keys(_ week: String) -> [String] { ["digest/at_risk/\(week)/ann@example.com", "digest/at_risk/\(week)/slack"] }

  private func digests(_ house: House) async throws -> [String] {
    try await house.deliveries().filter { $0.hasPrefix("digest/") }
  }

  @Test("goes out once a week at its time, to each receiver")
  func schedule() async throws {
    try await withHouse(Self.blueprint, now: Self.monday) { house in
      let poked = Flag()
      let service = Self.service(house, poked: poked)
      let first = try await service.putIfDue()
      #expect(first == nil, "the first sight notes the time")
      house.clock.advance(by: .minutes(59))
      #expect(try await service.putIfDue() == nil && !poked.isSet)
      house.clock.advance(by: .minutes(1))
      #expect(try await service.putIfDue() == 2 && poked.isSet)
      for _ in 0..<5 {
        house.clock.advance(by: .days(1))
        // As a restart would.
        #expect(try await Self.service(house).putIfDue() == nil)
      }
      #expect(try await digests(house) == keys("2026-W49"))
      house.clock.advance(by: .days(2))
      #expect(try await service.putIfDue() == 2)
      #expect(try await digests(house) == (keys("2026-W49") + keys("2026-W50")).sorted())
    }
  }

  @Test("catches up within the week, and lets an earlier week go")
  func missed() async throws {
    try await withHouse(Self.blueprint, now: Self.monday) { house in
      let service = Self.service(house)
      _ = try await service.putIfDue()
      // Down until Thursday.
      house.clock.advance(by: .days(3))
      #expect(try await service.putIfDue() == 2)
      // Down over the whole next week, until Monday's small hours.
      house.clock.advance(by: .days(11) - .hours(5))
      #expect(try await service.putIfDue() == nil)
      house.clock.advance(by: .hours(6))
      #expect(try await service.putIfDue() == 2)
      #expect(try await digests(house) == (keys("2026-W49") + keys("2026-W51")).sorted())
    }
  }

  @Test("of several nodes that look at once, one puts it in; by hand nobody gets it twice")
  func once() async throws {
    try await withHouse(Self.blueprint, now: Self.monday) { house in
      _ = try await Self.service(house).putIfDue()
      house.clock.advance(by: .hours(2))
      let counts = try await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 0..<6 { group.addTask { try await Self.service(house).putIfDue() } }
        return try await group.reduce(into: [Int?]()) { $0.append($1) }
      }
      #expect(counts.compactMap(\.self) == [2])
      #expect(try await Self.service(house).put() == 0)
      // The next Monday, before its time.
      house.clock.advance(by: .days(7) - .hours(2))
      #expect(try await Self.service(house).put() == 2)
      house.clock.advance(by: .hours(1))
      #expect(try await Self.service(house).putIfDue() == 0, "sent by hand already")
    }
  }

  @Test("is off where the rule is")
  func off() async throws {
    var blueprint = Self.blueprint
    blueprint.digests.atRisk = nil
    try await withHouse(blueprint, now: Self.monday) { house in
      for _ in 0..<10 {
        let count = try await Self.service(house).putIfDue()
        #expect(count == nil)
        house.clock.advance(by: .days(1))
      }
      #expect(try await Self.service(house).put() == 0)
    }
  }

  @Test("An empty company has an empty digest")
  func empty() async throws {
    try await withHouse(Self.blueprint, now: Self.monday) { house in
      let digest = try await DigestReader(database: house.database, current: house.current).atRisk(at: Self.monday)
      #expect(digest.now == .init(customers: 0, average: nil, bands: [:]) && digest.before == nil)
      #expect(digest.slid == .init() && digest.recovered == .init() && digest.largest == [] && digest.reasons == [])
    }
  }

  private static func subscribed(_ customer: String, mrr: Double, at: Instant) -> LogEntry {
    LogEntry(
      messageID: "mrr/\(customer)", at: at, version: at, receivedAt: at, actor: Actor(customer: customer),
      fact: .subscription(SubscriptionRecord(id: "s-\(customer)", mrr: mrr, startedAt: at)))
  }

  @Test("tells who slid, who recovered, what holds them down and who is largest, against a week ago")
  func reads() async throws {
    let span = TimeSpan.days(7) + .hours(12)
    let start = Self.monday - span
    try await withHouse(Self.blueprint, now: start) { house in
      // 40 + 30 for a fresh login and no tickets: healthy. Two open tickets: 50.
      for (customer, mrr) in [("steady", 10.0), ("slides", 500), ("falls", 900), ("mends", 70), ("low", 2_000)] {
        try await house.take([Self.subscribed(customer, mrr: mrr, at: start), Entry.event(of: customer, at: start)])
      }
      try await house.take(
        ["mends", "low"].flatMap { id in
          (0..<2).map { Entry.ticket("t\($0)-\(id)", .open, of: id, opened: start, version: start) }
        })
      try await house.take([Entry.ticket("t-low", .open, of: "low", opened: start, version: start)])
      #expect(try await house.healths().mapValues(\.score) == ["steady": 70, "slides": 70, "falls": 70, "mends": 50, "low": 40])
      house.clock.advance(by: span)
      let now = house.clock.now()
      try await house.take(["steady", "slides", "mends"].map { Entry.event(of: $0, at: now) })
      try await house.take((0..<2).map { Entry.ticket("t\($0)-mends", .solved, of: "mends", opened: start, version: now) })
      try await house.take((0..<2).map { Entry.ticket("t\($0)-slides", .open, of: "slides", opened: now, version: now) })
      try await house.take((0..<3).map { Entry.ticket("t\($0)-falls", .open, of: "falls", opened: now, version: now) })
      #expect(try await house.healths().mapValues(\.score) == ["steady": 70, "slides": 50, "falls": 20, "mends": 70, "low": 20])
      let digest = try await DigestReader(database: house.database, current: house.current).atRisk(at: now)
      #expect(digest.week.description == "2026-W49")
      #expect(digest.now == .init(customers: 5, average: 46, bands: [.healthy: 2, .atRisk: 1, .critical: 2]))
      #expect(digest.before == .init(customers: 5, average: 60, bands: [.healthy: 3, .atRisk: 2]))
      #expect(digest.slid.count == 3 && digest.slid.largest.map(\.id) == ["low", "falls", "slides"])
      #expect(
        digest.slid.largest.first
          == .init(
            id: "low", name: nil, now: .init(score: 20, band: .critical), before: .init(score: 40, band: .atRisk), mrr: 2_000))
      #expect(digest.recovered.count == 1 && digest.recovered.largest.map(\.id) == ["mends"])
      #expect(digest.largest.map(\.id) == ["low", "falls", "slides"] && digest.largest.map(\.mrr) == [2_000, 900, 500])
      // Open tickets withhold 30 of "low" and "falls", as much as the features; of "slides" the features 30.
      #expect(digest.reasons == [.init(title: "Open tickets", customers: 2), .init(title: "Adopted features", customers: 1)])
    }
  }
}
