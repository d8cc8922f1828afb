import DatabaseKit
import Domain
import Engine
import ServiceLifecycle
import Storage
import Testing

@Suite("The outbox")
struct OutboxTests {
  private let failure = DeliveryOutcome.retry(reason: "no connection: refused", after: nil)

  @Test("What is due is sent once, with its receipt")
  func sends() async throws {
    try await withTemporaryDatabase { database in
      let slack = RecordedChannel()
      let fixture = OutboxFixture(database, channels: ["success": slack])
      try await fixture.enqueue(["a", "b"], channel: "success")
      #expect(try await fixture.outbox.runDue() == 2)
      #expect(try await fixture.outbox.runDue() == 0)
      #expect(slack.attempts.map(\.key) == ["a", "b"])
      let sent = try await fixture.delivery("a")
      #expect(sent?.state == .sent && sent?.attempts == 1 && sent?.finishedAt == OutboxFixture.start)
    }
  }

  @Test("A failed attempt comes back after its gap, a refused one is kept with its reason")
  func retries() async throws {
    try await withTemporaryDatabase { database in
      let slack = RecordedChannel()
      let fixture = OutboxFixture(database, channels: ["success": slack])
      slack.answer([failure, .refused(reason: "Slack answered 400 invalid_payload", breaksChannel: false)])
      try await fixture.enqueue(["a", "b"], channel: "success")
      #expect(try await fixture.outbox.runDue() == 2)
      #expect(try await fixture.delivery("b")?.lastError == "Slack answered 400 invalid_payload")
      #expect(try await fixture.states() == [.pending: 1, .failed: 1])
      fixture.time.advance(by: .milliseconds(400))
      #expect(try await fixture.outbox.runDue() == 0)
      fixture.time.advance(by: .milliseconds(600))
      #expect(try await fixture.outbox.runDue() == 1)
      #expect(try await fixture.states() == [.sent: 1, .failed: 1])
    }
  }

  @Test("A dead endpoint is not hammered: after three failures its lane pauses and costs the others no attempts")
  func pause() async throws {
    try await withTemporaryDatabase { database in
      let dead = RecordedChannel()
      let fixture = OutboxFixture(database, channels: ["success": dead])
      dead.answer(Array(repeating: failure, count: 4))
      try await fixture.enqueue((0..<10).map { "k\($0)" }, channel: "success")
      #expect(try await fixture.outbox.runDue() == 3)
      #expect(try await fixture.delivery("k5")?.attempts == 0)
      fixture.time.advance(by: .seconds(30))
      #expect(try await fixture.outbox.runDue() == 1, "one probe")
      fixture.outbox.reload()
      #expect(try await fixture.outbox.runDue() >= 6, "a new configuration opens the lane")
    }
  }

  @Test("Where a channel's secret is not there a delivery fails in words that say what to do, and goes out once that is done")
  func unconfigured() async throws {
    try await withTemporaryDatabase { database in
      let fixture = OutboxFixture(database, channels: [:])
      try await fixture.enqueue(["a"], channel: "success")
      #expect(try await fixture.outbox.runDue() == 0)
      let failed = try await fixture.delivery("a")
      #expect(failed?.state == .failed && failed?.lastError?.contains("holdfast check") == true)
      let slack = RecordedChannel()
      fixture.channels.value = ["success": slack]
      let now = fixture.time.now()
      #expect(try await database.write { try DeliveryQueries.retryFailed(now: now, $0) } == 1)
      #expect(try await fixture.outbox.runDue() == 1 && slack.attempts.count == 1)
    }
  }

  @Test("Rule 4: what was under way when the process died is unknown afterwards, and not sent again")
  func crash() async throws {
    try await withTemporaryDatabase { database in
      let slack = RecordedChannel()
      let before = OutboxFixture(database, channels: ["success": slack])
      try await before.enqueue(["a", "b"], channel: "success")
      let now = before.time.now()
      // The claim was committed, the receipt never came.
      _ = try await database.write { try DeliveryQueries.claim(channel: "success", now: now, limit: 1, node: 0, $0) }
      let after = OutboxFixture(database, channels: ["success": slack])
      try await after.outbox.recover()
      try await after.outbox.runDue()
      #expect(slack.attempts.map(\.key) == ["b"])
      #expect(try await after.delivery("a")?.state == .unknown)
    }
  }

  @Test("Rule 4: over random outcomes, restarts and time no key is tried again after it was sent, refused or unknown", arguments: 0..<12)
  func randomRuns(seed: UInt64) async throws {
    try await withTemporaryDatabase { database in
      var random = SplitMix64(seed: seed)
      let time = VirtualTime(OutboxFixture.start)
      let channel = RandomChannel(seed: seed)
      var fixture = OutboxFixture(database, time: time, channels: ["a": channel, "b": channel], seed: seed)
      for step in 0..<40 {
        switch random.below(5) {
        case 0:
          fixture = OutboxFixture(database, time: time, channels: ["a": channel, "b": channel], seed: seed)
          try await fixture.outbox.recover()
        case 1: time.advance(by: .seconds(Int64(random.whole(in: random.chance(0.2) ? -40_000...0 : 0...4_000))))
        case 2:
          let now = time.now()
          let name = random.pick(["a", "b"])
          // A process that dies between claim and call.
          _ = try await database.write { try DeliveryQueries.claim(channel: name, now: now, limit: 1, node: 0, $0) }
        default:
          // The same keys come again and again, as from a decision repeated.
          try await fixture.enqueue((0..<4).map { "k\(max(0, step - $0))" }, channel: random.pick(["a", "b"]))
          try await fixture.outbox.runDue()
        }
      }
      #expect(channel.faults == [], "seed \(seed)")
    }
  }

  @Test("A hanging endpoint does not delay another, and what is committed meanwhile goes out at a poke")
  func lanes() async throws {
    try await withTemporaryDatabase { database in
      let hanging = HangingChannel()
      let living = RecordedChannel()
      let fixture = OutboxFixture(database, channels: ["dead": hanging, "living": living])
      try await fixture.enqueue(["d1", "d2"], channel: "dead")
      let run = Task { try await fixture.outbox.run() }
      await hanging.enter()
      try await fixture.enqueue(["l1", "l2", "l3"], channel: "living")
      fixture.outbox.poke()
      await living.arrive(3)
      try await fixture.enqueue(["l4"], channel: "living")
      fixture.outbox.poke()
      await living.arrive(1)
      #expect(try await fixture.delivery("d1")?.state == .sending)
      hanging.release()
      run.cancel()
      try await run.value
      #expect(living.attempts.map(\.key) == ["l1", "l2", "l3", "l4"])
    }
  }

  @Test("What another process puts in is seen within the poll interval")
  func polls() async throws {
    try await withTemporaryDatabase { database in
      let living = RecordedChannel()
      let fixture = OutboxFixture(database, channels: ["living": living])
      try await fixture.enqueue(["first"], channel: "living")
      let run = Task { try await fixture.outbox.run() }
      await living.arrive(1)
      try await fixture.enqueue(["second"], channel: "living")
      let clock = Task {
        while !Task.isCancelled {
          fixture.time.advance(by: .seconds(1))
          await Task.yield()
        }
      }
      await living.arrive(1)
      clock.cancel()
      run.cancel()
      try await run.value
      #expect(living.attempts.count == 2)
    }
  }

  @Test("The receipt of a delivery waits for a database that is away, for however long")
  func receiptDuringAnOutage() async throws {
    try await withTemporaryDatabase { database in
      let hanging = HangingChannel()
      let faulty = FaultyDatabase(database)
      let fixture = OutboxFixture(faulty, channels: ["success": hanging])
      try await fixture.enqueue(["a"], channel: "success")
      let group = ServiceGroup(services: [fixture.outbox], logger: OutboxFixture.logger)
      let run = Task { try await group.run() }
      defer { run.cancel() }
      await hanging.enter()
      faulty.isAway = true
      hanging.release()
      let clock = Task {
        while !Task.isCancelled {
          fixture.time.advance(by: .seconds(1))
          await Task.yield()
        }
      }
      defer { clock.cancel() }
      while faulty.refused < 20 { await Task.yield() }
      faulty.isAway = false
      while try await fixture.delivery("a")?.state == .sending { await Task.yield() }
      #expect(try await fixture.delivery("a")?.state == .sent)
      clock.cancel()
      run.cancel()
      _ = await run.result
    }
  }

  @Test("The receipt is written even when the outbox is told to stop during the call, and nothing more is begun", arguments: [true, false])
  func shutdown(isGraceful: Bool) async throws {
    try await withTemporaryDatabase { database in
      let hanging = HangingChannel()
      let fixture = OutboxFixture(database, channels: ["success": hanging])
      try await fixture.enqueue(["a", "b"], channel: "success")
      let group = ServiceGroup(services: [fixture.outbox], logger: OutboxFixture.logger)
      let run = Task { try await group.run() }
      await hanging.enter()
      if isGraceful { await group.triggerGracefulShutdown() } else { run.cancel() }
      hanging.release()
      _ = await run.result
      #expect(try await fixture.delivery("a")?.state == .sent)
      #expect(try await fixture.delivery("b")?.state == .pending)
    }
  }
}
