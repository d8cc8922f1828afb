import DatabaseKit
import Domain
import Engine
import Storage
import Synchronization
import TestKit
import Testing

/// A clock on the wall that can be set, beside time that passes for whoever sleeps.
private final class JumpingTime: TimeSource {
  private let passing = VirtualTime(RandomLog.start)
  private let difference = Mutex(TimeSpan.zero)

  func now() -> Instant { passing.now() + difference.withLock { $0 } }
  func sleep(for span: TimeSpan) async throws { try await passing.sleep(for: span) }
  func jump(by span: TimeSpan) { difference.withLock { $0 = $0 + span } }
  func pass(_ span: TimeSpan) { passing.advance(by: span) }
}

@Suite("Loops under a clock that jumps")
struct ClockLoopTests {
  private let jumps = [TimeSpan.hours(5), .hours(-9), .days(400), .days(-420)]

  @Test("The fold goes on within its interval after every jump, and tells of what arrives then", .timeLimit(.minutes(2)))
  func fold() async throws {
    try await withHouse(trails: true) { house in
      let time = JumpingTime()
      let fold = Fold(database: house.database, current: house.current, time: time, logger: House.logger, trailsFrom: 0)
      let folding = FoldService(fold: fold, time: time, logger: House.logger)
      let intake = DirectIntake(database: house.database, log: try await Log(database: house.database, randomKey: (1, 2)), time: time)
      let running = Task { try await folding.run() }
      for (number, jump) in jumps.enumerated() {
        time.jump(by: jump)
        _ = try await intake.append([Entry.event(of: "c\(number)", at: time.now())])
        while try await house.health("c\(number)") == nil {
          time.pass(.milliseconds(200))
          await Task.yield()
        }
        // What trails is written after the quiet of a moment, not of the jump.
        while try await house.database.read({ try $0.first("SELECT COUNT(*) FROM usage_daily") { $0.int(0) } }) != number + 1 {
          time.pass(.milliseconds(200))
          await Task.yield()
        }
      }
      running.cancel()
      try await running.value
    }
  }

  @Test("The outbox sends at once what is new, and tries again what it was to try again, after every jump", .timeLimit(.minutes(2)))
  func outbox() async throws {
    try await withTemporaryDatabase { database in
      let time = JumpingTime()
      let slack = RecordedChannel()
      let outbox = Outbox(
        database: database, channels: { ["slack": slack] }, time: time, random: { 0.5 }, logger: OutboxFixture.logger)
      let running = Task { try await outbox.run() }
      for (number, jump) in jumps.enumerated() {
        slack.answer([.retry(reason: "no connection", after: nil)])
        let made = time.now()
        let delivery = Delivery(
          key: "k\(number)", customer: "acme", channel: "slack", payload: .null, title: "", createdAt: made, nextAttemptAt: made)
        try await database.write { _ = try DeliveryQueries.enqueue(delivery, $0) }
        // It was put in before the jump, and its second attempt is planned after it.
        time.jump(by: jump)
        let sent = { try await database.read { try DeliveryQueries.load(key: "k\(number)", $0) }?.state == .sent }
        while try await !sent() {
          time.pass(.seconds(1))
          await Task.yield()
        }
      }
      running.cancel()
      try await running.value
      #expect(slack.attempts.map(\.key) == jumps.indices.flatMap { ["k\($0)", "k\($0)"] }, "each twice: it failed once")
    }
  }

  @Test("A retry that a clock had put off by hours is due within an hour, a pause of its lane over at once")
  func retries() async throws {
    try await withTemporaryDatabase { database in
      let dead = RecordedChannel()
      let fixture = OutboxFixture(database, channels: ["success": dead])
      dead.answer(Array(repeating: .retry(reason: "503", after: .minutes(50)), count: 3))
      try await fixture.enqueue(["a", "b", "c"], channel: "success")
      #expect(try await fixture.outbox.runDue() == 1, "the lane pauses as it was asked to")
      fixture.time.advance(by: .hours(-6))
      #expect(try await fixture.outbox.runDue() > 0)
      #expect(try await fixture.delivery("a").map { $0.nextAttemptAt - fixture.time.now() <= .minutes(66) } == true)
    }
  }

  @Test("No node is taken for dead because its clock, or that of another, jumps")
  func nodes() async throws {
    try await withHouse { house in
      let times = [JumpingTime(), JumpingTime()]
      let nodes = times.enumerated().map {
        Membership(database: house.database, name: "n\($0.offset)", current: house.current, time: $0.element, logger: House.logger)
      }
      for node in nodes { try await node.join() }
      for _ in 0..<2 { for node in nodes { try await node.tend() } }
      let before = nodes.map(\.tenure)
      #expect(before.allSatisfy { $0.shards.count == Shard.count / 2 })
      var random = SplitMix64(seed: 4)
      for _ in 0..<(3 * Membership.maximumSilence) {
        for (node, time) in zip(nodes, times) {
          time.jump(by: .hours(Int64(random.whole(in: -9...9))))
          try await node.beat()
          try await node.tend()
        }
      }
      #expect(nodes.map(\.tenure) == before)
    }
  }
}
