import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The running fold")
struct FoldServiceTests {
  private static let changed: Blueprint = {
    var changed = Blueprints.sop
    changed.model = Blueprints.model(login: [(24, 10)], version: "sop-2")
    changed.version = "changed"
    return changed
  }()

  private static func service(_ house: House) -> FoldService { FoldService(fold: house.fold, time: house.clock, logger: House.logger) }

  @Test("is ready only once everyone is scored under the blueprint in force, and goes on trying until then", .timeLimit(.minutes(2)))
  func readiness() async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Blueprints.sop)
      try await house.take([Entry.event(at: RandomLog.start)])
      try await house.fold.adoptModel()
      house.current.replace(with: Self.changed)
      faulty.isAway = true
      let folding = Self.service(house)
      let running = Task { try await folding.run() }
      while faulty.refused == 0 { await Task.yield() }
      #expect(!folding.isRunning)
      #expect(try await house.health("acme")?.model == "sop-1")
      faulty.isAway = false
      while !folding.isRunning {
        folding.wake()
        await Task.yield()
      }
      #expect(try await house.health("acme")?.model == "sop-2")
      running.cancel()
      try await running.value
    }
  }

  @Test(
    "is ready after a crash though what trailed still has to be written", .enabled(if: TestDatabase.dialect == .postgres),
    .timeLimit(.minutes(2)))
  func afterCrash() async throws {
    try await withHouse(trails: true) { house in
      try await house.fold.adoptModel()
      _ = try await house.withIntake { try await $0.append([Entry.event(at: RandomLog.start)]) }
      let stored = try await house.database.read { try $0.first("SELECT COUNT(*) FROM usage_daily") { $0.int(0) } }
      #expect(stored == 0, "else this test shows nothing")
      house.fold.forget()
      let running = try await whileHeld("LOCK TABLE usage_daily IN EXCLUSIVE MODE", house.database) {
        let folding = Self.service(house)
        let running = Task { try await folding.run() }
        while !folding.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        return running
      }
      running.cancel()
      try await running.value
    }
  }

  @Test("is not ready while it may not join the other nodes, however often it looks", .timeLimit(.minutes(2)))
  func refused() async throws {
    try await withHouse { house in
      let node = Membership(database: house.database, name: "old", current: house.current, time: house.clock, logger: House.logger)
      let fold = Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: node)
      let folding = FoldService(fold: fold, time: house.clock, logger: House.logger, membership: node)
      try await house.database.write { _ = try $0.execute("INSERT INTO schema_version (version) VALUES ($1)", [Migrator.newest + 1]) }
      let running = Task { try await folding.run() }
      for _ in 0..<200 {
        folding.wake()
        #expect(try await house.database.read { try NodeQueries.all($0) } == [])
        #expect(!folding.isRunning)
      }
      running.cancel()
      try await running.value
    }
  }

  @Test("stops in the middle of adopting a model when it is told to, and goes on at the next start")
  func interrupted() async throws {
    try await withHouse { house in
      try await house.take([Entry.event(at: RandomLog.start)])
      try await house.fold.adoptModel()
      house.current.replace(with: Self.changed)
      let adoption = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await Self.service(house).adopt()
      }
      await #expect(throws: CancellationError.self) { try await adoption.value }
      #expect(try await house.health("acme")?.model == "sop-1")
      try await Self.service(house).adopt()
      #expect(try await house.health("acme")?.model == "sop-2")
    }
  }

  @Test("scores what came with new shards, and another blueprint, once each, also where it failed the first time")
  func adoption() async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Blueprints.sop)
      try await house.take([Entry.event(at: RandomLog.start)])
      try await house.fold.adoptModel()
      house.current.replace(with: Self.changed)
      let tenancy = ChosenTenancy(Tenure(fence: nil, shards: [], routes: false))
      let fold = Fold(database: faulty, current: house.current, time: house.clock, logger: House.logger, tenancy: tenancy)
      let folding = FoldService(fold: fold, time: house.clock, logger: House.logger)
      func model() async throws -> String? { try await house.health("acme")?.model }
      try await folding.adopt()
      #expect(try await model() == "sop-1", "it is another's")
      tenancy.tenure = .sole
      faulty.fault = .statement(0)
      await #expect(throws: DatabaseFailure.self) { try await folding.adopt() }
      #expect(try await model() == "sop-1")
      try await folding.adopt()
      #expect(try await model() == "sop-2")
      let commits = faulty.commits
      try await folding.adopt()
      #expect(faulty.commits == commits, "it is done")
    }
  }
}
