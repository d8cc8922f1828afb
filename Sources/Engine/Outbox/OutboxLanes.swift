import Domain
import SQL
import Storage

extension Outbox {
  /// Starts a lane for each channel that has something due and none at work.
  func startLanes(in group: inout DiscardingTaskGroup) async {
    let ways = channels()
    do {
      try await giveBackUnknownClaims()
      for name in try await due() {
        guard let way = ways[name] else {
          try await failUnconfigured(name)
          continue
        }
        guard isOpen(name), enter(name) else { continue }
        group.addTask { await self.drain(name, by: way) }
      }
    } catch {
      logger.error("the outbox cannot read its deliveries", metadata: ["error": "\(error)"])
    }
  }

  /// One lane at work: sends until nothing is due, the lane pauses, or the outbox stops.
  private func drain(_ name: String, by way: any DeliveryChannel) async {
    var isInterrupted = false
    while !isInterrupted, isOpen(name), !isStopping {
      do {
        guard let delivery = try await claim(name) else { break }
        let outcome = await way.send(delivery)
        isInterrupted = await !keep(outcome, of: delivery)
      } catch {
        logger.error("the outbox cannot claim a delivery", metadata: ["channel": "\(name)", "error": "\(error)"])
        isInterrupted = true
      }
    }
    lanes.withLock { _ = $0.active.remove(name) }
    // What came in between the last look and now must not wait for the next tick.
    if !isInterrupted { poke() }
  }

  /// Writes the receipt of an attempt, again and again where the database does not take it: what has been done outside cannot be undone.
  /// While the database is away the lane has nothing better to do than to wait for it.
  /// - Returns: whether it was written.
  private func keep(_ outcome: DeliveryOutcome, of delivery: Delivery) async -> Bool {
    var trial: Int64 = 1
    while true {
      do {
        try await settle(delivery, outcome)
        return true
      } catch {
        logger.error("the receipt of a delivery cannot be written", metadata: ["key": "\(delivery.key)", "error": "\(error)"])
        guard trial < 5 || (!isStopping && (error as? DatabaseFailure)?.mayPass == true) else { break }
        // A sleep that is cut short means that the process ends: the trials that are left follow at once.
        try? await time.sleep(for: .seconds(min(trial, 5)))
        trial += 1
      }
    }
    logger.critical(
      "the receipt of a delivery is lost: at the next start its outcome will be unknown",
      metadata: ["key": "\(delivery.key)", "outcome": "\(outcome.label)"])
    return false
  }

  // MARK: Steps

  func isOpen(_ name: String) -> Bool {
    let now = time.now()
    return lanes.withLock { $0.states[name]?.isOpen(at: now) ?? true }
  }

  private var isStopping: Bool { Task.isCancelled || lanes.withLock { $0.stopping } }

  /// - Returns: false where the lane is at work already.
  private func enter(_ name: String) -> Bool { lanes.withLock { !$0.stopping && $0.active.insert(name).inserted } }

  /// The channels that have something due.
  func due() async throws -> [String] {
    let (now, policy) = (time.now(), policy)
    let (isPutOff, waiting) = try await database.read { (try DeliveryQueries.isPutOff(at: now, policy, $0), try DeliveryQueries.due($0)) }
    guard isPutOff else { return waiting.filter { $0.at <= now }.map(\.channel) }
    let count = try await database.write { try DeliveryQueries.hasten(at: now, policy, $0) }
    logger.warning("the clock was set back: deliveries that it had put off are due now", metadata: ["count": "\(count)"])
    return try await database.read { try DeliveryQueries.due($0) }.filter { $0.at <= now }.map(\.channel)
  }

  func claim(_ name: String) async throws -> Delivery? {
    let now = time.now()
    let fence = membership?.fence
    do {
      let delivery = try await database.write { connection in
        if let fence { try NodeQueries.requireStanding(fence, connection) }
        return try DeliveryQueries.claim(channel: name, now: now, limit: 1, node: fence ?? 0, connection).first
      }
      if let delivery { lanes.withLock { _ = $0.underWay.insert(delivery.key) } }
      return delivery
    } catch {
      lanes.withLock { $0.mayHoldMore = true }
      throw error
    }
  }

  /// After a claim whose outcome nobody knows: what this process holds and is not sending goes back.
  func giveBackUnknownClaims() async throws {
    let (mayHoldMore, isIdle) = lanes.withLock { ($0.mayHoldMore, $0.active.isEmpty) }
    // Only while no lane is between its claim and its note of it.
    guard mayHoldMore, isIdle else { return }
    let fence = membership?.fence ?? 0
    let underWay = lanes.withLock { Array($0.underWay) }
    try await database.write { _ = try DeliveryQueries.release(claimedBy: fence, except: underWay, $0) }
    lanes.withLock { $0.mayHoldMore = false }
  }

  func settle(_ delivery: Delivery, _ outcome: DeliveryOutcome) async throws {
    let now = time.now()
    let verdict = policy.verdict(on: outcome, attempts: delivery.attempts, now: now, random: random())
    let isOurs = try await database.write { try DeliveryQueries.record(verdict, of: delivery, at: now, $0) }
    lanes.withLock { _ = $0.underWay.remove(delivery.key) }
    let chance = random()
    let lane = lanes.withLock { lanes in
      lanes.states[delivery.channel, default: LaneState()].record(outcome, now: now, random: chance)
      return lanes.states[delivery.channel]
    }
    log(verdict, of: delivery, lane: lane, isOurs: isOurs)
  }

  func failUnconfigured(_ name: String) async throws {
    let now = time.now()
    let reason =
      "channel \(name) cannot send: it is not in the configuration, or its secret (a webhook URL, a password) is not there; "
      + "`holdfast check` says what lacks; then run `holdfast outbox retry`"
    let count = try await database.write { try DeliveryQueries.failPending(channel: name, reason: reason, now: now, $0) }
    if count > 0 { logger.warning("\(reason)", metadata: ["failed": "\(count)"]) }
  }

  private func log(_ verdict: RetryPolicy.Verdict, of delivery: Delivery, lane: LaneState?, isOurs: Bool) {
    var logger = logger
    logger[metadataKey: "key"] = "\(delivery.key)"
    logger[metadataKey: "attempts"] = "\(delivery.attempts)"
    switch verdict {
    case .finished(.sent, _): logger.info("delivered")
    case .finished(let state, let reason): logger.error("not delivered: \(state.rawValue)", metadata: ["reason": "\(reason ?? "")"])
    case .again(let at, let reason): logger.warning("to be tried again", metadata: ["at": "\(at.iso8601)", "reason": "\(reason)"])
    }
    if let until = lane?.pausedUntil {
      logger.warning("the lane pauses", metadata: ["channel": "\(delivery.channel)", "until": "\(until.iso8601)"])
    }
    if !isOurs { logger.error("the receipt found another state: is a second Holdfast running on this database?") }
  }
}

extension DatabaseFailure {
  /// Whether the same may succeed later without anybody's doing here.
  fileprivate var mayPass: Bool {
    switch kind {
    case .busy, .full, .lost, .outcomeUnknown, .conflict: true
    case .unusable, .refused, .constraint, .fenced, .other: false
    }
  }
}

extension DeliveryOutcome {
  /// For logs.
  fileprivate var label: String {
    switch self {
    case .sent: "sent"
    case .retry: "retry"
    case .refused: "refused"
    case .unknown: "unknown"
    }
  }
}
