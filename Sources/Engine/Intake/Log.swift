import Domain
import SQL
import Storage

/// Appends to the log inside a write transaction.
public struct Log: Sendable {
  private let ids: MessageIDs

  /// The key of the message ids' hash belongs to the database; it is made once, from `randomKey`.
  public init(database: any Database, randomKey: (UInt64, UInt64)) async throws {
    ids = MessageIDs(hash: try await database.write { try MessageIDs.key(orMade: randomKey, $0) })
  }

  /// Does what can be done for entries before they are appended, which only one transaction at a time can.
  func prepared(_ entries: [LogEntry]) -> [PreparedEntry] { entries.map { PreparedEntry($0.asLogged, ids: ids) } }

  func append(_ entries: [PreparedEntry], at now: Instant, _ connection: any Connection) throws -> EventQueries.Appended {
    guard !entries.isEmpty else { return .nothing }
    let appended = try EventQueries.append(entries, ids: ids, at: now, connection)
    try HousekeepingQueries.count("accepted", by: appended.entries.count, connection)
    try HousekeepingQueries.count("duplicate", by: appended.isNew.count - appended.entries.count, connection)
    return appended
  }

  /// What `append` did last has been committed.
  func confirm() { ids.confirm() }

  static func setAside(_ inputs: [SetAside], at now: Instant, _ connection: any Connection) throws {
    var counts: [String: Int] = [:]
    for input in inputs {
      let label = input.reason.split(separator: ":", maxSplits: 1).first.map(String.init) ?? input.reason
      counts[label, default: 0] += input.count
      try HousekeepingQueries.setAside(source: input.source, reason: input.reason, excerpt: input.excerpt, at: now, connection)
    }
    try HousekeepingQueries.count("rejected", by: counts.values.reduce(0, +), connection)
    for (label, count) in counts.sorted(by: { $0.key < $1.key }) {
      try HousekeepingQueries.count("rejected.\(label)", by: count, connection)
    }
  }
}

/// A sink that writes each call at once: for the command line, where there is one caller.
public struct DirectIntake: IntakeSink {
  let database: any Database
  let log: Log
  let time: any TimeSource
  private let fold: Fold?

  /// - Parameter fold: where this process is the only one that works on the database: entries are folded in the commit that appends them,
  ///   not read back for it.
  public init(database: any Database, log: Log, time: any TimeSource, fold: Fold? = nil) {
    self.database = database
    self.log = log
    self.time = time
    self.fold = fold
  }

  public func append(_ entries: [LogEntry]) async throws(IntakeRefusal) -> [AppendOutcome] {
    let now = time.now()
    let prepared = log.prepared(entries)
    do {
      let append = { @Sendable [log] (connection: any Connection) in
        let appended = try log.append(prepared, at: now, connection)
        return (appended: appended, result: appended.outcomes)
      }
      let outcomes = if let fold { try await fold.take(append).result } else { try await database.write { try append($0).result } }
      if !entries.isEmpty { log.confirm() }
      return outcomes
    } catch {
      throw IntakeRefusal(error)
    }
  }

  public func setAside(_ inputs: [SetAside]) async throws(IntakeRefusal) {
    let now = time.now()
    do {
      try await database.write { try Log.setAside(inputs, at: now, $0) }
    } catch {
      throw IntakeRefusal(error)
    }
  }
}

extension EventQueries.Appended {
  var outcomes: [AppendOutcome] { isNew.map { $0 ? .accepted : .duplicate } }
}

extension IntakeRefusal {
  init(_ error: any Error) {
    self = .unavailable((error as? DatabaseFailure)?.message ?? "the database cannot take writes now")
  }
}
