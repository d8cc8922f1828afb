import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import Synchronization
import TestKit
import Testing

/// A desk in a house, and what the audit log says afterwards.
struct DeskBench: Sendable {
  let house: House
  let desk: Desk

  init(_ house: House) {
    self.house = house
    let count = Mutex(0)
    desk = Desk(database: house.database, time: house.clock) {
      "id-"
        + count.withLock { count in
          count += 1
          return String(repeating: "0", count: 4 - "\(count)".count) + "\(count)"
        }
    }
  }

  static let ann = User(id: "1", email: "ann@example.com", name: "Ann", role: .successManager, createdAt: .epoch)
  static let lead = User(id: "2", email: "lea@example.com", name: "Lea", role: .lead, createdAt: .epoch)
  static let viewer = User(id: "3", email: "vic@example.com", name: "Vic", role: .viewer, createdAt: .epoch)
  static let operations = User(id: "4", email: "ops@example.com", name: "Ops", role: .operations, createdAt: .epoch)

  static func run(_ blueprint: Blueprint = Blueprints.sop, _ body: (DeskBench) async throws -> Void) async throws {
    try await withHouse(blueprint) { house in
      try await house.take([Entry.event(at: RandomLog.start)])
      try await body(DeskBench(house))
    }
  }

  /// "actor action subject: from → to", oldest first.
  func audit() async throws -> [String] {
    try await house.database.read { connection in
      try connection.rows("SELECT actor, action, customer, value_from, value_to FROM audit ORDER BY id") { row in
        "\(row.text(0)) \(row.text(1)) \(row.optionalText(2) ?? "–"): \(row.optionalText(3) ?? "–") → \(row.optionalText(4) ?? "–")"
      }
    }
  }

  func task(owner: String? = nil, by user: User = ann) async throws -> CustomerTask {
    let draft = TaskDraft(customer: "acme", title: "Call", owner: owner, dueAt: house.clock.now() + .days(1))
    return try await desk.makeTask(draft, by: .user(email: user.email), user: user)
  }
}

extension User { var actor: AuditEntry.Actor { .user(email: email) } }

@Suite("The desk: every change with its entry in the audit log")
struct DeskTests {
  private static func overdue(_ bench: DeskBench, _ owner: TaskQueries.Filter.Owner = .anyone) async throws -> Int {
    try await bench.desk.countedTasks(.init(state: .overdue(at: bench.house.clock.now()), owner: owner)).number
  }

  @Test("A task is made, changed and closed; the log says by whom, from what and to what")
  func tasks() async throws {
    try await DeskBench.run { bench in
      let (desk, ann) = (bench.desk, DeskBench.ann)
      let task = try await bench.task()
      _ = try await desk.editTask(task.id, TaskEdit(owner: .address("Ann@example.com")), by: ann.actor, user: ann)
      _ = try await desk.editTask(task.id, TaskEdit(owner: .address("ann@example.com")), by: ann.actor, user: ann)
      let closed = try await desk.closeTask(task.id, outcome: .contacted, note: "They pay", by: ann.actor, user: ann)
      #expect(closed.closedBy == "ann@example.com" && closed.note == "They pay")
      #expect(try await desk.task(task.id) == closed)
      let due = (RandomLog.start + .days(1)).iso8601.prefix(10)
      let audit = try await bench.audit()
      #expect(audit.count == 3, "what changed nothing is not in it: \(audit)")
      #expect(audit[0].hasPrefix("ann@example.com task.made acme: – → “Call”, nobody's, due \(due)"))
      #expect(audit[1].contains("task.edited acme: “Call”, nobody's") && audit[1].contains("→ “Call”, ann@example.com, due"))
      #expect(audit[2].contains("task.closed acme: “Call”, ann@example.com") && audit[2].hasSuffix("contacted, note: They pay"))
    }
  }

  @Test("What may not be done, or cannot, changes nothing and is not in the log")
  func refusals() async throws {
    try await DeskBench.run { bench in
      let (desk, ann, viewer, lead) = (bench.desk, DeskBench.ann, DeskBench.viewer, DeskBench.lead)
      let hers = try await bench.task(owner: lead.email, by: lead)
      let before = try await bench.audit()
      await #expect(throws: WorkMistake.othersTask(owner: lead.email)) {
        try await desk.closeTask(hers.id, outcome: .done, by: ann.actor, user: ann)
      }
      await #expect(throws: WorkMistake.othersTask(owner: lead.email)) {
        try await desk.editTask(hers.id, TaskEdit(owner: .address(ann.email)), by: ann.actor, user: ann)
      }
      await #expect(throws: WorkMistake.mayOnlyLook) { try await bench.task(by: viewer) }
      await #expect(throws: WorkMistake.mayOnlyLook) { try await desk.note("x", about: "acme", by: viewer.actor, user: viewer) }
      await #expect(throws: WorkMistake.noTask("none")) { try await desk.closeTask("none", outcome: .done, by: ann.actor, user: ann) }
      let due = bench.house.clock.now() + .days(1)
      await #expect(throws: WorkMistake.noCustomer("nobody")) {
        try await desk.makeTask(TaskDraft(customer: "nobody", title: "Call", dueAt: due), by: ann.actor, user: ann)
      }
      await #expect(throws: WorkMistake.noCustomer("nobody")) { try await desk.note("x", about: "nobody", by: ann.actor, user: ann) }
      await #expect(throws: WorkMistake.noCustomer("nobody")) { try await desk.setPulse(.good, of: "nobody", by: ann.actor, user: ann) }
      await #expect(throws: WorkMistake.noOutcome) { try await desk.closeTask(hers.id, outcome: nil, by: lead.actor, user: lead) }
      #expect(try await bench.audit() == before)
      #expect(try await desk.task(hers.id) == hers)
    }
  }

  @Test("Of many who close a task at once one does")
  func once() async throws {
    try await DeskBench.run { bench in
      let (desk, ann) = (bench.desk, DeskBench.ann)
      let task = try await bench.task()
      let closings = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask { (try? await desk.closeTask(task.id, outcome: .done, by: ann.actor, user: ann)) != nil }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(closings == 1)
      #expect(try await bench.audit().count { $0.contains("task.closed") } == 1)
    }
  }

  @Test("A change whose audit entry cannot be written does not take place")
  func together() async throws {
    try await DeskBench.run { bench in
      let (desk, ann) = (bench.desk, DeskBench.ann)
      let task = try await bench.task()
      try await bench.house.database.write { try $0.script("DROP TABLE audit") }
      await #expect(throws: DatabaseFailure.self) { try await desk.closeTask(task.id, outcome: .done, by: ann.actor, user: ann) }
      await #expect(throws: DatabaseFailure.self) { try await desk.note("x", about: "acme", by: ann.actor, user: ann) }
      await #expect(throws: DatabaseFailure.self) { try await bench.task() }
      #expect(try await desk.task(task.id) == task)
      #expect(try await desk.customerWork("acme") == CustomerWork(tasks: [task], notes: [], pulse: nil))
    }
  }

  @Test("Lists: mine by due time, nobody's, all by pages, how many are overdue")
  func lists() async throws {
    try await DeskBench.run { bench in
      let (desk, ann) = (bench.desk, DeskBench.ann)
      let (hers, nobodys) = (try await bench.task(owner: "ann@example.com"), try await bench.task())
      #expect(try await desk.tasks(owner: " ANN@example.com ") == [hers])
      #expect(try await desk.tasks(owner: "ann") == [])
      #expect(try await desk.tasks(.init(owner: .nobody), cursor: nil, limit: 10).items == [nobodys])
      let first = try await desk.openTasks(limit: 1)
      let rest = try await desk.openTasks(cursor: first.next, limit: 9)
      #expect(first.items + rest.items == [hers, nobodys] && rest.next == nil)
      #expect(try await Self.overdue(bench) == 0)
      bench.house.clock.advance(by: .days(2))
      #expect(try await Self.overdue(bench) == 2)
      #expect(try await Self.overdue(bench, .address("ann@example.com")) == 1)
      let closed = try await desk.closeTask(hers.id, outcome: .done, by: ann.actor, user: ann)
      #expect(try await desk.closedTasks(since: bench.house.clock.now()) == [closed])
      #expect(try await Self.overdue(bench, .address("ann@example.com")) == 0)
    }
  }

  @Test("Views are a person's own: she saves, changes and deletes them, fifty at most; others see those she shares")
  func views() async throws {
    try await DeskBench.run { bench in
      let (desk, ann, lead) = (bench.desk, DeskBench.ann, DeskBench.lead)
      let draft = SavedView(id: "", name: "Mine", owner: "somebody", isShared: false, condition: "score < 40", sort: "score", columns: [])
      let saved = try await desk.saveView(draft, by: ann.actor, user: ann)
      #expect(saved.owner == ann.email && !saved.id.isEmpty)
      #expect(try await desk.views(for: ann) == [saved])
      #expect(try await desk.views(for: lead).isEmpty)
      await #expect(throws: WorkMistake.noView(saved.id)) { try await desk.deleteView(saved.id, by: lead.actor, user: lead) }
      var shared = saved
      (shared.isShared, shared.name) = (true, "Ours")
      let ours = try await desk.saveView(shared, by: ann.actor, user: ann)
      #expect(try await desk.views(for: lead) == [ours])
      #expect(ours.name == "Ours")
      await #expect(throws: WorkMistake.othersView) { try await desk.saveView(ours, by: lead.actor, user: lead) }
      await #expect(throws: WorkMistake.othersView) { try await desk.deleteView(ours.id, by: lead.actor, user: lead) }
      for _ in 1..<50 { _ = try await desk.saveView(draft, by: ann.actor, user: ann) }
      await #expect(throws: WorkMistake.tooManyViews(maximum: 50)) { try await desk.saveView(draft, by: ann.actor, user: ann) }
      try await desk.deleteView(saved.id, by: ann.actor, user: ann)
      _ = try await desk.saveView(draft, by: ann.actor, user: ann)
      #expect(try await desk.views(for: ann).count == 50)
      #expect(try await bench.audit().contains { $0.contains("view.deleted –: “Ours”, score < 40, score, shared → –") })
    }
  }

  @Test("Changes of a task at the same moment all hold")
  func concurrentChanges() async throws {
    try await DeskBench.run { bench in
      let due = bench.house.clock.now() + .days(5)
      for _ in 0..<20 {
        let id = try await bench.task().id
        async let owner = bench.desk.editTask(id, TaskEdit(owner: .address("lea@example.com")), by: .key(name: "a"), user: nil)
        async let time = bench.desk.editTask(id, TaskEdit(dueAt: due), by: .key(name: "b"), user: nil)
        async let priority = bench.desk.editTask(id, TaskEdit(priority: .high), by: .key(name: "c"), user: nil)
        _ = try await (owner, time, priority)
        let task = try #require(try await bench.desk.task(id))
        #expect(task.owner == "lea@example.com" && task.dueAt == due && task.priority == .high)
      }
    }
  }

  @Test("Operations send a delivery again or take it back; what is not in such a state stays")
  func deliveries() async throws {
    try await DeskBench.run { bench in
      let (desk, ops) = (bench.desk, DeskBench.operations)
      let now = bench.house.clock.now()
      let delivery = Delivery(key: "k", customer: "acme", channel: "slack", payload: .null, title: "t", createdAt: now, nextAttemptAt: now)
      _ = try await bench.house.database.write { try DeliveryQueries.enqueue(delivery, $0) }
      await #expect(throws: WorkMistake.deliveryState(.pending)) { try await desk.retryDelivery("k", by: ops.actor, user: ops) }
      await #expect(throws: WorkMistake.noDelivery("x")) { try await desk.cancelDelivery("x", by: ops.actor, user: ops) }
      await #expect(throws: WorkMistake.notForThisRole) {
        try await desk.cancelDelivery("k", by: DeskBench.lead.actor, user: DeskBench.lead)
      }
      try await desk.cancelDelivery("k", by: ops.actor, user: ops)
      try await desk.retryDelivery("k", by: .key(name: "ci"), user: nil)
      #expect(try await bench.house.database.read { try DeliveryQueries.load(key: "k", $0)?.state } == .pending)
      #expect(
        try await bench.audit() == [
          "ops@example.com delivery.canceled acme: pending → canceled", "key: ci delivery.retried acme: canceled → pending",
        ])
    }
  }

  @Test("All that failed is sent again at once, with one entry in the audit log that tells how many")
  func failedDeliveries() async throws {
    try await DeskBench.run { bench in
      let now = bench.house.clock.now()
      try await bench.house.database.write { connection in
        for (key, state) in [("a", Delivery.State.failed), ("b", .failed), ("c", .unknown)] {
          var delivery = Delivery(key: key, customer: nil, channel: "slack", payload: .null, title: "t", createdAt: now, nextAttemptAt: now)
          delivery.state = state
          _ = try DeliveryQueries.enqueue(delivery, connection)
        }
      }
      let lead = DeskBench.lead
      await #expect(throws: WorkMistake.notForThisRole) { try await bench.desk.retryFailedDeliveries(by: lead.actor, user: lead) }
      #expect(try await bench.desk.retryFailedDeliveries(by: .commandLine, user: nil) == 2)
      #expect(try await bench.desk.retryFailedDeliveries(by: .commandLine, user: nil) == 0)
      #expect(try await bench.audit() == ["command line delivery.retried –: failed → 2 pending"])
    }
  }
}
