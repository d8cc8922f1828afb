import DatabaseKit
import Domain
import SQL
import Storage
import TestKit
import Testing

@testable import Engine

@Suite("Intake")
struct IntakeTests {
  private static let start = RandomLog.start

  private static func intake(_ database: any Database, capacity: Int) async throws -> Intake {
    let time = VirtualTime(start)
    let fold = Fold(
      database: database, current: CurrentBlueprint(Blueprints.sop), time: time, logger: House.logger, trailsFrom: 0)
    return Intake(
      fold: fold, log: try await Log(database: database, randomKey: (1, 2)), time: time, logger: House.logger,
      capacity: capacity, onCommit: {})
  }

  private static func entry(_ number: Int) -> LogEntry { Entry.event(at: start + .hours(Int64(number))) }

  /// What became of a call.
  private enum Outcome: Hashable, Sendable {
    case taken([AppendOutcome])
    case refused(IntakeRefusal)
  }

  private static func append(_ entries: [LogEntry], to intake: Intake) async -> Outcome {
    do throws(IntakeRefusal) {
      return .taken(try await intake.append(entries))
    } catch {
      return .refused(error)
    }
  }

  private static func count(_ database: any Database) async throws -> Int? {
    try await database.read { try $0.first("SELECT COUNT(*) FROM event") { $0.int(0) } }
  }

  /// Ten calls of one entry each that wait when `body` begins, because an eleventh was refused.
  private func withFullQueue(_ body: (Intake, FaultyDatabase, inout TaskGroup<Outcome>) async throws -> Void) async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let intake = try await Self.intake(faulty, capacity: 10)
      try await withThrowingTaskGroup(of: Void.self) { _ in
        var failure: (any Error)?
        await withTaskGroup(of: Outcome.self) { group in
          for number in 0..<11 { group.addTask { await Self.append([Self.entry(number)], to: intake) } }
          let first = await group.next()
          #expect(first == .refused(.overloaded(retryAfter: 1)))
          do { try await body(intake, faulty, &group) } catch { failure = error }
        }
        if let failure { throw failure }
      }
    }
  }

  @Test("Rule 1: calls that wait together share one commit; beyond the capacity they are asked to come later")
  func groupCommit() async throws {
    try await withFullQueue { intake, database, group in
      let before = database.commits
      #expect(intake.isNearlyFull, "nobody should read what would be refused")
      let running = Task { try await intake.run() }
      for await outcome in group { #expect(outcome == .taken([.accepted])) }
      #expect(database.commits == before + 1)
      #expect(try await Self.count(database) == 10)
      running.cancel()
      try await running.value
      #expect(!intake.isNearlyFull)
    }
  }

  @Test("Where entries wait too long for those who fold, more are refused until they have caught up")
  func behind() async throws {
    try await withTemporaryDatabase { database in
      let house = try await House(database, Blueprints.sop)
      let gauge = LagGauge()
      let log = try await Log(database: database, randomKey: (1, 2))
      let intake = Intake(fold: house.fold, log: log, time: house.clock, logger: House.logger, gauge: gauge, onCommit: {})
      let running = Task { try await intake.run() }
      gauge.note(.seconds(3))
      #expect(intake.isNearlyFull)
      #expect(await Self.append([Self.entry(1)], to: intake) == .refused(.overloaded(retryAfter: 1)))
      gauge.note(.seconds(2))
      #expect(!intake.isNearlyFull)
      #expect(await Self.append([Self.entry(1)], to: intake) == .taken([.accepted]))
      running.cancel()
      try await running.value
    }
  }

  @Test("Rule 1: shutting down writes what waits and refuses what comes after")
  func shutdown() async throws {
    try await withFullQueue { intake, database, group in
      let running = Task { try await intake.run() }
      running.cancel()
      try await running.value
      for await outcome in group { #expect(outcome == .taken([.accepted])) }
      #expect(try await Self.count(database) == 10)
      #expect(await Self.append([Self.entry(90)], to: intake) == .refused(.unavailable("the server is shutting down")))
    }
  }

  @Test("Rule 1: a commit that fails is refused to everyone in it, and what is sent again is taken once")
  func failure() async throws {
    try await withFullQueue { intake, database, group in
      database.fault = .commit
      let running = Task { try await intake.run() }
      for await outcome in group {
        #expect(outcome == .refused(.unavailable("The database cannot take writes now; nothing is lost if you send this again.")))
      }
      #expect(try await Self.count(database) == 0)
      #expect(await Self.append([Self.entry(1), Self.entry(2), Self.entry(1)], to: intake) == .taken([.accepted, .accepted, .duplicate]))
      #expect(await Self.append([Self.entry(2)], to: intake) == .taken([.duplicate]))
      running.cancel()
      try await running.value
    }
  }

  // MARK: Repeats

  private static func record(_ region: String, at: Instant, stated: Instant? = nil) -> LogEntry {
    LogEntry(
      messageID: "customer:acme:\(region)", at: .distantPast, version: stated ?? at, receivedAt: at, actor: Actor(customer: "acme"),
      fact: .customer(attributes: [JSON.Member("region", .string(region))]), record: "acme")
  }

  @Test("a record that goes back to what it said before is news, and the last statement holds")
  func backAndForth() async throws {
    try await withHouse { house in
      for (day, region) in ["eu", "us", "us", "eu"].enumerated() {
        house.clock.set(Self.start + .days(Int64(day)))
        let outcome = try await house.take([Self.record(region, at: house.clock.now())])
        #expect(outcome == [day == 2 ? .duplicate : .accepted], "day \(day)")
        let customer = try await house.inquiries.customer("acme")
        #expect(customer?.attributes == [JSON.Member("region", .string(region))], "day \(day)")
      }
      let statistics = try await house.inquiries.statistics()
      #expect(statistics.accepted == 3 && statistics.duplicate == 1)
    }
  }

  @Test("a customer's record and a ticket's of the same id are two records")
  func kinds() async throws {
    try await withHouse { house in
      var ticket = Entry.ticket("acme", .open, opened: Self.start, version: Self.start)
      ticket.record = "acme"
      ticket.messageID = "customer:acme:eu"
      let outcomes = try await house.take([Self.record("eu", at: Self.start), ticket])
      #expect(outcomes == [.accepted, .accepted])
    }
  }
}
