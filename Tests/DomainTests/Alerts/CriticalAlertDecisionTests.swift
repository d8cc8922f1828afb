import Domain
import Testing

@Suite("The alert “critical entered”")
struct CriticalAlertDecisionTests {
  private let rule = CriticalAlert(channels: ["success"])

  @Test("Entering critical tells each channel once, and the alert says when")
  func tells() {
    var walk = AlertWalk(CriticalAlert(channels: ["success", "ops", "success"]))
    walk.move(to: 80)
    walk.pass(.hours(1))
    walk.move(to: 31)
    #expect(walk.deliveries.map(\.channel) == ["success", "ops"])
    let micros = walk.now.microseconds
    #expect(walk.deliveries.first?.key == "alert/critical/acme/1/\(micros)/success")
    #expect(walk.deliveries.first?.title == "Critical: Acme, 31")
    let message = walk.deliveries.first.flatMap { AlertMessage($0.payload) }
    #expect(message?.previous == .init(score: 80, band: .healthy))
    #expect(message?.link == "https://cs.example.com/customers/acme%2F1")
    #expect(walk.newest?.state == .open && walk.newest?.notifiedAt == walk.now && walk.newest?.id == "critical/health/acme/1/\(micros)")
    #expect(walk.faults == [])
  }

  @Test("The first score raises nothing, however low")
  func firstScore() {
    var walk = AlertWalk(rule)
    walk.move(to: 5)
    #expect(walk.alerts.isEmpty && walk.deliveries.isEmpty)
  }

  @Test("What is long past moves the score and tells nobody; time that passes does tell")
  func history() {
    var walk = AlertWalk(rule)
    walk.move(to: 80)
    walk.move(to: 10, isHistory: true)
    #expect(walk.alerts.isEmpty)
    walk.move(to: 80, isHistory: true)
    walk.move(to: 10, .time, isHistory: true)
    #expect(walk.deliveries.count == 1)
    #expect(rule.isHistory(walk.now - .days(2), now: walk.now) && !rule.isHistory(walk.now - .hours(23), now: walk.now))
  }

  @Test("A score that trembles around the limit is one alert; it closes only beyond the hysteresis")
  func flapping() {
    var walk = AlertWalk(rule)
    walk.move(to: 50)
    for score in [39, 41, 38, 44, 36, 40] {
      walk.pass(.days(8))
      walk.move(to: score)
    }
    #expect(walk.alerts.count == 1 && walk.deliveries.count == 1)
    #expect(walk.newest?.score == 40 && walk.newest?.state == .open)
    walk.move(to: 45)
    #expect(walk.newest?.state == .closed && walk.newest?.closedAt == walk.now)
  }

  @Test("Within the cool-down a new alert opens but is held back in words, and tells when the cool-down ends if it is still critical")
  func coolDown() {
    var walk = AlertWalk(rule)
    walk.move(to: 80)
    walk.move(to: 20)
    walk.pass(.days(1))
    walk.move(to: 90)
    walk.pass(.days(2))
    walk.move(to: 15)
    #expect(walk.deliveries.count == 1 && walk.alerts.count == 2)
    #expect(walk.newest?.heldBack == "told on 2025-11-24 16:00 UTC, again from 2025-12-01 16:00 UTC")
    walk.pass(.days(3))
    #expect(walk.deliveries.count == 1)
    walk.pass(.days(1))
    #expect(walk.deliveries.count == 2 && walk.newest?.heldBack == nil)
    #expect(walk.deliveries.last?.createdAt == AlertFixture.start + .days(7))
    #expect(walk.faults == [])
  }

  @Test("With a delay it waits, then tells who is still critical and closes silently who is not")
  func delay() {
    var rule = rule
    rule.delay = .minutes(30)
    var walk = AlertWalk(rule)
    walk.move(to: 80)
    walk.move(to: 20)
    #expect(walk.newest?.state == .waiting && walk.deliveries.isEmpty)
    walk.pass(.minutes(29))
    #expect(walk.deliveries.isEmpty)
    walk.pass(.minutes(1))
    #expect(walk.newest?.state == .open && walk.deliveries.count == 1)

    var spared = AlertWalk(rule)
    spared.move(to: 80)
    spared.move(to: 20)
    spared.pass(.minutes(10))
    spared.move(to: 42)
    #expect(spared.newest?.state == .waiting)
    spared.pass(.minutes(20))
    #expect(spared.newest?.state == .closed && spared.deliveries.isEmpty && spared.newest?.heldBack?.contains("30 min") == true)
  }

  @Test("A changed model or a mended score opens an alert that says why nobody was told", arguments: [HealthChange.Cause.model, .repair])
  func model(cause: HealthChange.Cause) {
    var walk = AlertWalk(rule)
    walk.move(to: 80)
    walk.move(to: 20, cause)
    #expect(walk.newest?.state == .open && walk.newest?.heldBack != nil && walk.deliveries.isEmpty)
    walk.move(to: 42)
    walk.move(to: 30)
    #expect(walk.deliveries.count == 1 && walk.alerts.count == 1, "its own next entering does tell")
  }

  @Test("A snooze is respected over a new opening and ends by itself")
  func snooze() {
    var walk = AlertWalk(CriticalAlert(channels: ["success"], coolDown: .zero))
    walk.move(to: 80)
    walk.move(to: 20)
    walk.snooze(until: walk.now + .days(3))
    walk.move(to: 80)
    walk.pass(.days(1))
    walk.move(to: 20)
    #expect(walk.deliveries.count == 1 && walk.newest?.heldBack == "snoozed until 2025-11-27 16:00 UTC: on holiday")
    walk.pass(.days(2))
    #expect(walk.deliveries.count == 2 && walk.faults == [])
  }

  @Test("Without channels the alert opens and says so")
  func noChannels() {
    var walk = AlertWalk(CriticalAlert())
    walk.move(to: 80)
    walk.move(to: 20)
    #expect(walk.newest?.heldBack == "the critical alert has no channels" && walk.timers.isEmpty)
  }

  @Test(
    "Rule 4: over random walks nothing is doubled, nobody is told twice within the cool-down, no entering is lost, snoozes hold",
    arguments: 0..<40)
  func randomWalks(batch: UInt64) {
    for index in 0..<100 {
      let seed = batch * 1_000 + UInt64(index)
      var random = SplitMix64(seed: seed)
      var walk = AlertWalk(Self.randomRule(&random))
      var score = Int.random(in: 0...100, using: &random)
      for _ in 0..<60 {
        Self.step(&walk, &score, &random)
      }
      walk.pass(.days(30))
      #expect(walk.faults == [], "seed \(seed), rule \(walk.decision.rule)")
      let waiting = walk.alerts.values.contains { $0.state == .waiting }
      #expect(!waiting && walk.timers.isEmpty, "nothing waits for ever: seed \(seed)")
    }
  }

  private static func randomRule(_ random: inout SplitMix64) -> CriticalAlert {
    CriticalAlert(
      channels: Int.random(in: 0..<10, using: &random) == 0 ? [] : ["a", "b"],
      delay: Bool.random(using: &random) ? .zero : .minutes(Int64.random(in: 1...60, using: &random)),
      coolDown: [.zero, .hours(2), .days(1), .days(7)][Int.random(in: 0..<4, using: &random)],
      hysteresis: Int.random(in: 0...20, using: &random))
  }

  private static func step(_ walk: inout AlertWalk, _ score: inout Int, _ random: inout SplitMix64) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: walk.pass(.days(Int64.random(in: 0...9, using: &random)))
    case 1, 2: walk.pass(.minutes(Int64.random(in: 0...90, using: &random)))
    case 3: walk.snooze(until: walk.now + .hours(Int64.random(in: 1...100, using: &random)))
    case 4 where Int.random(in: 0..<4, using: &random) == 0: walk.awaken()
    default:
      score = Bool.random(using: &random) ? Int.random(in: 34...48, using: &random) : Int.random(in: 0...100, using: &random)
      let causes: [HealthChange.Cause] = [.data, .data, .data, .time, .model, .repair]
      walk.move(to: score, causes[Int.random(in: 0..<6, using: &random)], isHistory: Int.random(in: 0..<5, using: &random) == 0)
    }
  }
}
