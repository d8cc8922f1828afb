import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("The tables of alerts and timers")
struct AlertQueriesTests {
  private let start = Instant(microseconds: 1_764_000_000_000_000)

  private func alert(_ id: String, customer: String = "acme", at: Instant, state: Alert.State = .open) -> Alert {
    Alert(
      id: id, customer: customer, kind: .critical, reason: "health", state: state, openedAt: at, updatedAt: at, score: 31, band: .critical)
  }

  @Test("The newest alert of an identity comes back as it was saved; saving again replaces it")
  func newest() async throws {
    try await withTemporaryDatabase { database in
      let old = alert("a", at: start, state: .closed)
      var full = alert("b", at: start + .seconds(5))
      full.closedAt = start + .seconds(9)
      full.notifiedAt = start + .seconds(6)
      full.heldBack = "snoozed"
      full.snoozedUntil = start + .days(1)
      full.snoozeReason = "on holiday"
      let new = full
      let foreign = alert("c", customer: "other", at: start + .seconds(9))
      var changed = new
      changed.state = .closed
      changed.score = 45
      changed.band = .atRisk
      changed.heldBack = nil
      let final = changed
      try await database.write { connection in
        for alert in [new, old, foreign] { try AlertQueries.save(alert, connection) }
        #expect(try AlertQueries.newest(customer: "acme", kind: .critical, reason: "health", connection) == new)
        #expect(try AlertQueries.newest(customer: "acme", kind: .critical, reason: "other", connection) == nil)
        try AlertQueries.save(final, connection)
        #expect(try AlertQueries.load(id: "b", customer: "acme", connection) == final)
        #expect(try AlertQueries.list(customer: "acme", limit: 9, connection) == [final, old])
      }
    }
  }

  @Test("Pages of alerts go from the newest to the oldest without gap or repeat, also where several opened at one instant")
  func pages() async throws {
    try await withTemporaryDatabase { database in
      let alerts = (0..<25).map {
        alert("id:\($0)", customer: "c\($0)", at: start + .seconds(Int64($0 / 4)), state: $0 % 2 == 0 ? .open : .closed)
      }
      try await database.write { connection in
        for alert in alerts { try AlertQueries.save(alert, connection) }
      }
      for state in [nil, Alert.State.open] {
        let seen = try await database.read { connection in
          var seen: [Alert] = []
          var cursor: String?
          repeat {
            let page = try AlertQueries.list(state: state, limit: 4, cursor: cursor, connection)
            seen += page.items
            cursor = page.next
          } while cursor != nil && seen.count < 100
          return seen
        }
        #expect(Set(seen).count == seen.count && seen.count == (state == nil ? 25 : 13))
        #expect(seen.map(\.openedAt) == seen.map(\.openedAt).sorted(by: >))
      }
      await #expect(throws: AlertQueries.InvalidCursor.self) {
        try await database.read { _ = try AlertQueries.list(state: nil, limit: 4, cursor: "x", $0) }
      }
    }
  }

  @Test("A timer moves when put again, comes when due, and is removed only as it was read")
  func timers() async throws {
    try await withTemporaryDatabase { database in
      let early = StoredTimer(kind: "alert", customer: "acme", subject: "a", dueAt: start)
      let moved = StoredTimer(kind: "alert", customer: "acme", subject: "a", dueAt: start + .seconds(9))
      let other = StoredTimer(kind: "alert", customer: "acme", subject: "b", dueAt: start + .seconds(5))
      let start = start
      try await database.write { connection in
        for timer in [early, other, moved] { try TimerQueries.put(timer, connection) }
        #expect(try TimerQueries.nextDue(connection) == other.dueAt)
        #expect(try TimerQueries.due(now: start + .seconds(8), limit: 9, connection) == [other])
        #expect(try TimerQueries.due(now: start + .seconds(9), limit: 9, connection) == [other, moved])
        #expect(try !TimerQueries.remove(early, connection))
        #expect(try TimerQueries.remove(moved, connection))
        #expect(try TimerQueries.due(now: start + .days(1), limit: 9, connection) == [other])
        for (at, expected) in [(7, 5), (3, 3), (4, 3)] as [(Int64, Int64)] {
          var timer = other
          timer.dueAt = start + .seconds(at)
          try TimerQueries.hasten(timer, connection)
          #expect(try TimerQueries.nextDue(connection) == start + .seconds(expected), "hastened to \(at)")
        }
      }
    }
  }

  @Test("A snooze is written beside the alert, which is saved without touching it; one that is closed takes none")
  func snoozes() async throws {
    try await withTemporaryDatabase { database in
      let (start, open) = (start, alert("critical/health/acme/1", at: start))
      let closed = alert("critical/health/acme/0", at: start - .days(1), state: .closed)
      var snoozed = open
      (snoozed.snoozedUntil, snoozed.snoozeReason) = (start + .days(3), "on holiday")
      var late = closed
      (late.snoozedUntil, late.snoozeReason) = (start + .days(3), "too late")
      let (written, refused) = (snoozed, late)
      try await database.write { connection in
        for alert in [open, closed] { try AlertQueries.save(alert, connection) }
        #expect(try SnoozeQueries.write(written, at: start, connection))
        #expect(try !SnoozeQueries.write(refused, at: start, connection))
        // The node that owns the customer has read the alert before.
        try AlertQueries.save(open, connection)
        #expect(try AlertQueries.load(id: open.id, customer: "acme", connection) == written)
        let timer = StoredTimer(kind: StoredTimer.alert, customer: "acme", subject: open.id, dueAt: start + .days(3))
        #expect(try TimerQueries.due(now: .distantFuture, limit: 9, connection) == [timer])
        #expect(try SnoozeQueries.write(open, at: start + .hours(1), connection))
        #expect(try AlertQueries.load(id: open.id, customer: "acme", connection) == open)
        #expect(try TimerQueries.nextDue(connection) == start + .hours(1))
      }
    }
  }
}
