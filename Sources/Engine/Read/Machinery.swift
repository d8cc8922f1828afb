import Domain
import SQL
import Storage

/// What whoever looks after the machinery wants to see of it.
public struct Machinery: Sendable {
  public struct Node: Hashable, Sendable {
    public var name: String
    public var startedAt: Instant
    public var isThis: Bool
    public var shards: Int
    public var blueprint: String?
  }
  /// Input that could not be taken.
  public struct SetAside: Hashable, Sendable {
    public var at: Instant
    public var source: String
    public var reason: String
    public var excerpt: String
  }
  public struct Incident: Hashable, Sendable {
    public var at: Instant
    public var kind: String
    public var detail: String
  }

  /// Empty where one process owns the database.
  public var nodes: [Node]
  /// Since then the daily batch has looked at every customer.
  public var checkedAt: Instant?
  public var nextCheckAt: Instant?
  /// Newest first, at most 30.
  public var setAside: [SetAside]
  /// Newest first, at most 20.
  public var incidents: [Incident]
}

extension Inquiries {
  /// - Parameter own: what this process is called among the nodes.
  /// - Throws: `DatabaseFailure`.
  public func machinery(own: String) async throws -> Machinery {
    let (blueprint, now) = (current.blueprint, time.now())
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    return try await database.read { connection in
      let owned = try NodeQueries.owners(connection)
      let checked = try NodeQueries.checked(connection).values.min()
      return Machinery(
        nodes: try NodeQueries.all(connection).map { node in
          Machinery.Node(
            name: node.name, startedAt: node.startedAt, isThis: node.name == own, shards: owned[node.fence] ?? 0, blueprint: node.blueprint)
        }, checkedAt: checked, nextCheckAt: schedule.latest(at: now + .days(1)),
        setAside: try HousekeepingQueries.setAside(limit: 30, connection).map {
          Machinery.SetAside(at: $0.at, source: $0.source, reason: $0.reason, excerpt: $0.excerpt)
        },
        incidents: try HousekeepingQueries.incidents(connection).prefix(20).map {
          Machinery.Incident(at: $0.at, kind: $0.kind, detail: $0.detail)
        })
    }
  }
}
