import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("What pages read")
struct PlanTests {
  /// Tables that grow with the company or with time, and the names under which queries call them.
  private static let large: Set<String> = [
    "customer", "contact", "health", "now", "health_change", "past", "h", "alert", "delivery", "event", "customer_event", "usage_daily",
    "ticket", "subscription", "actor", "task", "audit", "note", "pulse",
  ]

  @Test("goes along indexes and never through a large table, beside what is found in the background")
  func indexes() async throws {
    try await withTemporaryDatabase { inner in
      let database = WatchedDatabase(inner)
      let house = try await House(database, Blueprints.sop)
      try await house.live(RandomCompany(seed: 3).entries)
      _ = try await DailyBatch(fold: house.fold).run()
      _ = try await house.inquiries.summary(at: nil)
      let background = Set(database.takeQuestions().map(\.sql))
      #expect(background.count > 3)
      let since = house.clock.now() - .days(1)
      let (inquiries, desk) = (house.inquiries, DeskBench(house).desk)
      let reads: [(String, () async throws -> Void)] = [
        ("health", { _ = try await inquiries.healthOverview() }),
        ("today", { _ = try await inquiries.today(owner: nil, since: since) }),
        ("today of an owner", { _ = try await inquiries.today(owner: "ann@example.com", since: since) }),
        ("precision", { _ = try await inquiries.alertPrecision() }),
        ("history", { _ = try await inquiries.scoreHistory("c1", from: since) }),
        ("an owner's list", { _ = try await inquiries.customers(.init(limit: 5, owner: "ann@example.com")) }),
        ("a search", { _ = try await inquiries.customers(.init(limit: 5, search: "acme")) }),
        ("alerts", { for filter in Inquiries.AlertFilter.allCases { _ = try await inquiries.alerts(filter, limit: 5, cursor: nil) } }),
        ("an owner's tasks", { _ = try await desk.tasks(owner: "ann@example.com") }),
        ("tasks of nobody", { _ = try await desk.tasks(.init(owner: .nobody), cursor: nil, limit: 5) }),
        ("overdue tasks", { _ = try await desk.tasks(.init(state: .overdue(at: since)), cursor: nil, limit: 5) }),
        (
          "an owner's overdue tasks",
          { _ = try await desk.countedTasks(.init(state: .overdue(at: since), owner: .address("ann@example.com"))) }
        ),
        ("a customer's work", { _ = try await desk.customerWork("c1") }),
        (
          "deliveries", { for state in Delivery.State.allCases { _ = try await inquiries.deliveries(state: state, limit: 5, cursor: nil) } }
        ),
        ("all deliveries", { _ = try await inquiries.deliveries(state: nil, limit: 5, cursor: nil) }),
        ("deliveries by state", { _ = try await inquiries.deliveryCounts() }),
        ("standings", { _ = try await inquiries.standings(of: ["c1", "c2"]) }),
        ("the audit log", { _ = try await database.read { try AuditQueries.list(limit: 5, cursor: nil, $0) } }),
        ("who is in the audit log", { _ = try await database.read { try AuditQueries.actors(limit: 5, $0) } }),
        ("a customer's page", { _ = try await inquiries.explanation(of: "c1", at: nil) }),
        ("a customer's records", { _ = try await inquiries.records(of: "c1") }),
        ("a customer's alerts", { _ = try await inquiries.alerts(ofCustomer: "c1", limit: 5) }),
        ("a timeline", { _ = try await inquiries.timeline(of: "c1", limit: 5, cursor: nil) }),
        ("tasks of others", { _ = try await desk.countedTasks(.init(state: .overdue(at: since), owner: .otherThan("ann@example.com"))) }),
        ("tasks of a day", { _ = try await desk.countedTasks(.init(state: .due(since..<since + .days(1)), owner: .nobody)) }),
        ("a list", { _ = try await inquiries.customers(.init(sort: .name, limit: 5)) }),
      ]
      for (name, read) in reads {
        try await read()
        let questions = database.takeQuestions().filter { !background.contains($0.sql) }
        #expect(!questions.isEmpty, "\(name) reads nothing")
        for question in questions {
          let scans = try await inner.read { try WatchedDatabase.scans(question, of: Self.large, $0) }
          #expect(scans == [], "\(name): \(question.sql)")
        }
      }
      // The check itself can fail.
      let whole = WatchedDatabase.Question(sql: "SELECT COUNT(*) FROM customer WHERE first_seen > $1", values: [7])
      #expect(try await inner.read { try WatchedDatabase.scans(whole, of: Self.large, $0) } != [])
    }
  }

  /// Things of each kind that is listed by time, several at each instant.
  private static func fill(_ database: any Database, before now: Instant) async throws {
    try await database.write { connection in
      for number in 0..<12 {
        let (at, customer, isOpen) = (now - .hours(Int64(1 + number / 3)), "c\(number)", number % 2 == 0)
        var alert = Alert(
          id: "critical/health/\(customer)/\(at.microseconds)", customer: customer, kind: .critical, reason: "health",
          state: isOpen ? .open : .closed, openedAt: at, updatedAt: at, score: 3, band: .critical)
        alert.snoozedUntil = now + .days(1)
        try AlertQueries.save(alert, connection)
        try DeliveryQueries.enqueue(
          Delivery(
            key: "d\(number)", customer: customer, channel: "slack", payload: .null, title: "t", state: .sent, createdAt: at,
            nextAttemptAt: at, finishedAt: at), connection)
        try TaskQueries.insert(
          CustomerTask(
            id: "t\(number)", customer: customer, title: "Call", owner: "ann@example.com", dueAt: at, priority: .normal, createdAt: at,
            createdBy: "Holdfast", closedAt: isOpen ? nil : at, outcome: isOpen ? nil : .done, note: ""), connection)
        try AuditQueries.insert(
          AuditEntry(id: "a\(number)", at: at, actor: "ann@example.com", action: "task.made", subject: "t\(number)"), connection)
      }
    }
  }

  @Test("begins where the page before ended, and reads nothing of what lies before")
  func furtherPages() async throws {
    try await withTemporaryDatabase { inner in
      let database = WatchedDatabase(inner)
      let house = try await House(database, Blueprints.sop)
      let now = house.clock.now()
      try await Self.fill(inner, before: now)
      let (inquiries, desk) = (house.inquiries, DeskBench(house).desk)
      let others = TaskQueries.Filter(state: .overdue(at: now), owner: .otherThan("bob@example.com"))
      let hers = TaskQueries.Filter(owner: .address("ann@example.com"))
      let lists: [(String, column: String, next: (String?) async throws -> String?)] = [
        ("all alerts", "opened_at", { try await inquiries.alerts(.all, limit: 2, cursor: $0).next }),
        ("open alerts", "opened_at", { try await inquiries.alerts(.open, limit: 2, cursor: $0).next }),
        ("closed alerts", "opened_at", { try await inquiries.alerts(.closed, limit: 2, cursor: $0).next }),
        ("snoozed alerts", "opened_at", { try await inquiries.alerts(.snoozed, limit: 2, cursor: $0).next }),
        ("all deliveries", "created_at", { try await inquiries.deliveries(state: nil, limit: 2, cursor: $0).next }),
        ("sent deliveries", "created_at", { try await inquiries.deliveries(state: .sent, limit: 2, cursor: $0).next }),
        ("her tasks", "due_at", { try await desk.tasks(hers, cursor: $0, limit: 2).next }),
        ("overdue tasks of others", "due_at", { try await desk.tasks(others, cursor: $0, limit: 2).next }),
        ("closed tasks", "closed_at", { try await desk.tasks(.init(state: .closed), cursor: $0, limit: 2).next }),
        ("the audit log", "at", { cursor in try await database.read { try AuditQueries.list(limit: 2, cursor: cursor, $0).next } }),
        (
          "the audit log of an actor", "at",
          { cursor in try await database.read { try AuditQueries.list(actor: "ann@example.com", limit: 2, cursor: cursor, $0).next } }
        ),
      ]
      for (name, column, next) in lists {
        let first = try await next(nil)
        let cursor = try #require(first, "\(name) has one page")
        _ = database.takeQuestions()
        #expect(try await next(cursor) != nil, "\(name)")
        let questions = database.takeQuestions()
        #expect(questions.count == 1, "\(name)")
        for question in questions {
          let isRange = try await inner.read { try WatchedDatabase.isRange(question, of: column, $0) }
          #expect(isRange, "\(name): \(question.sql)")
        }
      }
      // The check itself can fail.
      let whole = WatchedDatabase.Question(
        sql: """
          SELECT id FROM alert WHERE (opened_at < $1 OR (opened_at = $2 AND id < $3)) AND state = $4
          ORDER BY opened_at DESC, id DESC LIMIT $5
          """, values: [now.microseconds, now.microseconds, "x", "open", 3] as [any SQLBindable])
      #expect(try await !inner.read { try WatchedDatabase.isRange(whole, of: "opened_at", $0) })
    }
  }
}
