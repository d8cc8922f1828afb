import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import Synchronization
import TestKit
import Testing

@Suite("Moving from an embedded database to another")
struct MoveTests {
  /// Runs `body` on an embedded database with an engine and an empty one of the kind under test.
  private func withMove<T>(_ body: (House, any Database) async throws -> T) async throws -> T {
    try await withTemporarySQLite { source in
      let house = try await House(source, Blueprints.sop)
      return try await withTemporaryDatabase { target in try await body(house, target) }
    }
  }

  @discardableResult
  private func move(_ house: House, to target: any Database, run: String = "1") async throws -> Move.Report {
    let move = Move(fold: house.fold, source: "here.db", target: target, run: run)
    try await move.begin()
    return try await move.run()
  }

  private func isMarked(_ target: any Database) async throws -> Bool { try await target.read { try MoveMark.standing($0) } != nil }

  /// An engine on a database as it was moved, under a clock of its own.
  private func house(on target: any Database, like source: House) async throws -> House {
    try await House(target, source.current.blueprint, now: source.clock.now())
  }

  @Test("Rule 2: what was moved goes on exactly as it would have gone on at home")
  func goesOn() async throws {
    for seed in 0..<cases(6) {
      try await withMove { house, target in
        var log = RandomLog(seed: seed)
        let entries = log.entries(160, over: .days(50))
        let (before, after) = (entries[..<100], entries[100...])
        for entry in before {
          house.clock.set(entry.receivedAt)
          try await house.take([entry], settle: entry.messageID.hasSuffix("3"))
        }
        let report = try await move(house, to: target)
        #expect(report.isSame, "seed \(seed): \(report.scores.differences)")
        #expect(report.scores.customers > 0)
        #expect(try await !isMarked(target))
        let there = try await self.house(on: target, like: house)
        let (left, right) = (try await Tables.derived(house.database), try await Tables.derived(target))
        #expect(left == right, "seed \(seed):\n\(Tables.differences(left, right))")
        // What was taken in before the move is known as a repeat after it.
        for house in [house, there] {
          house.clock.set(entries.map(\.receivedAt).max() ?? RandomLog.start)
          let outcomes = try await house.take(Array(before.suffix(20)) + Array(after))
          #expect(outcomes == before.suffix(20).map { _ in .duplicate } + after.map { _ in .accepted }, "seed \(seed)")
          try await house.pass(.days(30))
          _ = try await DailyBatch(fold: house.fold).run()
        }
        let (home, away) = (try await everything(house), try await everything(there))
        #expect(home == away, "seed \(seed):\n\(Tables.differences(home, away))")
      }
    }
  }

  /// All that a user can see, and how repeats are counted.
  private func everything(_ house: House) async throws -> [String: [String]] {
    var tables = try await Tables.derived(house.database)
    tables["alerts"] = try await house.alerts().map { "\($0)" }.sorted()
    tables["deliveries"] = try await house.deliveries()
    tables["counters"] = try await house.database.read { try HousekeepingQueries.counters($0) }.map { "\($0.key) \($0.value)" }.sorted()
    for id in try await house.customers() { tables["history of \(id)"] = try await house.history(id).map { "\($0)" } }
    return tables
  }

  @Test("A move folds what waits first, and says of what was being sent that nobody knows its outcome")
  func settlesFirst() async throws {
    try await withMove { house, target in
      let now = house.clock.now()
      try await house.take([Entry.event(at: RandomLog.start)], settle: false)
      try await house.database.write { connection in
        let delivery = Delivery(
          key: "k", customer: "acme", channel: "slack", payload: .null, title: "t", createdAt: now, nextAttemptAt: now)
        try DeliveryQueries.enqueue(delivery, connection)
        _ = try DeliveryQueries.claim(channel: "slack", now: now, limit: 1, node: 0, connection)
      }
      let report = try await move(house, to: target)
      #expect(report.isSame)
      #expect(try await self.house(on: target, like: house).health("acme")?.score == 70)
      #expect(try await target.read { try DeliveryQueries.load(key: "k", $0)?.state } == .unknown)
    }
  }

  @Test("A move cut off at any of its writes leaves a target that nothing uses, and is begun anew")
  func cutOff() async throws {
    try await withMove { house, target in
      var log = RandomLog(seed: 1)
      house.clock.set(RandomLog.start + .days(40))
      try await house.take(log.entries(60, over: .days(40)))
      for write in 0..<64 {
        let limited = LimitedDatabase(target, writes: write)
        do {
          let report = try await move(house, to: limited, run: "\(write)")
          #expect(report.isSame && write > 5)
          #expect(try await !isMarked(target))
          return
        } catch is LimitedDatabase.CutOff {
          #expect(try await isMarked(target) == (write > 0), "after \(write) writes")
        }
      }
      Issue.record("the move needs more writes than were tried")
    }
  }

  @Test(
    "A row that was changed, lost or added on the way is found, and the target stays out of use",
    arguments: [
      "UPDATE health SET score = score + 1 WHERE customer = 'acme'", "UPDATE event SET payload = '{\"a\":1}' WHERE kind = 'event'",
      "INSERT INTO message_id (hash) VALUES (1)", "INSERT INTO counter (name, value) VALUES ('more', 1)",
      "UPDATE usage_daily SET last = last - 1", "UPDATE health SET coverage = coverage + 0.0000001",
      "DELETE FROM customer WHERE id = 'acme'",
      "UPDATE setting SET value = value || '0' WHERE name = 'message_key'",
    ])
  func tampered(statement: String) async throws {
    try await withMove { house, target in
      try await house.take([Entry.event(at: RandomLog.start), Entry.event(of: "other", at: RandomLog.start)])
      let tampering = TamperedDatabase(target, statement: statement)
      let report = try await move(house, to: tampering)
      #expect(!report.isSame)
      #expect(try await isMarked(target))
      let again = try await move(house, to: target, run: "2")
      #expect(again.isSame)
    }
  }

  @Test("Scores that differ are named with their customer")
  func namesCustomers() async throws {
    try await withMove { house, target in
      let names = (0..<1_203).map { "customer-\($0)" }
      try await house.take(names.map { Entry.event(of: $0, at: RandomLog.start) })
      let statement = """
        UPDATE health SET score = 3 WHERE customer IN ('customer-7', 'customer-1100'); DELETE FROM health WHERE customer = 'customer-9';
        DELETE FROM usage_daily WHERE customer = 'customer-500'; DELETE FROM customer WHERE id = 'customer-70';
        INSERT INTO customer (shard, id, first_seen, first_heard, is_named, attributes) VALUES (\(Shard.number(of: "new")), 'new', 0, 0, 1, '{}')
        """
      let report = try await move(house, to: TamperedDatabase(target, statement: statement))
      let named = report.scores.differences.map { String($0.prefix { $0 != ":" }) }.sorted()
      #expect(named == ["customer-1100", "customer-500", "customer-7", "customer-70", "customer-9", "new"], "\(report.scores.differences)")
    }
  }

  @Test("What comes to the source while it is being moved shows as a difference")
  func lateComers() async throws {
    try await withMove { house, target in
      try await house.take([Entry.event(at: RandomLog.start)])
      let intake = house.intake
      let late = TamperedDatabase(target, statement: "SELECT 1") {
        _ = try await intake.append([Entry.event("Report Created", at: RandomLog.start)])
      }
      let report = try await move(house, to: late)
      #expect(report.tables.filter { !$0.isSame }.map(\.name) == ["counter", "event", "log_mark"])
      #expect(try await isMarked(target))
    }
  }

  @Test("Every step is told, and goes up to its end")
  func progress() async throws {
    try await withMove { house, target in
      try await house.take((0..<30).map { Entry.event(of: "c\($0)", at: RandomLog.start) }, settle: false)
      let told = Mutex<[Move.Progress]>([])
      let move = Move(fold: house.fold, source: "here.db", target: target, run: "1")
      try await move.begin()
      let report = try await move.run { progress in told.withLock { $0.append(progress) } }
      for step in Move.Progress.Step.allCases {
        let last = told.withLock { $0.filter { $0.step == step }.map(\.done).max() }
        let total = told.withLock { $0.filter { $0.step == step }.map(\.total).max() }
        #expect(last == total && (last ?? 0) >= 30, "\(step)")
      }
      #expect(told.withLock { $0.filter { $0.step == .copying }.map(\.done).max() } == report.rows)
    }
  }
}

/// A database that is pulled away after so many writing transactions.
private final class LimitedDatabase: Database {
  struct CutOff: Error {}

  private let inner: any Database
  private let left: Mutex<Int>

  init(_ inner: any Database, writes: Int) {
    self.inner = inner
    left = Mutex(writes)
  }

  var dialect: Dialect { inner.dialect }

  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await inner.read(patience: patience, body)
  }

  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    let mayGoOn = left.withLock { left in
      left -= 1
      return left >= 0
    }
    return try await inner.write(patience: patience) { connection in
      let result = try body(connection)
      // Nothing of the transaction stays.
      guard mayGoOn else { throw CutOff() }
      return result
    }
  }

  func close() async throws { try await inner.close() }
}

/// A database in which something happens behind the last of the copied rows, and something while they are copied.
private final class TamperedDatabase: Database {
  private let inner: any Database
  private let statement: String
  private let meanwhile: @Sendable () async throws -> Void
  private let isDone = Mutex(false)
  private let writes = Mutex(0)

  init(_ inner: any Database, statement: String, meanwhile: @escaping @Sendable () async throws -> Void = {}) {
    self.inner = inner
    self.statement = statement
    self.meanwhile = meanwhile
  }

  var dialect: Dialect { inner.dialect }

  func read<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    // With this patience it is read to be compared: everything is there.
    if case .unbounded = patience, !isDone.withLock({ $0 }) {
      isDone.withLock { $0 = true }
      try await inner.write { [statement] in try $0.script(statement) }
    }
    return try await inner.read(patience: patience, body)
  }

  func write<T: Sendable>(patience: Patience, _ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    let number = writes.withLock { writes in
      writes += 1
      return writes
    }
    // The first makes it ready; with the second the source has been begun to be read.
    if number == 2 { try await meanwhile() }
    return try await inner.write(patience: patience, body)
  }

  func close() async throws { try await inner.close() }
}
