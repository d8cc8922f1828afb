import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("The table of deliveries")
struct DeliveryQueriesTests {
  private let start = Instant(microseconds: 1_764_000_000_000_000)

  private func delivery(_ key: String, channel: String = "success", after: TimeSpan = .zero) -> Delivery {
    Delivery(
      key: key, customer: "acme", channel: channel, payload: ["n": 1, "text": "ä \" \n"], title: "Critical: Acme, 31", createdAt: start,
      nextAttemptAt: start + after)
  }

  @Test("Rule 4: a key is put in once, for ever, whatever has become of it")
  func once() async throws {
    try await withTemporaryDatabase { database in
      let now = start
      let first = delivery("k")
      var again = first
      again.title = "Another"
      let repeated = again
      try await database.write { connection in
        #expect(try DeliveryQueries.enqueue(first, connection))
        #expect(try !DeliveryQueries.enqueue(repeated, connection))
        let claimed = try DeliveryQueries.claim(channel: "success", now: now, limit: 5, node: 0, connection)
        #expect(claimed.count == 1)
        #expect(try !DeliveryQueries.enqueue(repeated, connection))
        try DeliveryQueries.record(.finished(.sent, reason: nil), of: claimed[0], at: now, connection)
        #expect(try !DeliveryQueries.enqueue(repeated, connection))
        let stored = try DeliveryQueries.load(key: "k", connection)
        #expect(stored?.title == first.title && stored?.payload == first.payload && stored?.state == .sent && stored?.finishedAt == now)
      }
    }
  }

  @Test("A claim takes what is due of its channel, longest due first, once")
  func claim() async throws {
    try await withTemporaryDatabase { database in
      let now = start + .seconds(10)
      let rows = [
        delivery("late", after: .seconds(20)), delivery("second", after: .seconds(2)), delivery("first", after: .seconds(1)),
        delivery("third", after: .seconds(3)), delivery("other", channel: "ops"),
      ]
      try await database.write { connection in
        for row in rows { try DeliveryQueries.enqueue(row, connection) }
        #expect(try DeliveryQueries.due(connection).map(\.channel) == ["ops", "success"])
        let claimed = try DeliveryQueries.claim(channel: "success", now: now, limit: 2, node: 0, connection)
        #expect(claimed.map(\.key) == ["first", "second"])
        #expect(claimed.allSatisfy { $0.state == .sending && $0.attempts == 1 })
        #expect(try DeliveryQueries.claim(channel: "success", now: now, limit: 9, node: 0, connection).map(\.key) == ["third"])
        #expect(try DeliveryQueries.claim(channel: "success", now: now, limit: 9, node: 0, connection).isEmpty)
        #expect(try DeliveryQueries.counts(connection) == [.sending: 3, .pending: 2])
      }
    }
  }

  @Test("A receipt counts for the last attempt only, and settles what was taken for unknown")
  func receipt() async throws {
    try await withTemporaryDatabase { database in
      let now = start
      let row = delivery("k")
      try await database.write { connection in
        try DeliveryQueries.enqueue(row, connection)
        let claimed = try DeliveryQueries.claim(channel: "success", now: now, limit: 1, node: 7, connection)[0]
        #expect(try DeliveryQueries.sweepSending(of: 8, now: now, connection) == 0, "another node's")
        #expect(try DeliveryQueries.sweepSending(of: 7, now: now, connection) == 1)
        #expect(try DeliveryQueries.load(key: "k", connection)?.state == .unknown)
        #expect(
          try DeliveryQueries.claim(channel: "success", now: now, limit: 1, node: 7, connection).isEmpty,
          "unknown is not sent again by itself")
        var earlier = claimed
        earlier.claims -= 1
        #expect(try !DeliveryQueries.record(.finished(.sent, reason: nil), of: earlier, at: now, connection))
        #expect(try DeliveryQueries.record(.finished(.sent, reason: nil), of: claimed, at: now, connection))
        #expect(try DeliveryQueries.load(key: "k", connection)?.state == .sent)
        #expect(try !DeliveryQueries.record(.again(at: now, reason: "late"), of: claimed, at: now, connection))
      }
    }
  }

  @Test("A receipt that comes after a person's retry is not taken for that of the new attempt")
  func receiptAfterRetry() async throws {
    try await withTemporaryDatabase { database in
      let now = start
      let row = delivery("k")
      try await database.write { connection in
        try DeliveryQueries.enqueue(row, connection)
        let first = try DeliveryQueries.claim(channel: "success", now: now, limit: 1, node: 7, connection)[0]
        #expect(try DeliveryQueries.sweepSending(of: 7, now: now, connection) == 1)
        #expect(try DeliveryQueries.retry(key: "k", now: now, connection))
        let second = try DeliveryQueries.claim(channel: "success", now: now, limit: 1, node: 8, connection)[0]
        #expect(first.attempts == second.attempts)
        #expect(try !DeliveryQueries.record(.finished(.sent, reason: nil), of: first, at: now, connection))
        #expect(try DeliveryQueries.load(key: "k", connection)?.state == .sending)
        #expect(try DeliveryQueries.record(.finished(.sent, reason: nil), of: second, at: now, connection))
      }
    }
  }

  @Test("What a node claimed without learning of it goes back; what it is sending stays")
  func release() async throws {
    try await withTemporaryDatabase { database in
      let now = start
      try await database.write { connection in
        for key in ["a", "b"] { try DeliveryQueries.enqueue(delivery(key), connection) }
        #expect(try DeliveryQueries.claim(channel: "success", now: now, limit: 2, node: 7, connection).count == 2)
        #expect(try DeliveryQueries.release(claimedBy: 7, except: ["b"], connection) == 1)
        let again = try DeliveryQueries.claim(channel: "success", now: now, limit: 2, node: 8, connection)
        #expect(again.map(\.key) == ["a"])
        #expect(again.map(\.attempts) == [1])
      }
    }
  }

  @Test("People retry what failed, was canceled or is unknown, and cancel what is pending; nothing that was sent")
  func people() async throws {
    try await withTemporaryDatabase { database in
      let now = start
      let states: [Delivery.State] = [.pending, .sending, .sent, .unknown, .failed, .canceled]
      let rows = states.map { state in
        var row = delivery(state.rawValue)
        row.state = state
        row.attempts = 4
        return row
      }
      try await database.write { connection in
        for row in rows { try DeliveryQueries.enqueue(row, connection) }
        let canceled = try rows.filter { try DeliveryQueries.cancel(key: $0.key, now: now, connection) }.map(\.state)
        #expect(canceled == [.pending])
        let retried = try rows.filter { try DeliveryQueries.retry(key: $0.key, now: now, connection) }.map(\.state)
        #expect(retried == [.pending, .unknown, .failed, .canceled], "the first was canceled just now")
        #expect(try DeliveryQueries.load(key: "failed", connection)?.attempts == 0)
        #expect(try DeliveryQueries.list(state: .pending, limit: 3, connection).count == 3)
        #expect(try DeliveryQueries.list(state: nil, limit: 10, connection).count == 6)
        #expect(try DeliveryQueries.failPending(channel: "success", reason: "no URL", now: now, connection) == 4)
        #expect(try DeliveryQueries.list(state: .failed, limit: 10, connection).allSatisfy { $0.lastError == "no URL" })
        #expect(try DeliveryQueries.retryFailed(now: now, connection) == 4)
      }
    }
  }

  @Test("A payload that cannot be read does not keep its neighbours from being claimed")
  func unreadable() async throws {
    try await withTemporaryDatabase { database in
      let now = start
      let rows = [delivery("a"), delivery("b")]
      try await database.write { connection in
        for row in rows { try DeliveryQueries.enqueue(row, connection) }
        try connection.execute("UPDATE delivery SET payload = '{' WHERE key = 'a'")
        #expect(
          try DeliveryQueries.claim(channel: "success", now: now, limit: 2, node: 0, connection).map(\.payload) == [.null, rows[1].payload])
      }
    }
  }
}
