import SQL

/// The PostgreSQL extension pg_cron, where it is there. Source: https://github.com/citusdata/pg_cron.
public enum CronQueries {
  /// Whether jobs can be set up from here.
  public enum Availability: Hashable, Sendable {
    case available
    /// Why not, for an operator.
    case unavailable(String)
  }

  /// What the extension knows of a job.
  public struct Job: Hashable, Sendable {
    public var id: Int64
    public var schedule: String
    public var command: String
    public var isActive: Bool
  }

  /// Whether the extension is in this database and this user may use it.
  public static func availability(_ connection: any Connection) throws -> Availability {
    guard connection.dialect == .postgres else { return .unavailable("SQLite has no jobs of its own") }
    let isHere = try connection.first("SELECT 1 FROM pg_extension WHERE extname = 'pg_cron'") { _ in true } ?? false
    guard isHere else {
      let isInstalled = try connection.first("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_cron'") { _ in true } ?? false
      return .unavailable(
        isInstalled
          ? "the extension pg_cron is installed on the server, but not made in this database (CREATE EXTENSION pg_cron)"
          : "the server does not have the extension pg_cron")
    }
    let mayUse = try connection.first("SELECT has_schema_privilege('cron', 'USAGE')::int") { $0.bool(0) } ?? false
    return mayUse ? .available : .unavailable("this user may not use pg_cron (GRANT USAGE ON SCHEMA cron)")
  }

  /// The job of that name that this user has for this database.
  public static func job(_ name: String, _ connection: any Connection) throws -> Job? {
    try connection.first(
      """
      SELECT jobid, schedule, command, active::int FROM cron.job
      WHERE jobname::text = $1 AND database = current_database() AND username = current_user
      """, [name]
    ) { Job(id: $0.integer(0), schedule: $0.text(1), command: $0.text(2), isActive: $0.bool(3)) }
  }

  /// Sets a job up, or changes the one of that name.
  public static func schedule(_ name: String, _ schedule: String, command: String, _ connection: any Connection) throws {
    // Until pg_cron 1.5 names of jobs are of the type `name`.
    try connection.each("SELECT cron.schedule($1::text, $2, $3)", [name, schedule, command]) { _ in true }
  }

  /// How the job's last run ended: its state and the server's words; `nil`: it has not run.
  public static func lastRun(_ job: Job, _ connection: any Connection) throws -> (state: String, message: String, at: String)? {
    try connection.first(
      """
      SELECT status, COALESCE(return_message, ''), COALESCE(start_time::text, '') FROM cron.job_run_details
      WHERE jobid = $1 ORDER BY runid DESC LIMIT 1
      """, [job.id]
    ) { ($0.text(0), $0.text(1), $0.text(2)) }
  }
}
