import Domain
import Logging
import SQL
import ServiceLifecycle
import Storage

/// Puts the weekly digest into the outbox when its time has come: once a week, whatever stops, starts or runs beside it.
public struct DigestService: Service {
  /// The name of the schedule.
  public static let job = "digest at_risk"

  private let database: any Database
  private let current: CurrentBlueprint
  private let time: any TimeSource
  private let logger: Logger
  private let isReady: @Sendable () -> Bool
  private let onDeliveries: @Sendable () -> Void

  /// - Parameters:
  ///   - isReady: whether the scores are those of now; before that nothing is summed up.
  ///   - onDeliveries: called when there is something new to send.
  public init(
    database: any Database, current: CurrentBlueprint, time: any TimeSource, logger: Logger,
    isReady: @escaping @Sendable () -> Bool = { true }, onDeliveries: @escaping @Sendable () -> Void = {}
  ) {
    self.database = database
    self.current = current
    self.time = time
    self.logger = logger
    self.isReady = isReady
    self.onDeliveries = onDeliveries
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        if isReady() { await look() }
        do { try await time.sleep(for: .seconds(isReady() ? 30 : 1)) } catch { return }
      }
    }
  }

  private func look() async {
    do {
      guard let count = try await putIfDue() else { return }
      logger.notice("the at-risk digest is on its way", metadata: ["messages": "\(count)"])
    } catch is CancellationError {
      return
    } catch {
      let detail = (error as? DatabaseFailure)?.detail ?? "\(error)"
      logger.error("the at-risk digest could not be made; trying again", metadata: ["error": "\(detail)"])
    }
  }

  /// Puts the digest into the outbox where it is due and nobody else has done so. What was missed in an earlier week is not caught up
  /// with, and the first sight of the schedule only notes the time.
  /// - Returns: how many messages; `nil` where it was not due.
  /// - Throws: `DatabaseFailure`.
  public func putIfDue() async throws -> Int? {
    let (blueprint, now) = (current.blueprint, time.now())
    guard let rule = blueprint.digests.atRisk else { return nil }
    let lastRun = try await database.read { try HousekeepingQueries.lastRun(of: Self.job, $0) }
    guard let lastRun else {
      _ = try await database.write { try HousekeepingQueries.claimRun(of: Self.job, lastRun: nil, at: now, $0) }
      return nil
    }
    let schedule = WeeklySchedule(timeZone: blueprint.timeZone, weekday: rule.weekday, minute: rule.minute)
    guard schedule.isDue(at: now, lastRun: lastRun) else { return nil }
    let deliveries = try await self.deliveries(rule, blueprint, now)
    let count: Int? = try await database.write { connection in
      guard try HousekeepingQueries.claimRun(of: Self.job, lastRun: lastRun, at: now, connection) else { return nil }
      return try Self.put(deliveries, connection)
    }
    if count ?? 0 > 0 { onDeliveries() }
    return count
  }

  /// Puts this week's digest into the outbox now, whether or not its time has come. Who has it already does not get it again.
  /// - Returns: how many messages.
  /// - Throws: `DatabaseFailure`.
  public func put() async throws -> Int {
    let (blueprint, now) = (current.blueprint, time.now())
    guard let rule = blueprint.digests.atRisk else { return 0 }
    let deliveries = try await self.deliveries(rule, blueprint, now)
    let count = try await database.write { try Self.put(deliveries, $0) }
    if count > 0 { onDeliveries() }
    return count
  }

  private static func put(_ deliveries: [Delivery], _ connection: any Connection) throws -> Int {
    try deliveries.reduce(0) { try DeliveryQueries.enqueue($1, connection) ? $0 + 1 : $0 }
  }

  private func deliveries(_ rule: AtRiskDigestRule, _ blueprint: Blueprint, _ now: Instant) async throws -> [Delivery] {
    let digest = try await DigestReader(database: database, current: current).atRisk(at: now)
    return digest.deliveries(rule, channels: blueprint.channels, at: now)
  }
}
