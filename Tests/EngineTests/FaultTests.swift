import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import TestKit
import Testing

@Suite("The fold and failing writes")
struct FaultTests {
  static let usual = 3
  static let entries = 90

  @Test("Rule 3: a write that fails at any statement or at the commit leaves nothing, and its repeat does the same as without")
  func everyStatement() async throws {
    for seed in 0..<cases(Self.usual) {
      var log = RandomLog(seed: seed)
      let entries = log.entries(Self.entries, over: .days(60))
      let calm = try await Self.play(entries, seed: seed, withFaults: false)
      let stormy = try await Self.play(entries, seed: seed, withFaults: true)
      #expect(calm == stormy, "seed \(seed):\n\(Tables.differences(calm, stormy))")
    }
  }

  private static func play(_ entries: [LogEntry], seed: UInt64, withFaults: Bool) async throws -> [String: [String]] {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Blueprints.sop)
      var statement = 0
      /// Does one step; with faults, first fails in it, at a statement further on each time.
      func step(_ body: () async throws -> Int) async throws {
        while withFaults {
          let before = try await Tables.all(database)
          faulty.fault = statement % 41 == 40 ? .commit : .statement(statement % 41)
          statement += 1
          do {
            _ = try await body()
            let struck = faulty.fault == nil
            faulty.fault = nil
            #expect(!struck, "the fault was swallowed")
            return
          } catch let failure as DatabaseFailure {
            #expect(failure.detail == FaultyDatabase.failure.detail, "seed \(seed)")
            #expect(try await Tables.all(database) == before, "seed \(seed), statement \(statement - 1)")
          }
          faulty.fault = nil
          break
        }
        while try await body() > 0 {}
      }
      for entry in entries {
        house.clock.set(entry.receivedAt)
        try await step { try await house.fold.passTime() }
        try await house.take([entry], settle: false)
        try await step { try await house.fold.foldNext() }
      }
      return try await Tables.all(database)
    }
  }

  @Test("Rule 3: a changed model is adopted whole, even if that fails on the way")
  func adoption() async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Blueprints.sop)
      try await house.take((0..<5).map { Entry.event(of: "c\($0)", at: RandomLog.start) })
      var changed = Blueprints.sop
      changed.model = Blueprints.model(login: [(24, 10)], version: "sop-2")
      changed.version = "changed"
      house.current.replace(with: changed)
      faulty.fault = .commit
      await #expect(throws: DatabaseFailure.self) { try await house.fold.adoptModel() }
      #expect(try await house.health("c1")?.model == "sop-1")
      try await house.fold.adoptModel()
      for id in 0..<5 { #expect(try await house.history("c\(id)").map(\.cause) == [.data, .model]) }
    }
  }
}
