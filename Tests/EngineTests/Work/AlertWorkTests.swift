import DatabaseKit
import Domain
import Engine
import Storage
import TestKit
import Testing

@Suite("Tasks and snoozes through the fold")
struct AlertWorkTests {
  private static let start = RandomLog.start

  private static var blueprint: Blueprint {
    var blueprint = Blueprints.sop
    blueprint.ownerAttribute = "account_manager"
    return blueprint
  }

  private static func owner(_ address: String, at: Instant) -> LogEntry {
    LogEntry(
      messageID: "owner/\(address)", at: .distantPast, version: at, receivedAt: at, actor: Actor(customer: "acme"),
      fact: .customer(attributes: [.init("name", "Acme"), .init("account_manager", .string(address))]))
  }

  /// A customer at 70 with an owner becomes critical: five days later there are five tickets.
  private func slide(_ bench: DeskBench, tickets numbers: Range<Int> = 0..<5) async throws {
    let now = bench.house.clock.now()
    try await bench.house.take(numbers.map { Entry.ticket("t\($0)", .open, opened: now, version: now) })
  }

  private func recover(_ bench: DeskBench, tickets numbers: Range<Int> = 0..<5) async throws {
    let now = bench.house.clock.now()
    try await bench.house.take(
      numbers.map { Entry.ticket("t\($0)", .solved, opened: Self.start, version: now) } + [Entry.event(at: now)])
  }

  private func run(_ body: (DeskBench) async throws -> Void) async throws {
    try await DeskBench.run(Self.blueprint) { bench in
      try await bench.house.take([Self.owner(" Ann@Example.com", at: Self.start)])
      try await bench.house.pass(.days(8))
      try await body(bench)
    }
  }

  private func tasks(_ bench: DeskBench) async throws -> [CustomerTask] { try await bench.desk.customerWork("acme").tasks }

  @Test("A critical alert makes a task for the account's owner in the same commit; it stays when the customer recovers")
  func makes() async throws {
    try await run { bench in
      try await slide(bench)
      let alert = try #require(try await bench.house.alerts().first)
      let task = try #require(try await tasks(bench).first)
      #expect(alert.state == .open && task.alert == alert.id && task.owner == "ann@example.com" && task.title == "Call Acme")
      #expect(task.dueAt == bench.house.clock.now() + .hours(24))
      #expect(try await bench.house.deliveries().count == 1)
      let audit = try await bench.audit()
      #expect(audit.count == 1 && audit[0].hasPrefix("Holdfast task.made acme: – → “Call Acme”, ann@example.com"), "\(audit)")
      try await bench.house.pass(.hours(1))
      try await recover(bench)
      #expect(try await bench.house.alerts().map(\.state) == [.closed])
      #expect(try await tasks(bench) == [task])
    }
  }

  @Test("A slide within the cool-down makes another task only when the first one is closed")
  func again() async throws {
    try await run { bench in
      try await slide(bench)
      try await recover(bench)
      try await bench.house.pass(.days(1))
      try await slide(bench, tickets: 5..<10)
      #expect(try await bench.house.alerts().count == 2)
      #expect(try await tasks(bench).count == 1)
      let first = try #require(try await tasks(bench).first)
      _ = try await bench.desk.closeTask(first.id, outcome: .contacted, by: DeskBench.ann.actor, user: DeskBench.ann)
      try await recover(bench, tickets: 5..<10)
      try await bench.house.pass(.days(1))
      try await slide(bench, tickets: 10..<15)
      #expect(try await tasks(bench).map(\.isOpen) == [true, false])
      #expect(try await bench.house.deliveries().count == 1)
    }
  }

  @Test("A rebuild makes no task anew, and takes none away")
  func rebuild() async throws {
    try await run { bench in
      try await slide(bench)
      let task = try #require(try await tasks(bench).first)
      _ = try await bench.desk.closeTask(task.id, outcome: .done, by: .commandLine, user: nil)
      _ = try await bench.desk.note("Remember", about: "acme", by: .commandLine, user: nil)
      let before = try await bench.desk.customerWork("acme")
      #expect(try await Rebuild(fold: bench.house.fold).run().isUnchanged)
      try await bench.house.settle()
      #expect(try await bench.desk.customerWork("acme") == before)
      #expect(before.tasks.count == 1 && before.notes.count == 1)
    }
  }

  @Test("A snoozed alert is silent over closing and opening, and tells once at the end if the customer is critical then")
  func snooze() async throws {
    for recovers in [false, true] {
      try await run { bench in
        let (desk, ann) = (bench.desk, DeskBench.ann)
        try await slide(bench)
        let alert = try #require(try await bench.house.alerts().first)
        let until = bench.house.clock.now() + .days(3)
        let snoozed = try await desk.snooze(alert.id, until: until, reason: "on holiday", by: ann.actor, user: ann)
        #expect(snoozed.snoozedUntil == until)
        try await recover(bench)
        try await bench.house.pass(.days(1))
        try await slide(bench, tickets: 5..<10)
        let newest = try #require(try await bench.house.alerts().first)
        #expect(newest.id != alert.id && newest.snoozedUntil == until && newest.heldBack?.hasSuffix(": on holiday") == true)
        if recovers { try await recover(bench, tickets: 5..<10) }
        try await bench.house.pass(.days(2) - TimeSpan(microseconds: 1))
        #expect(try await bench.house.deliveries().count == 1)
        try await bench.house.pass(TimeSpan(microseconds: 1))
        #expect(try await bench.house.deliveries().count == (recovers ? 1 : 2))
        try await bench.house.pass(.hours(6))
        #expect(try await bench.house.deliveries().count == (recovers ? 1 : 2))
      }
    }
  }

  @Test("An alert that was told of and stays open tells again at the end of its snooze, by a delivery of its own")
  func snoozeOfOpen() async throws {
    try await run { bench in
      let (desk, ann) = (bench.desk, DeskBench.ann)
      try await slide(bench)
      let alert = try #require(try await bench.house.alerts().first)
      for hours in [5, 10] as [Int64] {
        let until = bench.house.clock.now() + .hours(hours)
        _ = try await desk.snooze(alert.id, until: until, reason: "later", by: ann.actor, user: ann)
        try await bench.house.pass(.hours(hours))
      }
      #expect(try await bench.house.deliveries().count == 3)
      #expect(try await tasks(bench).count == 1)
      let until = bench.house.clock.now() + .hours(5)
      _ = try await desk.snooze(alert.id, until: until, reason: "later", by: ann.actor, user: ann)
      let awake = try await desk.unsnooze(alert.id, by: ann.actor, user: ann)
      #expect(awake.snoozedUntil == nil && awake.snoozeReason == nil)
      try await bench.house.pass(.hours(9))
      #expect(try await bench.house.deliveries().count == 3)
      await #expect(throws: WorkMistake.notSnoozed) { try await desk.unsnooze(alert.id, by: ann.actor, user: ann) }
      await #expect(throws: WorkMistake.noAlert("critical/health/acme/1")) {
        try await desk.unsnooze("critical/health/acme/1", by: ann.actor, user: ann)
      }
      let audit = try await bench.audit().filter { $0.contains("alert.") }
      #expect(audit.count == 4 && audit.last?.contains("alert.awakened acme: until ") == true && audit.last?.hasSuffix("later → –") == true)
    }
  }

  @Test("The timeline tells of tasks, notes, pulses and snoozes between everything else, newest first, page by page without gap or repeat")
  func timeline() async throws {
    try await run { bench in
      let (desk, ann, house) = (bench.desk, DeskBench.ann, bench.house)
      try await slide(bench)
      let alert = try #require(try await house.alerts().first)
      try await house.pass(.minutes(1))
      _ = try await desk.note("They are\nunhappy", about: "acme", by: ann.actor, user: ann)
      try await house.pass(.minutes(1))
      _ = try await desk.setPulse(.worried, text: "no answer", of: "acme", by: ann.actor, user: ann)
      try await house.pass(.minutes(1))
      _ = try await desk.snooze(alert.id, until: house.clock.now() + .days(1), reason: "on holiday", by: ann.actor, user: ann)
      try await house.pass(.minutes(1))
      _ = try await desk.unsnooze(alert.id, by: ann.actor, user: ann)
      try await house.pass(.minutes(1))
      let task = try #require(try await tasks(bench).first)
      _ = try await desk.closeTask(task.id, outcome: .contacted, note: "All is well", by: ann.actor, user: ann)
      let whole = try #require(try await house.inquiries.timeline(of: "acme", limit: 1_000, cursor: nil)).items
      #expect(whole.map(\.at) == whole.map(\.at).sorted(by: >))
      let titles = whole.prefix(6).map { "\($0.kind.rawValue): \($0.title)" }
      #expect(titles[0] == "task: Task “Call Acme” closed by ann@example.com: contacted: All is well")
      #expect(titles[1] == "alert: Alert no longer snoozed, by ann@example.com")
      #expect(titles[2].hasPrefix("alert: Alert snoozed by ann@example.com until ") && titles[2].hasSuffix(": on holiday"))
      #expect(titles[3] == "pulse: ann@example.com sees it as worried: no answer")
      #expect(titles[4] == "note: Note by ann@example.com: They are unhappy")
      #expect(whole.contains { $0.title == "Task “Call Acme” for ann@example.com, by Holdfast" })
      var (paged, cursor): ([TimelineEntry], String?) = ([], nil)
      repeat {
        let page = try #require(try await house.inquiries.timeline(of: "acme", limit: 2, cursor: cursor))
        paged += page.items
        cursor = page.next
      } while cursor != nil && paged.count < 100
      #expect(Set(paged) == Set(whole) && paged.count == whole.count)
    }
  }

  @Test("A customer that turns out to be a contact of another one takes its tasks, notes and pulse there")
  func merges() async throws {
    try await withHouse { house in
      let bench = DeskBench(house)
      try await house.take([Entry.did("Signed In", contact: "ann", at: Self.start)])
      #expect(try await house.customers() == ["ann"])
      let draft = TaskDraft(customer: "ann", title: "Call", dueAt: house.clock.now() + .days(1))
      let task = try await bench.desk.makeTask(draft, by: .commandLine, user: nil)
      _ = try await bench.desk.note("Nice", about: "ann", by: .commandLine, user: nil)
      _ = try await bench.desk.setPulse(.good, of: "ann", by: .commandLine, user: nil)
      house.clock.advance(by: .hours(1))
      try await house.take([Entry.contact("ann", customer: "acme", at: house.clock.now())])
      #expect(try await house.customers() == ["acme"])
      let work = try await bench.desk.customerWork("acme")
      #expect(work.tasks.map(\.id) == [task.id] && work.notes.map(\.text) == ["Nice"] && work.pulse?.mood == .good)
      #expect(try await bench.desk.customerWork("ann") == CustomerWork(tasks: [], notes: [], pulse: nil))
      #expect(try await bench.desk.task(task.id)?.customer == "acme")
    }
  }
}
