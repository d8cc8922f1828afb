import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("Lists of alerts and deliveries")
struct AlertListTests {
  private static func alert(_ number: Int) -> Alert {
    let (at, customer) = (RandomLog.start + .seconds(Int64(number)), "c\(number)")
    var alert = Alert(
      id: "critical/health/\(customer)/\(at.microseconds)", customer: customer, kind: .critical, reason: "health", state: .open,
      openedAt: at, updatedAt: at, score: 3, band: .critical)
    alert.notifiedAt = number % 10 == 9 ? nil : at
    return alert
  }

  private static let channels = ["slack:b", "mail", "slack:a"]

  @Test("Who was told of a page of alerts is asked for at once, along the key, and each alert has its own channels")
  func told() async throws {
    try await withTemporaryDatabase { inner in
      let database = WatchedDatabase(inner)
      let house = try await House(database, Blueprints.sop)
      let alerts = (0..<130).map(Self.alert)
      try await inner.write { connection in
        for (number, alert) in alerts.enumerated() {
          for channel in Self.channels.prefix(number % 4) {
            let key = "alert/critical/\(alert.customer)/\(alert.openedAt.microseconds)/\(channel)"
            let delivery = Delivery(
              key: key, customer: alert.customer, channel: channel, payload: .null, title: "t", state: channel == "mail" ? .failed : .sent,
              createdAt: alert.openedAt, nextAttemptAt: alert.openedAt)
            try DeliveryQueries.enqueue(delivery, connection)
          }
        }
      }
      func expected(_ alerts: some Sequence<Alert>) -> [String: [String]] {
        let pairs = alerts.enumerated().compactMap { number, alert -> (String, [String])? in
          let sent = Self.channels.prefix(number % 4).filter { $0 != "mail" }.sorted()
          return alert.notifiedAt == nil || sent.isEmpty ? nil : (alert.id, sent)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
      }
      _ = database.takeQuestions()
      #expect(try await house.inquiries.told(Array(alerts.prefix(50))) == expected(alerts.prefix(50)))
      let questions = database.takeQuestions()
      #expect(questions.count == 1)
      for question in questions {
        let isRange = try await inner.read { try WatchedDatabase.isRange(question, of: "key", $0) }
        #expect(isRange, "\(question.sql)")
      }
      #expect(try await house.inquiries.told(alerts) == expected(alerts))
      #expect(database.takeQuestions().count == 2, "117 were told of")
      #expect(try await house.inquiries.told([]) == [:])
    }
  }

  @Test("Deliveries in a state are counted so far, and of more it is said that there are more")
  func counts() async throws {
    try await withHouse { house in
      _ =
        _ = try await house.database.write { connection in
          try connection.execute(
            """
            INSERT INTO delivery (shard, key, channel, payload, title, state, attempts, created_at, next_attempt_at)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10003)
            SELECT 0, 'k' || n, 'slack', 'null', 't', CASE WHEN n > 2 THEN 'sent' ELSE 'failed' END, 1, n, n FROM numbers
            """)
        }
      let counts = try await house.inquiries.deliveryCounts()
      #expect(counts[.sent] == TodayDigest.Count(10_001) && counts[.sent]?.isMore == true && counts[.sent]?.number == 10_000)
      #expect(counts[.failed] == TodayDigest.Count(2) && counts[.pending] == TodayDigest.Count(0))
    }
  }
}
