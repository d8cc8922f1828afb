import Domain
import Testing

@Suite("Snoozed alerts")
struct SnoozeTests {
  private let rule = CriticalAlert(channels: ["success"])

  /// A customer that has become critical and was told of.
  private func told(_ rule: CriticalAlert? = nil) -> AlertWalk {
    var walk = AlertWalk(rule ?? self.rule)
    walk.move(to: 80)
    walk.move(to: 20)
    return walk
  }

  /// What happens while an alert is snoozed for three days, how long after that it is looked at, and how often people were told by then
  /// (the opening counts as one).
  struct Story: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var play: @Sendable (inout AlertWalk) -> Void
    var told: Int
    var heldBack: String?
  }

  static let reason = "snoozed until 2025-11-27 16:00 UTC: on holiday"

  static let stories = [
    Story(testDescription: "stays critical: told once at the end", play: { _ in }, told: 2),
    Story(testDescription: "recovers for good: nothing", play: { $0.move(to: 90) }, told: 1),
    Story(testDescription: "is within the hysteresis at the end: nothing", play: { $0.move(to: 42) }, told: 1),
    Story(
      testDescription: "closes and opens again: silent until the end, then told once",
      play: { walk in
        walk.move(to: 90)
        walk.pass(.days(1))
        walk.move(to: 10)
      }, told: 2),
    Story(
      testDescription: "closes, opens and closes again: nothing",
      play: { walk in
        walk.move(to: 90)
        walk.pass(.days(1))
        walk.move(to: 10)
        walk.pass(.hours(1))
        walk.move(to: 90)
      }, told: 1),
    Story(
      testDescription: "is snoozed for longer: still silent",
      play: { walk in
        walk.pass(.days(1))
        walk.snooze(until: walk.now + .days(5), reason: "they move house")
      }, told: 1),
    Story(
      testDescription: "is snoozed for a shorter time: told at the earlier end, once",
      play: { walk in
        walk.snooze(until: walk.now + .hours(5))
      }, told: 2),
    Story(testDescription: "is awakened, and was told of before: nothing", play: { $0.awaken() }, told: 1),
    Story(
      testDescription: "is awakened after it opened in silence: the cool-down holds",
      play: { walk in
        walk.move(to: 90)
        walk.move(to: 10)
        walk.awaken()
      }, told: 1, heldBack: "told on 2025-11-24 16:00 UTC, again from 2025-12-01 16:00 UTC"),
  ]

  @Test("While it is snoozed nobody is told; at the end people are told once, if the customer is critical then", arguments: stories)
  func tells(_ story: Story) {
    var walk = told()
    let until = walk.now + .days(3)
    walk.snooze(until: until)
    story.play(&walk)
    let end = AlertFixture.start + .days(3)
    let early = walk.deliveries.count
    walk.pass(end - walk.now + .minutes(1))
    #expect(walk.deliveries.count == story.told && early == 1)
    if let heldBack = story.heldBack { #expect(walk.newest?.heldBack == heldBack) }
    #expect(Set(walk.deliveries.map(\.key)).count == walk.deliveries.count)
    #expect(walk.faults == [])
  }

  @Test("What is held back by a snooze says until when and why")
  func words() {
    var walk = told()
    walk.snooze(until: walk.now + .days(3))
    #expect(walk.newest?.heldBack == nil, "people were told of this opening")
    walk.move(to: 90)
    walk.move(to: 10)
    #expect(walk.newest?.heldBack == Self.reason && walk.newest?.snoozeReason == "on holiday")
    walk.pass(.days(3))
    #expect(walk.newest?.heldBack == nil && walk.newest?.notifiedAt == walk.now)
  }

  @Test("A snooze that began while the delay still runs outlasts it")
  func delay() {
    var rule = rule
    rule.delay = .minutes(30)
    var walk = told(rule)
    #expect(walk.newest?.state == .waiting)
    walk.snooze(until: walk.now + .days(3))
    walk.pass(.hours(1))
    #expect(walk.newest?.state == .open && walk.newest?.heldBack == Self.reason && walk.deliveries.isEmpty)
    walk.pass(.days(3))
    #expect(walk.deliveries.count == 1 && walk.faults == [])
  }

  @Test("Only an open alert is snoozed, for a time to come and within a year, with a reason")
  func mistakes() throws {
    let alert = try #require(told().newest)
    let now = AlertFixture.start
    var closed = alert
    closed.state = .closed
    let cases: [(Alert, Instant, String, WorkMistake)] = [
      (alert, now, "why", .snoozeOver), (alert, now - .days(1), "why", .snoozeOver), (alert, now + .days(367), "why", .snoozeTooLong),
      (alert, now + .days(1), " \n", .empty(.reason)),
      (alert, now + .days(1), String(repeating: "x", count: 501), .long(.reason, maximum: 500)),
      (closed, now + .days(1), "why", .alertClosed),
    ]
    for (alert, until, reason, mistake) in cases {
      #expect(throws: mistake) { try alert.snoozed(until: until, reason: reason, at: now) }
    }
    let snoozed = try alert.snoozed(until: now + .days(366), reason: " on\nholiday ", at: now)
    #expect(snoozed.snoozeReason == "on holiday" && snoozed.snoozedUntil == now + .days(366))
    #expect(throws: WorkMistake.notSnoozed) { try alert.awakened(at: now) }
    #expect(throws: WorkMistake.notSnoozed) { try snoozed.awakened(at: now + .days(366)) }
    #expect(try snoozed.awakened(at: now) == alert)
  }

  @Test("An alert's id tells its customer, whatever that is called", arguments: ["acme", "a/b", "/", "", "ü//7"])
  func ids(customer: String) {
    #expect(Alert.customer(ofID: "critical/health/\(customer)/1764000000000000") == customer)
    for id in ["", "critical", customer, "other/health/\(customer)/1", "critical/health/\(customer)/x", "critical/1"] {
      #expect(Alert.customer(ofID: id) == nil)
    }
  }
}

@Suite("Tasks from alerts")
struct AlertTaskTests {
  private let rule = CriticalAlert(channels: ["success"])

  private func walk(_ rule: CriticalAlert, to score: Int = 20, _ cause: HealthChange.Cause = .data, isHistory: Bool = false) -> AlertWalk {
    var walk = AlertWalk(rule)
    walk.move(to: 80)
    walk.move(to: score, cause, isHistory: isHistory)
    return walk
  }

  @Test("An alert makes one task for the customer's owner, due in a day and of high priority")
  func makes() throws {
    let walk = walk(rule)
    let task = try #require(walk.tasks.values.first)
    #expect(walk.tasks.count == 1 && task.alert == walk.newest?.id && task.customer == "acme/1")
    #expect(task.title == "Call Acme" && task.owner == "ann@example.com" && task.priority == .high && task.createdBy == "Holdfast")
    #expect(task.createdAt == walk.now && task.dueAt == walk.now + .hours(24) && task.isOpen)
  }

  @Test("What the rule says is what the task is; switched off there is none")
  func settings() throws {
    var rule = rule
    rule.task = AlertTask(title: "Write to {customer}: {customer}", due: .hours(4), priority: .low)
    let task = try #require(walk(rule).tasks.values.first)
    #expect(task.title == "Write to Acme: Acme" && task.dueAt == AlertFixture.start + .hours(4) && task.priority == .low)
    rule.task = nil
    #expect(walk(rule).tasks.isEmpty)
  }

  @Test("A long name is cut in the title")
  func longName() throws {
    let decision = AlertFixture.decision(rule)
    let subject = CriticalAlertDecision.Subject(customer: "x", name: String(repeating: "ü", count: 900))
    let move = CriticalAlertDecision.Move(
      before: AlertFixture.health(80), after: AlertFixture.health(20), cause: .data, isHistory: false)
    let effects = decision.decide(move, of: subject, present: nil, now: AlertFixture.start) { nil }
    let tasks = effects.compactMap { if case .task(let task) = $0 { task } else { nil } }
    #expect(tasks.map(\.title.unicodeScalars.count) == [200] && tasks.first?.owner == nil)
  }

  @Test("A changed model, a mended score, history and a recovery in time make no task")
  func none() {
    #expect(walk(rule, .model).tasks.isEmpty && walk(rule, .repair).tasks.isEmpty)
    #expect(walk(rule, isHistory: true).tasks.isEmpty)
    var rule = rule
    rule.delay = .minutes(30)
    var spared = walk(rule)
    spared.move(to: 60)
    spared.pass(.hours(1))
    #expect(spared.tasks.isEmpty)
    var late = walk(rule)
    late.pass(.hours(1))
    #expect(late.tasks.values.map(\.createdAt) == [AlertFixture.start + .minutes(30)])
  }

  @Test("Without channels, and within the cool-down, nobody gets a message and the work is there all the same")
  func silent() {
    #expect(walk(CriticalAlert()).tasks.count == 1)
    var again = walk(rule)
    again.move(to: 80)
    again.pass(.days(1))
    again.move(to: 20)
    #expect(again.deliveries.count == 1 && again.tasks.count == 2)
    again.pass(.days(7))
    #expect(again.deliveries.count == 2 && again.tasks.count == 2, "one opening, one task")
  }

  @Test("While it is snoozed there is no task; at its end there is one for the new opening, none for one that had its own")
  func snoozed() {
    var walk = walk(rule)
    walk.snooze(until: walk.now + .days(3))
    walk.move(to: 80)
    walk.move(to: 20)
    #expect(walk.tasks.count == 1)
    walk.pass(.days(3))
    #expect(walk.tasks.count == 2)
    walk.snooze(until: walk.now + .days(3))
    walk.pass(.days(3))
    #expect(walk.deliveries.count == 3 && walk.tasks.count == 2 && walk.faults == [])
  }
}
