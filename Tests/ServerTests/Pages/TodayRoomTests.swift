import Domain
import SQL
import Storage
import Testing

@testable import Server

@Suite("Today")
struct TodayRoomTests {
  private static func task(_ id: String, owner: String?, due: TimeSpan) -> CustomerTask {
    CustomerTask(
      id: id, customer: "acme", title: "Call \(id).", owner: owner, dueAt: TestServer.noon + due, createdAt: TestServer.noon,
      createdBy: "Holdfast")
  }

  /// Ann has more tasks overdue than any list holds, all of them for longer than those of others.
  private static func run(_ role: Role, _ body: @escaping @Sendable (String) throws -> Void) async throws {
    try await TestServer.run { server in
      let now = TestServer.noon
      try await server.database.write { connection in
        let health = Health(score: 31, band: .critical, coverage: 1, calculatedAt: now, nextChangeAt: nil, model: "1", points: [])
        let customer = StoredCustomer(state: CustomerState(id: "acme"), isNamed: true, health: nil)
        _ = try RecordQueries.save([customer], at: now, connection)
        try HealthQueries.save([(customer: "acme", health: health)], connection)
        var change = HealthTally.Change()
        change.add(health.score, health.band)
        try HealthTally.apply(change, shard: 0, connection)
        let own = (0..<130).map { task("own-\($0)", owner: "ann@example.com", due: .minutes(Int64($0) - 9_000)) }
        let others = (0..<25).map { task("bobs-\($0)", owner: "bob@example.com", due: .minutes(Int64($0) - 60)) }
        let free = (0..<23).map { task("free-\($0)", owner: nil, due: .minutes(Int64($0) + 90)) }
        let today = task("today", owner: "ann@example.com", due: .minutes(10))
        for task in own + others + free + [today] { try TaskQueries.insert(task, connection) }
      }
      let browser = try await server.browser(of: server.addUser(role))
      let page = try await browser.get("/")
      #expect(page.status == 200)
      try body(page.text)
    }
  }

  private static func tile(_ label: String, _ value: String) -> String { "<dt>\(label)</dt><dd class=\"value\">\(value)</dd>" }

  @Test("Tells a lead what is late in the team, however much of her own is overdue, and how much more there is")
  func lead() async throws {
    try await Self.run(.lead) { text in
      #expect(text.contains("Late in the team") && text.contains("Call bobs-0.") && text.contains("Call bobs-19."))
      #expect(!text.contains("Call bobs-20.") && text.contains("And 5 more tasks, due later than these."))
      #expect(text.contains("Nobody’s yet") && text.contains("Call free-19.") && !text.contains("Call free-20."))
      #expect(text.contains("And 3 more tasks, due later than these."))
      #expect(!text.contains("To at-risk:"), "no step of this model leads out")
    }
  }

  @Test("Counts all tasks that are overdue or due today, also those that are not listed")
  func figures() async throws {
    try await Self.run(.successManager) { text in
      #expect(text.contains(Self.tile("Overdue", "<a href=\"#tasks\" class=\"late\">130</a>")))
      #expect(text.contains(Self.tile("Due today", "<a href=\"#tasks\">1</a>")))
      #expect(text.contains("Nobody’s yet") && !text.contains("Late in the team"))
    }
  }

  @Test("Offers tasks of nobody only to those who may work")
  func viewer() async throws {
    try await Self.run(.viewer) { text in
      #expect(!text.contains("Nobody’s yet") && !text.contains("Call free-0."))
    }
  }
}
