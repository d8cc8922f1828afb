import Domain
import Logging
import SQL
import ServiceLifecycle
import Storage
import Synchronization

/// Sends what decisions have put in the table of deliveries. Each channel has its own lane: a dead or hanging endpoint never delays
/// another.
///
/// Within a lane one delivery goes at a time, and its claim is committed before the call and its receipt after it; so a crash leaves at
/// most one delivery a lane with an unknown outcome, and none is sent twice.
public final class Outbox: Service, Sendable {
  let database: any Database
  let channels: @Sendable () -> [String: any DeliveryChannel]
  let time: any TimeSource
  let policy: RetryPolicy
  let random: @Sendable () -> Double
  let logger: Logger
  let membership: Membership?
  let lanes = Mutex(Lanes())
  private let pokes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// How long a delivery that another process has put in waits at most before it is seen.
  static let pollInterval = TimeSpan.seconds(1)

  /// What is known of the lanes; in memory only, a restart begins with open lanes.
  struct Lanes {
    var states: [String: LaneState] = [:]
    /// Channels whose lane is at work.
    var active: Set<String> = []
    /// Keys of deliveries under way here.
    var underWay: Set<String> = []
    /// A claim failed in a way that may have taken place all the same.
    var mayHoldMore = false
    var stopping = false
  }

  /// - Parameters:
  ///   - channels: the channels that can send, by name, as configured now; asked for at every pass.
  ///   - membership: where there may be other nodes that send too.
  ///   - random: a number 0..<1, for jitter.
  public init(
    database: any Database, channels: @escaping @Sendable () -> [String: any DeliveryChannel], time: any TimeSource,
    policy: RetryPolicy = .standard, membership: Membership? = nil, random: @escaping @Sendable () -> Double, logger: Logger
  ) {
    self.database = database
    self.channels = channels
    self.time = time
    self.policy = policy
    self.random = random
    self.logger = logger
    self.membership = membership
  }

  /// The lanes that have failed since they last got something through, by channel.
  public var laneStates: [String: LaneState] { lanes.withLock { $0.states } }

  /// New deliveries have been committed: look at once.
  public func poke() { pokes.continuation.yield() }

  /// The configuration has changed: a lane that was paused or broken is tried again.
  public func reload() {
    lanes.withLock { $0.states = [:] }
    poke()
  }

  /// Marks what a stopped process left `sending` as `unknown`. Call once, before the first pass; `run` does. Among several nodes those that
  /// notice the end of one do it.
  public func recover() async throws {
    guard membership == nil else { return }
    let now = time.now()
    let count = try await database.write { try DeliveryQueries.sweepSending(of: nil, now: now, $0) }
    if count > 0 { logger.warning("deliveries were cut off by a stop; see holdfast outbox", metadata: ["unknown": "\(count)"]) }
  }

  /// Sends all that is due now, lane by lane in the order of their names, and returns: for simulations and tests.
  /// - Returns: how many attempts were made.
  /// - Throws: `DatabaseFailure`.
  @discardableResult
  public func runDue() async throws -> Int {
    let ways = channels()
    var attempts = 0
    for name in try await due() {
      guard let way = ways[name] else {
        try await failUnconfigured(name)
        continue
      }
      while isOpen(name), let delivery = try await claim(name) {
        let outcome = await way.send(delivery)
        attempts += 1
        try await settle(delivery, outcome)
      }
    }
    return attempts
  }

  /// Sends until it is told to stop; then finishes what is under way. - Throws: `DatabaseFailure`, at the start only.
  public func run() async throws {
    try await recover()
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.tick() }
        poke()
        for await _ in pokes.stream {
          await startLanes(in: &group)
        }
        stop()
      }
    } onGracefulShutdown: {
      self.stop()
    }
  }

  private func stop() {
    lanes.withLock { $0.stopping = true }
    pokes.continuation.finish()
  }

  /// Looks regularly, for retries that come due and for what other processes put in.
  private func tick() async {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await self.time.sleep(for: Self.pollInterval) } catch { return }
        self.poke()
      }
    }
  }
}
