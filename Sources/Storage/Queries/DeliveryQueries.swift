import Domain
import SQL

/// The table of deliveries: the outbox. A key is there once, for ever.
public enum DeliveryQueries {
  private static let columns =
    "key, customer, channel, payload, title, state, attempts, created_at, next_attempt_at, finished_at, last_error, claims"

  /// Where a delivery about a customer is kept; one about nobody has a place too.
  static func shard(of customer: String?) -> Int { Shard.number(of: customer ?? "") }

  /// Puts a delivery in; one whose key is already there changes nothing. - Returns: whether it was new.
  @discardableResult
  public static func enqueue(_ delivery: Delivery, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      """
      INSERT INTO delivery (shard, \(columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      ON CONFLICT (shard, key) DO NOTHING
      """,
      [
        shard(of: delivery.customer), delivery.key, delivery.customer, delivery.channel, delivery.payload.printed(), delivery.title,
        delivery.state.rawValue,
        delivery.attempts, delivery.createdAt.microseconds, delivery.nextAttemptAt.microseconds, delivery.finishedAt?.microseconds,
        delivery.lastError, delivery.claims,
      ]) > 0
  }

  // MARK: For the outbox

  /// The channels for which something is pending, with the instant of their next attempt.
  public static func due(_ connection: any Connection) throws -> [(channel: String, at: Instant)] {
    try connection.rows(
      "SELECT channel, MIN(next_attempt_at) FROM delivery WHERE state = 'pending' GROUP BY channel ORDER BY channel"
    ) { ($0.text(0), Instant(microseconds: $0.integer(1))) }
  }

  /// How much is pending for each channel, and the instant of its next attempt.
  public static func pending(_ connection: any Connection) throws -> [(channel: String, count: Int, dueAt: Instant)] {
    try connection.rows(
      "SELECT channel, COUNT(*), MIN(next_attempt_at) FROM delivery WHERE state = 'pending' GROUP BY channel ORDER BY channel"
    ) { ($0.text(0), $0.int(1), Instant(microseconds: $0.integer(2))) }
  }

  /// Whether something would wait for longer than the policy ever lets it: a clock that stood ahead has put it off, and was set right.
  public static func isPutOff(at now: Instant, _ policy: RetryPolicy, _ connection: any Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM delivery WHERE \(putOff(policy, "$1")) LIMIT 1", [now.microseconds]) { _ in true } != nil
  }

  /// Makes due what is put off so. - Returns: how many.
  @discardableResult
  public static func hasten(at now: Instant, _ policy: RetryPolicy, _ connection: any Connection) throws -> Int {
    try connection.execute(
      "UPDATE delivery SET next_attempt_at = $1 WHERE \(putOff(policy, "$2"))", [now.microseconds, now.microseconds])
  }

  private static func putOff(_ policy: RetryPolicy, _ now: String) -> String {
    let waits = (0..<policy.gaps.count).map { "WHEN attempts <= \($0) THEN \(policy.longestWait(after: $0).microseconds)" }
    let last = policy.longestWait(after: policy.gaps.count).microseconds
    return "state = 'pending' AND next_attempt_at - \(now) > CASE \(waits.joined(separator: " ")) ELSE \(last) END"
  }

  /// Takes the deliveries of a channel that are due, longest due first: they are `sending` from now on, with one attempt more.
  /// - Parameter node: who sends them; what it leaves `sending` when it ends has an unknown outcome.
  public static func claim(
    channel: String, now: Instant, limit: Int, node: Int64, _ connection: any Connection
  ) throws -> [Delivery] {
    let claimed = try connection.rows(
      """
      WITH picked (picked_shard, picked_key) AS (
        SELECT shard, key FROM delivery WHERE channel = $1 AND state = 'pending' AND next_attempt_at <= $2
        ORDER BY next_attempt_at, key LIMIT $3 \(connection.dialect.skippingLocked))
      UPDATE delivery SET state = 'sending', attempts = attempts + 1, claims = claims + 1, claimed_by = $4
      WHERE state = 'pending' AND (shard, key) IN (SELECT picked_shard, picked_key FROM picked)
      RETURNING \(columns)
      """, [channel, now.microseconds, limit, node], delivery)
    return claimed.sorted { ($0.nextAttemptAt, $0.key) < ($1.nextAttemptAt, $1.key) }
  }

  /// Gives back what a node has claimed and surely not begun to send, because it never learned that it had it. - Returns: how many.
  @discardableResult
  public static func release(claimedBy node: Int64, except underWay: [String], _ connection: any Connection) throws -> Int {
    try connection.execute(
      """
      UPDATE delivery SET state = 'pending', attempts = attempts - 1, claimed_by = NULL
      WHERE state = 'sending' AND claimed_by = $1 AND NOT (key \(connection.dialect.isAmong("$2")))
      """, [node, SQLParameter.texts(underWay)])
  }

  /// Writes down how an attempt ended; also where the node was taken for dead meanwhile and the outcome for unknown: now it is known.
  /// - Returns: whether that attempt was still the last one.
  @discardableResult
  public static func record(
    _ verdict: RetryPolicy.Verdict, of delivery: Delivery, at now: Instant, _ connection: any Connection
  ) throws -> Bool {
    let state: Delivery.State
    let next: Instant
    let finished: Instant?
    let error: String?
    switch verdict {
    case .finished(let final, let reason): (state, next, finished, error) = (final, delivery.nextAttemptAt, now, reason)
    case .again(let at, let reason): (state, next, finished, error) = (.pending, at, nil, reason)
    }
    return try connection.execute(
      """
      UPDATE delivery SET state = $1, next_attempt_at = $2, finished_at = $3, last_error = $4
      WHERE shard = $5 AND key = $6 AND state IN ('sending', 'unknown') AND claims = $7
      """,
      [
        state.rawValue, next.microseconds, finished?.microseconds, error, shard(of: delivery.customer), delivery.key, delivery.claims,
      ]) > 0
  }

  /// What a node that has ended was sending was cut off, and may or may not have reached its receiver.
  /// - Parameter node: `nil`: all that is found, where there is no other process.
  /// - Returns: how many.
  @discardableResult
  public static func sweepSending(of node: Int64?, now: Instant, _ connection: any Connection) throws -> Int {
    let condition = node == nil ? "" : " AND claimed_by = $3"
    let values: [any SQLBindable] = [now.microseconds, "Holdfast stopped during the attempt: it may or may not have arrived"]
    return try connection.execute(
      "UPDATE delivery SET state = 'unknown', finished_at = $1, last_error = $2 WHERE state = 'sending'\(condition)",
      node.map { values + [$0] } ?? values)
  }

  /// Gives up what is pending for a channel that cannot send. - Returns: how many.
  @discardableResult
  public static func failPending(channel: String, reason: String, now: Instant, _ connection: any Connection) throws -> Int {
    try connection.execute(
      "UPDATE delivery SET state = 'failed', finished_at = $1, last_error = $2 WHERE channel = $3 AND state = 'pending'",
      [now.microseconds, reason, channel])
  }

  // MARK: For people

  public static func load(key: String, _ connection: any Connection) throws -> Delivery? {
    try connection.first("SELECT \(columns) FROM delivery WHERE key = $1", [key], delivery)
  }

  /// Newest first; in one state or all.
  public static func list(state: Delivery.State?, limit: Int, _ connection: any Connection) throws -> [Delivery] {
    guard let state else {
      return try connection.rows("SELECT \(columns) FROM delivery ORDER BY created_at DESC, key DESC LIMIT $1", [limit], delivery)
    }
    return try connection.rows(
      "SELECT \(columns) FROM delivery WHERE state = $1 ORDER BY created_at DESC, key DESC LIMIT $2", [state.rawValue, limit], delivery)
  }

  /// A page, newest first; in one state or all.
  /// - Parameter cursor: `next` of the page before.
  /// - Throws: `AlertQueries.InvalidCursor`, `DatabaseFailure`.
  public static func page(
    state: Delivery.State?, limit: Int, cursor: String?, _ connection: any Connection
  ) throws -> Page<Delivery> {
    let from = try cursor.map(TimeCursor.init) ?? .newest
    var values: [any SQLBindable] = [from.at, from.id]
    if let state { values.append(state.rawValue) }
    values.append(limit + 1)
    let items = try connection.rows(
      """
      SELECT \(columns) FROM delivery WHERE (created_at, key) < ($1, $2)\(state == nil ? "" : " AND state = $3")
      ORDER BY created_at DESC, key DESC LIMIT $\(values.count)
      """, values, delivery)
    guard items.count > limit else { return Page(items: items, next: nil) }
    let shown = Array(items.prefix(limit))
    return Page(items: shown, next: shown.last.map { TimeCursor($0.createdAt, $0.key).text })
  }

  /// How many are in a state, counted up to a limit.
  public static func count(state: Delivery.State, limit: Int, _ connection: any Connection) throws -> Int {
    try connection.first("SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE state = $1 LIMIT $2) AS part", [state.rawValue, limit]) {
      $0.int(0)
    } ?? 0
  }

  /// So many alerts `channels` takes at once: SQLite puts no more than 500 queries together.
  public static let mostAlerts = 100

  /// The channels by which alerts went out, in the order of their names, by the alert's id; those that went out by none are left out.
  /// - Parameter alerts: at most `mostAlerts`.
  public static func channels(of alerts: [Alert], _ connection: any Connection) throws -> [String: [String]] {
    guard !alerts.isEmpty else { return [:] }
    var values: [any SQLBindable] = []
    // A range for each, and no join with a list of them: PostgreSQL would guess that each range holds a large part of the table.
    let ranges = alerts.enumerated().map { index, alert -> String in
      let prefix = "alert/\(alert.kind.rawValue)/\(alert.customer)/\(alert.openedAt.microseconds)"
      // "0" is what comes next after "/".
      let range: [any SQLBindable] = [shard(of: alert.customer), prefix + "/", prefix + "0"]
      values += range
      let last = values.count
      return """
        SELECT CAST(\(index) AS BIGINT), channel FROM delivery
        WHERE shard = $\(last - 2) AND key >= $\(last - 1) AND key < $\(last) AND state = 'sent'
        """
    }
    let found = try connection.rows(ranges.joined(separator: " UNION ALL "), values) { (index: $0.int(0), channel: $0.text(1)) }
    let channels = found.reduce(into: [String: Set<String>]()) { $0[alerts[$1.index].id, default: []].insert($1.channel) }
    return channels.mapValues { $0.sorted() }
  }

  public static func counts(_ connection: any Connection) throws -> [Delivery.State: Int] {
    let rows = try connection.rows("SELECT state, COUNT(*) FROM delivery GROUP BY state") { (try state($0.text(0)), $0.int(1)) }
    return Dictionary(uniqueKeysWithValues: rows)
  }

  /// Sends once more what failed, was canceled or has an unknown outcome, with all attempts before it.
  /// - Returns: whether it was in such a state.
  @discardableResult
  public static func retry(key: String, now: Instant, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      """
      UPDATE delivery SET state = 'pending', attempts = 0, next_attempt_at = $1, finished_at = NULL
      WHERE key = $2 AND state IN ('failed', 'unknown', 'canceled')
      """, [now.microseconds, key]) > 0
  }

  /// `retry(key:)` for all that failed. What has an unknown outcome is left: each is for a person to judge. - Returns: how many.
  @discardableResult
  public static func retryFailed(now: Instant, _ connection: any Connection) throws -> Int {
    try connection.execute(
      "UPDATE delivery SET state = 'pending', attempts = 0, next_attempt_at = $1, finished_at = NULL WHERE state = 'failed'",
      [now.microseconds])
  }

  /// Takes a pending delivery out. - Returns: whether it was pending.
  @discardableResult
  public static func cancel(key: String, now: Instant, _ connection: any Connection) throws -> Bool {
    try connection.execute(
      "UPDATE delivery SET state = 'canceled', finished_at = $1 WHERE key = $2 AND state = 'pending'", [now.microseconds, key]) > 0
  }

  // MARK: Rows

  private static func delivery(_ row: any Row) throws -> Delivery {
    Delivery(
      key: row.text(0), customer: row.optionalText(1), channel: row.text(2),
      // A payload that cannot be read goes on as null, which no channel takes: one bad row fails alone, at its sending.
      payload: (try? JSON.parse(row.text(3))) ?? .null, title: row.text(4), state: try state(row.text(5)), attempts: row.int(6),
      claims: row.int(11),
      createdAt: Instant(microseconds: row.integer(7)), nextAttemptAt: Instant(microseconds: row.integer(8)),
      finishedAt: row.optionalInteger(9).map(Instant.init(microseconds:)), lastError: row.optionalText(10))
  }

  private static func state(_ text: String) throws -> Delivery.State {
    guard let state = Delivery.State(rawValue: text) else { throw unreadable("delivery.state", text) }
    return state
  }
}

/// A word in the database that this program does not know.
func unreadable(_ place: String, _ text: String) -> DatabaseFailure {
  DatabaseFailure(
    kind: .unusable, message: "the database holds a word this program does not know: start the newer program",
    detail: "\(place): \(text.prefix(40))")
}
