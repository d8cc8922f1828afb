import DatabaseKit
import Domain
import Engine
import SQL
import Storage
import Synchronization
import TestKit
import Testing

/// What a made-up node owns.
final class ChosenTenancy: Tenancy {
  private let chosen: Mutex<Tenure>
  init(_ tenure: Tenure) { chosen = Mutex(tenure) }
  var tenure: Tenure {
    get { chosen.withLock { $0 } }
    set { chosen.withLock { $0 = newValue } }
  }
}

@Suite("Several nodes")
struct NodesTests {
  @Test("Rule 2: however the customers are shared out among nodes, and re-shared on the way, the same signals and scores")
  func sharesMakeNoDifference() async throws {
    for seed in 0..<cases(8) {
      var log = RandomLog(seed: seed)
      let entries = log.entries(120, over: .days(40))
      let end = entries.map(\.receivedAt).max() ?? RandomLog.start
      let whole = try await withHouse { house in
        house.clock.set(end)
        try await house.take(entries)
        return try await checked(house)
      }
      let shared = try await withHouse { house in
        house.clock.set(end)
        var chance = SplitMix64(seed: seed)
        let tenancies = (0..<3).map { _ in ChosenTenancy(Tenure(fence: nil, shards: [], routes: false)) }
        let folds = tenancies.map {
          Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: $0)
        }
        var rest = entries[...]
        while !rest.isEmpty {
          shareOut(tenancies, &chance)
          let part = rest.prefix(Int(chance.next() % 30) + 1)
          rest = rest[part.endIndex...]
          try await house.take(Array(part), settle: false)
          for _ in 0..<Int(chance.next() % 6) {
            _ = try await folds[Int(chance.next() % 3)].foldNext(limit: Int(chance.next() % 20) + 1)
          }
        }
        var isBusy = true
        while isBusy {
          isBusy = false
          for fold in folds { if try await fold.foldNext(limit: 7) > 0 { isBusy = true } }
        }
        for fold in folds { while try await fold.passTime() > 0 {} }
        return try await checked(house)
      }
      #expect(whole == shared, "seed \(seed):\n\(Tables.differences(whole, shared))")
    }
  }

  /// What is stored, once the daily batch has found every score right, and brought coverage up to date, which is as of the calculation.
  private func checked(_ house: House) async throws -> [String: [String]] {
    #expect(try await DailyBatch(fold: house.fold).run().differences == [])
    return try await Tables.derived(house.database)
  }

  /// Every shard with one of the nodes, the routing with one; sometimes all with one.
  private func shareOut(_ tenancies: [ChosenTenancy], _ chance: inout SplitMix64) {
    let router = Int(chance.next() % UInt64(tenancies.count))
    let isWhole = chance.next() % 4 == 0
    var shards = [Set<Int>](repeating: [], count: tenancies.count)
    for shard in Tenure.everyShard { shards[isWhole ? router : Int(chance.next() % UInt64(tenancies.count))].insert(shard) }
    for (index, tenancy) in tenancies.enumerated() {
      tenancy.tenure = Tenure(fence: nil, shards: shards[index], routes: index == router)
    }
  }

  private func node(_ name: String, _ house: House) -> Membership {
    Membership(database: house.database, name: name, current: house.current, time: house.clock, logger: House.logger)
  }

  @Test("Nodes that join share the shards evenly, and each shard has one owner")
  func sharing() async throws {
    try await withHouse { house in
      let nodes = ["a", "b", "c"].map { node($0, house) }
      for (count, newcomer) in nodes.enumerated() {
        try await newcomer.join()
        for _ in 0..<3 { for node in nodes[...count] { try await node.tend() } }
        let owned = nodes[...count].map(\.tenure.shards)
        #expect(owned.reduce(Set()) { $0.union($1) } == Tenure.everyShard)
        #expect(owned.map(\.count).reduce(0, +) == Shard.count)
        #expect(owned.allSatisfy { $0.count >= Shard.count / (count + 1) - count })
        #expect(nodes[...count].count { $0.tenure.routes } == 1)
      }
      try await nodes[0].leave()
      for _ in 0..<3 { for node in nodes[1...] { try await node.tend() } }
      #expect(nodes[1].tenure.shards.union(nodes[2].tenure.shards) == Tenure.everyShard)
      #expect(nodes[1...].count { $0.tenure.routes } == 1)
    }
  }

  @Test("A node that falls silent loses its shards to the others, and can commit nothing when it wakes")
  func silence() async throws {
    try await withHouse { house in
      let (first, second) = (node("first", house), node("second", house))
      try await first.join()
      try await first.tend()
      #expect(first.tenure.isWhole)
      let frozen = Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: first)
      try await house.take([Entry.event(at: RandomLog.start)], settle: false)
      try await second.join()
      for _ in 0...Membership.maximumSilence { try await second.beat() }
      try await second.tend()
      #expect(second.tenure.isWhole)
      let failure = try await #require(throws: DatabaseFailure.self) { try await frozen.foldNext() }
      #expect(failure.kind == .fenced)
      #expect(try await house.health("acme") == nil)
      let awake = Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: second)
      #expect(try await awake.foldNext() == 1)
      #expect(try await house.health("acme")?.score == 70)
      first.fenced()
      try await first.tend()
      for _ in 0..<3 { for node in [first, second] { try await node.tend() } }
      #expect(first.tenure.shards.count == Shard.count / 2)
      #expect(first.tenure.fence != second.tenure.fence)
    }
  }

  @Test("A node whose beat goes on is left alone, however slow it is")
  func slowIsNotDead() async throws {
    try await withHouse { house in
      let (slow, watcher) = (node("slow", house), node("watcher", house))
      try await slow.join()
      try await slow.tend()
      try await watcher.join()
      for round in 0..<(5 * Membership.maximumSilence) {
        try await watcher.beat()
        if round % (Membership.maximumSilence - 1) == 0 { try await slow.beat() }
      }
      #expect(slow.tenure.isWhole)
      try await house.take([Entry.event(at: RandomLog.start)], settle: false)
      let fold = Fold(database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: slow)
      #expect(try await fold.foldNext() == 1)
    }
  }

  @Test("A node that cannot know whether it gave or took shards works on none until it has looked")
  func unknownShares() async throws {
    try await withTemporaryDatabase { database in
      let faulty = FaultyDatabase(database)
      let house = try await House(faulty, Blueprints.sop)
      let (first, second) = (node("first", house), node("second", house))
      func tendUnanswered(_ node: Membership) async throws {
        faulty.fault = .answer
        let failure = try await #require(throws: DatabaseFailure.self) { try await node.tend() }
        #expect(failure.kind == .outcomeUnknown)
        #expect(node.tenure.shards.isEmpty && !node.tenure.routes)
      }
      try await first.join()
      try await tendUnanswered(first)
      try await first.tend()
      #expect(first.tenure.isWhole, "what it took is its own")
      try await second.join()
      try await tendUnanswered(first)
      try await second.tend()
      try await first.tend()
      #expect(first.tenure.shards.count == Shard.count / 2 && first.tenure.routes)
      #expect(first.tenure.shards.union(second.tenure.shards) == Tenure.everyShard, "what it gave is the other's")
      #expect(first.tenure.shards.isDisjoint(with: second.tenure.shards))
    }
  }

  @Test("Rule 2: what a person did follows it to its last customer, also where two on the way are in one shard")
  func movesWithinAShard() async throws {
    let start = RandomLog.start
    let there = "stop"
    let beside = try #require((0..<100_000).lazy.map { "beside-\($0)" }.first { Shard.number(of: $0) == Shard.number(of: there) })
    let entries = [
      Entry.did("Signed In", contact: "ann", customer: nil, at: start), Entry.contact("ann", customer: there, at: start + .hours(1)),
      Entry.contact("ann", customer: beside, at: start + .hours(2)),
    ]
    func play(_ fold: (House) async throws -> Void) async throws -> [String: [String]] {
      try await withHouse { house in
        house.clock.set(start + .hours(3))
        try await house.take(entries, settle: false)
        try await fold(house)
        return try await checked(house)
      }
    }
    let whole = try await play { try await $0.settle() }
    let shared = try await play { house in
      func fold(_ tenure: Tenure) -> Fold {
        Fold(
          database: house.database, current: house.current, time: house.clock, logger: House.logger, tenancy: ChosenTenancy(tenure))
      }
      let router = fold(Tenure(fence: nil, shards: [], routes: true))
      let owner = fold(Tenure(fence: nil, shards: Tenure.everyShard, routes: false))
      // The first move is followed before the second is known; the luggage arrives after.
      #expect(try await router.foldNext(limit: 2) == 2)
      var arriving = 0
      while arriving == 0 {
        #expect(try await owner.foldNext(limit: 1) == 1)
        arriving = try await house.database.read { try $0.rows("SELECT 1 FROM route WHERE kind = 3") { _ in 1 } }.count
      }
      #expect(try await router.foldNext(limit: 2) == 1)
      while try await owner.foldNext(limit: 1) > 0 {}
    }
    #expect(whole == shared, "\(Tables.differences(whole, shared))")
  }

  @Test("What a node was sending when it fell silent has an unknown outcome; its receipt still counts when it comes")
  func deliveriesOfTheSilent() async throws {
    try await withHouse { house in
      let (first, second) = (node("first", house), node("second", house))
      try await first.join()
      try await second.join()
      let now = house.clock.now()
      let fence = first.fence
      let delivery = Delivery(key: "k", customer: "acme", channel: "slack", payload: .null, title: "t", createdAt: now, nextAttemptAt: now)
      let claimed = try await house.database.write { connection in
        try DeliveryQueries.enqueue(delivery, connection)
        return try DeliveryQueries.claim(channel: "slack", now: now, limit: 1, node: fence, connection)
      }
      for _ in 0...Membership.maximumSilence { try await second.beat() }
      func state() async throws -> Delivery.State? {
        try await house.database.read { try DeliveryQueries.load(key: "k", $0)?.state }
      }
      #expect(try await state() == .unknown)
      _ = try await house.database.write { try DeliveryQueries.record(.finished(.sent, reason: nil), of: claimed[0], at: now, $0) }
      #expect(try await state() == .sent)
    }
  }

  @Test("A node tells which blueprint it runs, and tells anew when that changes")
  func configurations() async throws {
    try await withHouse { house in
      let node = node("a", house)
      func told() async throws -> [String?] { try await house.database.read { try NodeQueries.all($0).map(\.blueprint) } }
      try await node.join()
      #expect(try await told() == ["sop"])
      house.current.replace(with: Blueprints.single("features()", .share, version: "other"))
      try await node.beat()
      #expect(try await told() == ["other"])
    }
  }
}
