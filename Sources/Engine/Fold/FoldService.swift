import Domain
import Logging
import SQL
import ServiceLifecycle
import Synchronization

/// Runs the fold: at once when something was appended, and as time passes.
public final class FoldService: Service, Sendable {
  private let fold: Fold
  private let time: any TimeSource
  private let logger: Logger
  private let membership: Membership?
  private let gauge: LagGauge?
  private let tended = Mutex<Instant?>(nil)
  private let interval: TimeSpan
  private let healthy = Mutex(false)
  /// What trails could not be written when it was tried last.
  private let isStuck = Mutex(false)
  /// What was scored last: the blueprint, and what this process owned.
  private let adopted = Mutex<(blueprint: String, tenure: Tenure)?>(nil)
  private let adoption = Turnstile()
  private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// - Parameters:
  ///   - membership: where there may be other nodes.
  ///   - gauge: is told, where there may be other nodes, how long entries wait.
  ///   - interval: how long a time-driven change, or an entry appended by another process, may wait for its turn.
  public init(
    fold: Fold, time: any TimeSource, logger: Logger, membership: Membership? = nil, gauge: LagGauge? = nil,
    interval: TimeSpan = .milliseconds(200)
  ) {
    self.fold = fold
    self.membership = membership
    self.gauge = gauge
    self.time = time
    self.logger = logger
    self.interval = interval
  }

  /// There is work: something was appended.
  public func wake() { signal.yield() }

  /// Whether the last step went well; not before everyone is scored under the blueprint in force at the start, and not while this process
  /// is to be a node and is none.
  public var isRunning: Bool { healthy.withLock { $0 } }

  public func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.tick() }
      group.addTask { await self.measure() }
      await withTaskCancellationOrGracefulShutdownHandler {
        signal.yield()
        for await _ in signals { await work() }
      } onCancelOrGracefulShutdown: { [signal] in
        signal.finish()
      }
      // What waits beyond this one step is folded at the next start.
      await work()
      do { try await fold.rollUp() } catch {
        logger.warning("the next start brings the roll-ups up to date", metadata: ["error": "\(error)"])
      }
      group.cancelAll()
    }
  }

  private func tick() async {
    while !Task.isCancelled {
      do {
        try await time.sleep(for: interval)
      } catch {
        return
      }
      signal.yield()
    }
  }

  /// Beside the steps: while one takes long, or none can be taken, entries wait too.
  private func measure() async {
    guard let gauge, membership != nil else { return }
    while !Task.isCancelled {
      do {
        let oldest = try await fold.database.read { try Inquiries.oldestWaiting($0) }
        gauge.note(oldest.map { time.now() - $0 } ?? .zero)
      } catch {
        // A database that does not answer takes no entries either, and whoever sends some is told so, not that too much waits.
        gauge.note(.zero)
        logger.debug("how far the fold is behind cannot be seen", metadata: ["error": "\(error)"])
      }
      do { try await time.sleep(for: .milliseconds(500)) } catch { return }
    }
  }

  private static let batch = 5_000
  private static let quiet = TimeSpan.milliseconds(100)
  /// How often it is looked whether shards should come or go.
  private static let tendInterval = TimeSpan.seconds(1)

  /// Takes or gives shards where there are other nodes.
  private func tend() async throws {
    guard let membership else { return }
    let now = time.now()
    let isDue = tended.withLock { last in
      // A clock that was set back must not put this off.
      if let last, last <= now, now - last < Self.tendInterval { return false }
      last = now
      return true
    }
    guard isDue else { return }
    try await fold.betweenSteps { try await membership.tend() }
  }

  /// Scores all that is owned here under the blueprint in force, where that was not done: at the start, for what came with new shards, and
  /// for another blueprint. One call at a time does it; those that waited find it done.
  /// - Throws: `DatabaseFailure`; the next step tries again.
  public func adopt() async throws {
    try await adoption.pass {
      let (blueprint, tenure) = (fold.current.blueprint.version, fold.tenancy.tenure)
      if let last = adopted.withLock({ $0 }), last == (blueprint, tenure) { return }
      // A server that is told to stop does not wait for the last of its customers.
      try await cancelWhenGracefulShutdown { try await self.fold.adoptModel() }
      adopted.withLock { $0 = (blueprint, tenure) }
    }
  }

  private func rollUp() async throws {
    do {
      try await fold.rollUp(quietFor: Self.quiet)
      isStuck.withLock { $0 = false }
    } catch {
      isStuck.withLock { $0 = true }
      throw error
    }
  }

  private func work() async {
    do {
      var folded = 0
      repeat {
        try await tend()
        try await adopt()
        folded = try await fold.foldNext(limit: Self.batch)
        // Time passes for customers whose answered events are all taken in, lest one be called silent whose login still waits.
        if folded < Self.batch { folded += try await fold.passTime() }
        // Not only once all is caught up with: under a steady load there is always something left.
        let isNode = membership.map { $0.fence > 0 } ?? true
        // What trails is written once nothing comes any more; after a crash that is much, for which nobody need wait.
        if !isStuck.withLock({ $0 }) { healthy.withLock { $0 = isNode } }
        if folded == 0 { try await rollUp() }
        healthy.withLock { $0 = isNode }
      } while folded > 0 && !Task.isShuttingDownGracefully
    } catch is CancellationError {
      healthy.withLock { $0 = false }
    } catch {
      healthy.withLock { $0 = false }
      let failure = error as? DatabaseFailure
      if failure?.kind == .fenced { membership?.fenced() }
      let detail = failure?.kind == .unusable ? failure?.message : failure?.detail
      logger.error("the fold cannot go on; trying again", metadata: ["error": "\(detail ?? "\(error)")"])
    }
  }
}
