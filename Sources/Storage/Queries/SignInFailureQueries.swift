import Domain
import SQL

/// The table of sign-ins that failed, counted by account and by address.
public enum SignInFailureQueries {
  /// What was counted for a subject, which nobody else counts for until this transaction ends.
  public static func lock(_ subject: String, at now: Instant, _ connection: any Connection) throws -> SignInThrottle.Failures? {
    // Reading alone would let a hundred attempts that come at once all see the same count.
    try connection.execute(
      """
      INSERT INTO sign_in_failure (subject, failures, last_at) VALUES ($1, 0, $2)
      ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures
      """, [subject, now.microseconds])
    return try connection.first("SELECT failures, last_at FROM sign_in_failure WHERE subject = $1", [subject]) {
      SignInThrottle.Failures(count: $0.int(0), lastAt: Instant(microseconds: $0.integer(1)))
    }
  }

  /// Counts one more; what lies too far back counts no longer.
  public static func count(_ subject: String, at now: Instant, _ connection: any Connection) throws {
    try connection.execute(
      """
      UPDATE sign_in_failure SET failures = CASE WHEN last_at <= $1 THEN 1 ELSE failures + 1 END, last_at = $2 WHERE subject = $3
      """, [(now - SignInThrottle.memory).microseconds, now.microseconds, subject])
  }

  /// Notes when the last one that was counted was told.
  public static func note(_ subject: String, at now: Instant, _ connection: any Connection) throws {
    try connection.execute(
      "UPDATE sign_in_failure SET last_at = $1 WHERE subject = $2 AND last_at < $3", [now.microseconds, subject, now.microseconds])
  }

  /// Takes one back that turned out to be none, and its instant with it, unless another one came after it: else every success would make
  /// all others behind the same address wait anew.
  /// - Parameters:
  ///   - attempt: when it was counted.
  ///   - before: the last one before it, as `lock` told.
  public static func takeBack(_ subject: String, at attempt: Instant, before: Instant, _ connection: any Connection) throws {
    try connection.execute(
      """
      UPDATE sign_in_failure SET failures = failures - 1, last_at = CASE WHEN last_at = $1 THEN $2 ELSE last_at END
      WHERE subject = $3 AND failures > 0
      """, [attempt.microseconds, before.microseconds, subject])
  }

  /// Forgets all of a subject.
  public static func reset(_ subject: String, _ connection: any Connection) throws {
    try connection.execute("DELETE FROM sign_in_failure WHERE subject = $1", [subject])
  }

  /// Removes what counts no longer.
  public static func removeForgotten(at now: Instant, _ connection: any Connection) throws {
    try connection.execute("DELETE FROM sign_in_failure WHERE last_at <= $1", [(now - SignInThrottle.memory).microseconds])
  }
}
