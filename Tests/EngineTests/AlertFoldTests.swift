import DatabaseKit
import Domain
import Engine
import Storage
import TestKit
import Testing

@Suite("Critical alerts through the fold")
struct AlertFoldTests {
  private static let start = RandomLog.start

  private static func blueprint(_ change: (inout CriticalAlert) -> Void = { _ in }) -> Blueprint {
    var rule = CriticalAlert(channels: ["slack"])
    change(&rule)
    var blueprint = Blueprints.sop
    blueprint.alerts = AlertRules(critical: rule)
    return blueprint
  }

  /// A customer with a login and `tickets` open tickets: 70 points less 10 each.
  private static func tickets(_ numbers: Range<Int>, _ house: House, _ status: TicketStatus = .open) async throws {
    let now = house.clock.now()
    try await house.take(numbers.map { Entry.ticket("t\($0)", status, opened: status.isOpen ? now : start, version: now) })
  }

  @Test("entering critical opens one alert and one delivery, in the commit of the score, at the instant of the score")
  func entering() async throws {
    try await withHouse(Self.blueprint()) { house in
      try await house.take([Entry.event(at: Self.start)])
      try await Self.tickets(0..<2, house)
      try await house.pass(.days(7) - TimeSpan(microseconds: 1))
      #expect(try await house.alerts().isEmpty)
      // 30 points for the login become 20: 20 + 10 + 0.
      try await house.pass(.days(20))
      let alerts = try await house.alerts()
      let entered = Self.start + .days(7)
      #expect(alerts.count == 1 && alerts.first?.state == .open && alerts.first?.score == 30)
      #expect(alerts.first?.openedAt == entered && alerts.first?.notifiedAt == entered)
      #expect(try await house.deliveries() == ["alert/critical/acme/\(entered.microseconds)/slack"])
      // Falling further updates it and tells nobody anew.
      try await Self.tickets(2..<3, house)
      #expect(try await house.alerts().map(\.score) == [20])
      #expect(try await house.deliveries().count == 1)
    }
  }

  @Test("an alert closes only above its hysteresis; entering again within the cool-down tells after it, if still critical")
  func coolDownAndHysteresis() async throws {
    try await withHouse(Self.blueprint { $0.hysteresis = 15 }) { house in
      try await house.take([Entry.event(at: Self.start)])
      try await house.pass(.days(8))
      try await Self.tickets(0..<2, house)
      #expect(try await house.deliveries().count == 1)
      // 20 + 20 = 40: at-risk, within the hysteresis.
      try await Self.tickets(0..<1, house, .solved)
      #expect(try await house.health("acme")?.band == .atRisk)
      #expect(try await house.alerts().map(\.state) == [.open])
      // 20 + 30 + 10 = 60: it closes.
      try await Self.tickets(1..<2, house, .solved)
      try await house.take([Entry.event("Report Created", at: house.clock.now())])
      #expect(try await house.alerts().map(\.state) == [.closed])
      try await house.pass(.days(1))
      try await Self.tickets(2..<5, house)
      let held = try await house.alerts()
      #expect(held.map(\.state) == [.open, .closed] && held.first?.heldBack != nil)
      #expect(try await house.deliveries().count == 1)
      // The cool-down of 7 days from the first telling ends 6 days later.
      try await house.pass(.days(6) - TimeSpan(microseconds: 1))
      #expect(try await house.deliveries().count == 1)
      try await house.pass(TimeSpan(microseconds: 1))
      #expect(try await house.deliveries().count == 2)
      try await house.pass(.days(30))
      #expect(try await house.deliveries().count == 2)
    }
  }

  @Test("with a delay only who is still critical at its end is told of")
  func delay() async throws {
    for recovers in [true, false] {
      try await withHouse(Self.blueprint { $0.delay = .minutes(30) }) { house in
        try await house.take([Entry.event(at: Self.start)])
        try await house.pass(.days(8))
        try await Self.tickets(0..<2, house)
        #expect(try await house.alerts().map(\.state) == [.waiting])
        try await house.pass(.minutes(20))
        if recovers { try await house.take([Entry.event(at: house.clock.now())]) }
        try await house.pass(.minutes(20))
        #expect(try await house.deliveries().count == (recovers ? 0 : 1))
        #expect(try await house.alerts().map(\.state) == [recovers ? .closed : .open])
        let due = try await house.database.read { try TimerQueries.nextDue($0) }
        #expect(due == nil)
      }
    }
  }

  @Test("a first score and history page nobody; news does")
  func history() async throws {
    try await withHouse(Self.blueprint()) { house in
      try await house.take([Entry.ticket("t0", .open, of: "new", opened: Self.start, version: Self.start)])
      #expect(try await house.health("new")?.band == .critical)
      // An import of records from the past.
      try await house.take([Entry.event(at: Self.start)])
      try await house.pass(.days(20))
      let past = (0..<3).map { Entry.ticket("t\($0)", .open, opened: Self.start, version: Self.start + .days(2)) }
        .map { entry in
          var entry = entry
          entry.receivedAt = house.clock.now()
          return entry
        }
      try await house.take(past)
      #expect(try await house.health("acme")?.band == .critical)
      #expect(try await house.alerts().isEmpty)
      #expect(try await house.deliveries().isEmpty)
      try await house.take([Entry.event(at: house.clock.now())])
      #expect(try await house.health("acme")?.band == .atRisk)
      try await house.pass(.days(8))
      #expect(try await house.deliveries().count == 1)
    }
  }

  @Test("Rule 4: a step that is repeated after a crash tells once")
  func once() async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Self.blueprint())
      try await house.take([Entry.event(at: Self.start)])
      house.clock.advance(by: .days(8))
      let now = house.clock.now()
      try await house.take((0..<3).map { Entry.ticket("t\($0)", .open, opened: now, version: now) }, settle: false)
      for fault in [FaultyDatabase.Fault.statement(20), .commit, .statement(30), .commit] {
        faulty.fault = fault
        await #expect(throws: (any Error).self) { try await house.fold.foldNext() }
        #expect(try await house.deliveries().isEmpty)
      }
      try await house.settle()
      #expect(try await house.deliveries().count == 1)
    }
  }
}
