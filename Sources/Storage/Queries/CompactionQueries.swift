import Domain
import SQL

/// The retention rule's work on the log: events become summaries, a piece at a time, each piece one transaction.
public enum CompactionQueries {
  /// How far it got, as a position of the log.
  public enum Mark: String, Sendable {
    /// Up to here no event is left that a summary can stand for.
    case summarized
    /// Up to here the months of the log are in fresh tables, on PostgreSQL.
    case repacked
    /// The last entry that has left the log, its message's id kept.
    case kept
  }

  /// 0 where nothing was ever done.
  public static func position(of mark: Mark, _ connection: any Connection) throws -> Int64 {
    try connection.first("SELECT position FROM log_mark WHERE name = $1", [mark.rawValue]) { $0.integer(0) } ?? 0
  }

  /// Sets a mark further; never back.
  public static func advance(_ mark: Mark, to position: Int64, _ connection: any Connection) throws {
    try connection.execute(
      """
      INSERT INTO log_mark (name, position) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE log_mark.position < excluded.position
      """, [mark.rawValue, position])
  }

  /// The first position of which it is not certain that all before it has been folded.
  public static func foldedEnd(_ connection: any Connection) throws -> Int64 {
    let routed = try HousekeepingQueries.position(connection)
    let marks = try TrailQueries.marks(connection)
    // What trails is made good for from the log.
    let complete = (0..<Shard.count).map(marks.complete).min() ?? 0
    let rolledUp = complete >= marks.whole ? routed : complete
    let actors = marks.actors >= marks.whole ? routed : marks.actors
    return min(routed, rolledUp, actors, try RouteQueries.oldestEntry(connection).map { $0 - 1 } ?? .max) + 1
  }

  /// Where an entry stands in the log, and when it happened.
  public struct Place: Hashable, Sendable, Comparable {
    public var at: Instant
    public var position: Int64
    public static func < (a: Place, b: Place) -> Bool { (a.at, a.position) < (b.at, b.position) }
  }

  /// A stretch of the log.
  public struct Stretch: Sendable {
    /// Events to be summed up, by what one summary can stand for, with the summaries there already of the same days' arrivals.
    public var groups: [UsageGroup: [Place]] = [:]
    public var events = 0
    /// The position of the last event.
    public var last: Int64 = 0
  }

  /// The next events of the log that are not summed up.
  public static func stretch(after position: Int64, before end: Int64, limit: Int, _ connection: any Connection) throws -> Stretch {
    var stretch = Stretch()
    var first: Int64?
    try connection.each(
      "SELECT \(columns) FROM event WHERE kind = 'event' AND position > $1 AND position < $2 ORDER BY position LIMIT $3",
      [position, end, limit]
    ) { row in
      let (group, place) = member(row)
      stretch.groups[group, default: []].append(place)
      stretch.events += 1
      stretch.last = place.position
      first = first ?? place.position
      return true
    }
    guard let first else { return stretch }
    // A day that was too large for one stretch still gets one summary of each kind.
    let morning = Instant(microseconds: first).day.start.microseconds
    try connection.stream(
      "SELECT \(columns) FROM event WHERE kind = 'usage' AND position >= $1 AND position <= $2", [morning, stretch.last]
    ) { row in
      let (group, place) = member(row)
      stretch.groups[group]?.append(place)
      return true
    }
    return stretch
  }

  private static let columns = "position, contact, anonymous, customer, name, at"

  private static func member(_ row: any Row) -> (UsageGroup, Place) {
    let actor = Actor(contact: row.optionalText(1), anonymous: row.optionalText(2), customer: row.optionalText(3))
    let place = Place(at: Instant(microseconds: row.integer(5)), position: row.integer(0))
    return (UsageGroup(actor: actor, name: row.text(4), day: place.at.day), place)
  }

  /// What became of a piece.
  public struct Outcome: Hashable, Sendable {
    public var removed = 0
    public var summaries = 0
    /// Something is on its way from one customer to another and was left as it is: it must be looked at again.
    public var isIncomplete = false
  }

  /// Puts summaries in the place of the events and summaries at these positions, in the log and in its index by customer. What was never
  /// folded stays as it is. Whoever did the same before, or does it at the same time, does no harm: only what is there now counts.
  public static func summarize(_ positions: [Int64], _ connection: any Connection) throws -> Outcome {
    // While this is held nobody moves what an actor did from one customer to another.
    if connection.dialect == .postgres { try connection.script("LOCK TABLE customer_event IN SHARE ROW EXCLUSIVE MODE") }
    var members: [UsageGroup: [(position: Int64, entry: LogEntry)]] = [:]
    for stored in try EventQueries.entries(at: positions, connection) {
      guard case .success(let entry) = stored.entry, let group = UsageGroup(entry) else { continue }
      members[group, default: []].append((stored.position, entry))
    }
    let owners = try owners(of: members.keys, connection)
    let rows = members.flatMap { group, entries in
      entries.compactMap { entry in owners[group].map { LogIndexRow(owner: $0, at: entry.entry.at, position: entry.position) } }
    }
    let found = try UsageQueries.unindex(rows.sorted { $0.position < $1.position }, connection)
    var summaries: [(entry: LogEntry, row: LogIndexRow)] = []
    for (group, entries) in members {
      let folded = entries.filter { found.contains($0.position) }.sorted { ($0.entry.at, $0.position) < ($1.entry.at, $1.position) }
      // It takes the place of the earliest of them.
      guard let place = folded.first?.position, let owner = owners[group], let entry = LogEntry.summary(of: folded.map(\.entry)) else {
        continue
      }
      summaries.append((entry, LogIndexRow(owner: owner, at: entry.at, position: place)))
    }
    summaries.sort { $0.row.position < $1.row.position }
    try MessageIDs.keep(members.values.joined().filter { found.contains($0.position) }.map(\.entry.messageID), connection)
    if let first = found.min(), let last = found.max() {
      try advance(.kept, to: last, connection)
      try connection.execute(
        "DELETE FROM event WHERE position \(connection.dialect.isAmong("$1")) AND position BETWEEN $2 AND $3",
        [SQLParameter.integers(found.sorted()), first, last])
    }
    try EventQueries.insert(summaries.map { PreparedEntry($0.entry, hash: nil) }, positions: summaries.map(\.row.position), connection)
    try UsageQueries.index(summaries.map(\.row), connection)
    let missing = Set(rows.filter { !found.contains($0.position) && !$0.owner.isPinned }.map(\.owner.actor))
    return Outcome(
      removed: found.count, summaries: summaries.count,
      isIncomplete: try !missing.isEmpty && RouteQueries.isMoving(anyOf: missing.sorted(), connection))
  }

  /// Whose the events of each group are now.
  private static func owners(
    of groups: some Collection<UsageGroup>, _ connection: any Connection
  ) throws -> [UsageGroup: RecordOwner] {
    var keys: [UsageGroup: String] = [:]
    for group in groups { keys[group] = group.actor.contact ?? group.actor.anonymous.map(Identity.anonymousKey) ?? "" }
    let actors = try ActorQueries.load(Set(keys.values).sorted(), connection)
    let customers = Dictionary(uniqueKeysWithValues: actors.map { ($0.id, $0.customer) })
    var owners: [UsageGroup: RecordOwner] = [:]
    for (group, key) in keys {
      if let named = group.actor.customer {
        owners[group] = RecordOwner(customer: named, actor: key, isPinned: true)
      } else if key.isEmpty {
        owners[group] = RecordOwner(customer: "", actor: "", isPinned: true)
      } else if let customer = customers[key] {
        owners[group] = RecordOwner(customer: customer, actor: key, isPinned: false)
      }
    }
    return owners
  }
}
