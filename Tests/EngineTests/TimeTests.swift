import Domain
import Engine
import Storage
import TestKit
import Testing

@Suite("Scores as time passes")
struct TimeTests {
  private static let start = RandomLog.start
  private static let microsecond = TimeSpan(microseconds: 1)
  private static let boundaries: [(after: TimeSpan, score: Int)] = [(.days(1), 60), (.days(7), 50), (.days(30), 30)]

  @Test("Rule 7: time alone changes a score at the very instant, not a microsecond before")
  func boundaries() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: Self.start)])
      #expect(try await house.health("acme")?.score == 70)
      for (after, score) in Self.boundaries {
        let due = Self.start + after
        let before = try await house.health("acme")
        #expect(before?.nextChangeAt == due)
        house.clock.set(due - Self.microsecond)
        try await house.settle()
        #expect(try await house.health("acme") == before)
        house.clock.set(due)
        try await house.settle()
        #expect(try await house.health("acme")?.score == score)
        let change = try await house.history("acme").last
        #expect(change?.cause == .time && change?.at == due && change?.from == before?.score)
      }
      #expect(try await house.health("acme")?.nextChangeAt == nil)
      #expect(try await house.history("acme").map(\.cause) == [.data, .time, .time, .time])
    }
  }

  @Test("Rule 7: after days of standing still each change is recorded at its own instant", arguments: [false, true])
  func downtime(entryFirst: Bool) async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: Self.start)])
      house.clock.advance(by: .days(45))
      house.fold.forget()
      if entryFirst { try await house.take([Entry.event("Report Created", at: house.clock.now())]) } else { try await house.settle() }
      let history = try await house.history("acme")
      #expect(history.prefix(4).map(\.to) == [70, 60, 50, 30])
      #expect(history.prefix(4).dropFirst().map(\.at) == Self.boundaries.map { Self.start + $0.after })
      #expect(history.map(\.cause) == [.data, .time, .time, .time] + (entryFirst ? [.data] : []))
    }
  }

  @Test("Rule 7: a window of days lets go of each day at its midnight, also after days of standing still", arguments: [false, true])
  func windows(isDown: Bool) async throws {
    let blueprint = Blueprints.single("count(login, 7d)", .each(start: 0, each: 10, bonus: 0, bonusWhen: nil))
    try await withHouse(blueprint) { house in
      for day in 0..<4 {
        house.clock.set(Self.start + .days(Int64(day)) + .hours(5))
        try await house.take([Entry.event(at: house.clock.now())])
      }
      if isDown {
        house.fold.forget()
        try await house.pass(.days(30))
      } else {
        for _ in 0..<120 { try await house.pass(.hours(6)) }
      }
      let changes = try await house.history("acme").filter { $0.cause == .time }
      #expect(changes.map(\.to) == [30, 20, 10, 0])
      #expect(changes.map(\.at) == (7..<11).map { Self.start + .days($0) })
    }
  }

  @Test("people who turn out to belong together leave each one's past as it was")
  func identityAfterDowntime() async throws {
    try await withHouse { house in
      try await house.take([Entry.did("Signed In", contact: "ann", at: Self.start), Entry.event(of: "acme", at: Self.start)])
      try await house.take([
        Entry.did("Report Created", contact: "ann", at: Self.start), Entry.ticket("t", .open, opened: Self.start, version: Self.start),
      ])
      house.clock.advance(by: .days(10))
      house.fold.forget()
      try await house.take([Entry.contact("ann", customer: "acme", at: house.clock.now())])
      let history = try await house.history("acme")
      #expect(history.map(\.to) == [70, 60, 50, 40, 50])
      #expect(history.map(\.cause) == [.data, .data, .time, .time, .data])
      #expect(try await house.customers() == ["acme"])
    }
  }

  @Test("a clock that goes backwards neither loses nor doubles a change, and history never runs backwards")
  func backwards() async throws {
    for seed in 0..<cases(6) {
      var random = SplitMix64(seed: seed)
      var log = RandomLog(seed: seed)
      let entries = log.entries(40, over: .days(20))
      try await withHouse(now: Self.start + .days(20)) { house in
        for part in random.parts(entries, largest: 5) {
          try await house.take(part)
          try await house.pass(.hours(Int64(random.whole(in: -30...60))))
        }
        house.clock.set(Self.start + .days(40))
        try await house.settle()
        for (id, health) in try await house.healths() {
          let history = try await house.history(id)
          #expect(history.map(\.at) == history.map(\.at).sorted(), "seed \(seed)")
          for (first, second) in zip(history, history.dropFirst()) { #expect(second.from == first.to, "seed \(seed)") }
          #expect(history.last?.to == health.score && history.first?.from == nil, "seed \(seed)")
        }
        #expect(try await DailyBatch(fold: house.fold).run().differences == [], "seed \(seed)")
      }
    }
  }

  @Test("as of an instant, today's model looks at what had happened by then")
  func asOf() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: Self.start)])
      try await house.pass(.days(9))
      try await house.take([Entry.event(at: house.clock.now())])
      func score(_ at: Instant) async throws -> Int? { try await house.inquiries.explanation(of: "acme", at: at)?.explanation.score }
      #expect(try await score(Self.start - Self.microsecond) == nil)
      #expect(try await score(Self.start) == 70)
      #expect(try await score(Self.start + .days(1)) == 60)
      #expect(try await score(Self.start + .days(9) - Self.microsecond) == 50)
      #expect(try await score(Self.start + .days(9)) == 70)
      var changed = Blueprints.sop
      changed.model = Blueprints.model(login: [(24, 10)], version: "sop-2")
      changed.version = "changed"
      house.current.replace(with: changed)
      #expect(try await score(Self.start) == 40)
    }
  }

  @Test("a customer goes through its journey by days since it started")
  func journey() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: Self.start)])
      let stages: [(Int64, JourneyStage)] = [
        (0, .onboarding), (14, .onboarding), (15, .activation), (30, .activation), (31, .engagement), (90, .engagement), (91, .renewal),
      ]
      for (day, stage) in stages {
        let at = Self.start + .days(day)
        house.clock.set(at)
        #expect(try await house.inquiries.customer("acme")?.journey == stage, "day \(day)")
        #expect(try await house.inquiries.customer("acme", at: at)?.journey == stage, "day \(day)")
      }
    }
  }

  @Test("the trend follows the weekly scores; of two changes at one instant the later counts")
  func trend() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: Self.start)])
      house.clock.set(Self.start + .days(28))
      try await house.settle()
      // Weekly marks: 70, 50, 50, 50, 50.
      let falling = try await house.inquiries.explanation(of: "acme", at: nil)?.trend
      #expect(falling?.direction == .declining && falling?.slope == -4 && falling?.bandChanges == 1)
      // At the very instant of a change by time a login arrives.
      house.clock.set(Self.start + .days(30))
      try await house.take([Entry.event(at: house.clock.now())])
      let changes = try await house.inquiries.history(of: "acme") ?? []
      #expect(changes.prefix(2).map(\.at) == [house.clock.now(), house.clock.now()] && changes.prefix(2).map(\.to) == [70, 30])
      let trend = Trend(changes: changes, at: house.clock.now())
      #expect(trend?.slope == 2 && trend?.direction == .improving)
    }
  }

  @Test("coverage tells what is missing and what is older than it should be")
  func coverage() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: Self.start)])
      func gaps() async throws -> [String] {
        try await house.inquiries.explanation(of: "acme", at: nil)?.explanation.coverage.gaps.map(\.measure) ?? []
      }
      #expect(try await gaps() == ["open_tickets"])
      #expect(try await house.health("acme")?.coverage == 0.7)
      try await house.take([Entry.ticket("t", .closed, of: "other", opened: Self.start, version: Self.start)])
      #expect(try await gaps() == [])
      house.clock.set(Self.start + .days(3))
      #expect(try await gaps() == ["last_login", "features"])
      house.clock.set(Self.start + .days(8))
      #expect(try await gaps() == ["last_login", "open_tickets", "features"])
      #expect(try await DailyBatch(fold: house.fold).run().differences == [])
      #expect(try await house.health("acme")?.coverage == 0)
    }
  }
}
