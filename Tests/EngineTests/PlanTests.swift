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
    "ticket", "subscription", "actor",
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
      let inquiries = house.inquiries
      let reads: [(String, () async throws -> Void)] = [
        ("health", { _ = try await inquiries.healthOverview() }),
        ("today", { _ = try await inquiries.today(owner: nil, since: since) }),
        ("today of an owner", { _ = try await inquiries.today(owner: "ann@example.com", since: since) }),
        ("precision", { _ = try await inquiries.alertPrecision() }),
        ("history", { _ = try await inquiries.scoreHistory("c1", from: since) }),
        ("an owner's list", { _ = try await inquiries.customers(.init(limit: 5, owner: "ann@example.com")) }),
        ("a search", { _ = try await inquiries.customers(.init(limit: 5, search: "acme")) }),
        ("a list", { _ = try await inquiries.customers(.init(sort: .name, limit: 5)) }),
      ]
      for (name, read) in reads {
        try await read()
        let questions = database.takeQuestions().filter { !background.contains($0.sql) }
        #expect(!questions.isEmpty || name == "list", "\(name) reads nothing")
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
}
