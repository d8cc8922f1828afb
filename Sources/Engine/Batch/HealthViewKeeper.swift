import Domain
import Logging
import SQL
import Storage

/// Keeps `customer_health_scores` what the model in force makes of the stored data: replaces it when the model changes, and has it
/// refreshed every day, by pg_cron where that is there, else by Holdfast itself.
public struct HealthViewKeeper: Sendable {
  static let viewName = HealthView.name
  /// The name of the job, and of the schedule where there is no pg_cron.
  public static let job = "refresh-health-scores"
  /// Every day at 02:00 in the time zone of pg_cron, which is UTC if nobody changed it.
  public static let schedule = "0 2 * * *"

  private let database: any Database
  private let current: CurrentBlueprint
  private let time: any TimeSource
  private let logger: Logger

  public init(database: any Database, current: CurrentBlueprint, time: any TimeSource, logger: Logger) {
    self.database = database
    self.current = current
    self.time = time
    self.logger = logger
  }

  private var view: HealthView { HealthView(ModelSQL(blueprint: current.blueprint, dialect: database.dialect)) }

  /// Puts the view of the model in force in the place of another one, in one transaction. While another node does it there is nothing to
  /// do here.
  /// - Returns: whether there was anything to do.
  /// - Throws: `DatabaseFailure`, of kind `refused` where somebody's own view stands on the old one.
  @discardableResult
  public func putInForce() async throws -> Bool {
    let view = view
    if try await database.read({ try Self.marker(view, $0) }) == view.marker { return false }
    return try await database.write(patience: .unbounded) { connection in
      guard try Self.takeTurn(connection) else { return false }
      guard try Self.marker(view, connection) != view.marker else { return false }
      let dependents = try HealthView.dependents(connection)
      if !dependents.isEmpty {
        let message = Self.hindrance(dependents)
        throw DatabaseFailure(kind: .refused, message: message, detail: message)
      }
      for statement in view.replacement { try connection.script(statement) }
      return true
    }
  }

  private static func hindrance(_ dependents: [String]) -> String {
    "\(HealthView.name) stays that of an older model while others are made from it: "
      + "drop \(dependents.joined(separator: ", ")), and make them again once it has been replaced (within half a minute)"
  }

  /// Whether no other node is at it just now.
  private static func takeTurn(_ connection: any Connection) throws -> Bool {
    guard connection.dialect == .postgres else { return true }
    return try connection.first("SELECT pg_try_advisory_xact_lock(\(lock))::int") { $0.bool(0) } ?? false
  }

  private static let lock = 0x686f_6c64_7669_6577

  private static func marker(_ view: HealthView, _ connection: any Connection) throws -> String? {
    try connection.first(view.markerQuery) { $0.optionalText(0) } ?? nil
  }

  /// Has the view refreshed daily: sets the job up where pg_cron is there; else refreshes it when its time has come.
  /// - Returns: whether it was refreshed now.
  @discardableResult
  public func keepFresh() async throws -> Bool {
    guard database.dialect == .postgres else { return false }
    if case .available = try await database.read({ try CronQueries.availability($0) }) {
      try await setUpJob()
      return false
    }
    let (blueprint, now) = (current.blueprint, time.now())
    let lastRun = try await database.read { try HousekeepingQueries.lastRun(of: Self.job, $0) }
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    guard schedule.isDue(at: now, lastRun: lastRun) else { return false }
    guard try await database.write({ try HousekeepingQueries.claimRun(of: Self.job, lastRun: lastRun, at: now, $0) }) else { return false }
    // The first time the view was made with its rows just now.
    if let lastRun {
      do { try await refresh() } catch {
        // It is due still, at the next look. What the server says first is what is told.
        try? await database.write { [time] connection in
          try HousekeepingQueries.noteRun(of: Self.job, at: lastRun, connection)
          try HousekeepingQueries.noteRun(of: Self.failures, at: time.now(), connection)
        }
        throw error
      }
    }
    try await database.write { try HousekeepingQueries.noteRun(of: Self.successes, at: now, $0) }
    return lastRun != nil
  }

  /// Schedules that say when Holdfast's own refresh last went well, and when it last failed.
  private static let successes = job + " succeeded"
  private static let failures = job + " failed"

  /// Brings the view's rows up to date while others read it.
  public func refresh() async throws {
    guard database.dialect == .postgres else { return }
    try await database.write(patience: .unbounded) { try $0.script(HealthView.refresh) }
  }

  private func setUpJob() async throws {
    let isSetUp = try await database.read { connection in
      guard let job = try CronQueries.job(Self.job, connection) else { return false }
      return job.schedule == Self.schedule && job.command == HealthView.refresh
    }
    guard !isSetUp else { return }
    try await database.write { try CronQueries.schedule(Self.job, Self.schedule, command: HealthView.refresh, $0) }
    logger.notice("pg_cron refreshes the health scores", metadata: ["job": "\(Self.job)", "schedule": "\(Self.schedule)"])
  }

  /// How the view is doing.
  public struct Report: Hashable, Sendable {
    /// It is the one of the model in force.
    public var isInForce: Bool
    /// Who refreshes it, in words.
    public var refreshedBy: String
    /// What is wrong; empty: nothing.
    public var troubles: [String]
  }

  /// Looks, and changes nothing. - Throws: `DatabaseFailure`.
  public func report() async throws -> Report {
    let view = view
    return try await database.read { connection in
      let isInForce = try Self.marker(view, connection) == view.marker
      var report = Report(isInForce: isInForce, refreshedBy: "nobody needs to: on SQLite it is a plain view", troubles: [])
      if !isInForce {
        let dependents = try HealthView.dependents(connection)
        report.troubles.append(
          dependents.isEmpty
            ? "\(HealthView.name) is not that of this configuration: start the server, or reload it" : Self.hindrance(dependents))
      }
      guard connection.dialect == .postgres else { return report }
      switch try CronQueries.availability(connection) {
      case .unavailable(let reason):
        let success = try HousekeepingQueries.lastRun(of: Self.successes, connection)
        report.refreshedBy = "Holdfast's own scheduler (\(reason)); last at \(success.map(\.iso8601) ?? "–")"
        if let failure = try HousekeepingQueries.lastRun(of: Self.failures, connection), failure > success ?? .distantPast {
          report.troubles.append("it failed at \(failure.iso8601) and is tried again every half minute; the server's log says why")
        }
      case .available:
        guard let job = try CronQueries.job(Self.job, connection) else {
          report.refreshedBy = "pg_cron, once the server has set its job up"
          report.troubles.append("pg_cron is there, but has no job \(Self.job) yet: start the server")
          return report
        }
        let last = try CronQueries.lastRun(job, connection)
        report.refreshedBy =
          "pg_cron, job \(Self.job) at \(job.schedule); last run: \(last.map { "\($0.state) at \($0.at)" } ?? "none yet")"
        if !job.isActive { report.troubles.append("the job \(Self.job) of pg_cron is switched off") }
        if let last, last.state == "failed" { report.troubles.append("the last run of \(Self.job) failed: \(last.message)") }
      }
      return report
    }
  }
}
