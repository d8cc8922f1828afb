import Domain
import SQL
import Storage

extension Inquiries {
  /// Which alerts a list shows.
  public enum AlertFilter: String, Hashable, Sendable, CaseIterable {
    case open, snoozed, waiting, closed, all
  }

  /// A page of alerts, the newest first.
  /// - Throws: `InvalidCursor`, `DatabaseFailure`.
  public func alerts(_ filter: AlertFilter, limit: Int, cursor: String?) async throws -> Page<Alert> {
    let (limit, now) = (max(1, min(limit, 1_000)), time.now())
    return try await database.read { connection in
      switch filter {
      case .all: try AlertQueries.list(state: nil, limit: limit, cursor: cursor, connection)
      case .open: try AlertQueries.list(state: .open, limit: limit, cursor: cursor, connection)
      case .waiting: try AlertQueries.list(state: .waiting, limit: limit, cursor: cursor, connection)
      case .closed: try AlertQueries.list(state: .closed, limit: limit, cursor: cursor, connection)
      case .snoozed: try AlertQueries.snoozed(at: now, limit: limit, cursor: cursor, connection)
      }
    }
  }

  /// By which channels people were told of alerts, by the alert's id; alerts of which nobody was told are left out.
  /// - Parameter alerts: callers bound them.
  public func told(_ alerts: [Alert]) async throws -> [String: [String]] {
    let asked = alerts.filter { alert in alert.notifiedAt.map { $0 >= alert.openedAt } == true }
    guard !asked.isEmpty else { return [:] }
    return try await database.read { connection in
      var told: [String: [String]] = [:]
      for start in stride(from: 0, to: asked.count, by: DeliveryQueries.mostAlerts) {
        let some = Array(asked[start...].prefix(DeliveryQueries.mostAlerts))
        told.merge(try DeliveryQueries.channels(of: some, connection)) { first, _ in first }
      }
      return told
    }
  }

  /// A page of deliveries, the newest first; in one state or all.
  /// - Throws: `InvalidCursor`, `DatabaseFailure`.
  public func deliveries(state: Delivery.State?, limit: Int, cursor: String?) async throws -> Page<Delivery> {
    let limit = max(1, min(limit, 1_000))
    return try await database.read { try DeliveryQueries.page(state: state, limit: limit, cursor: cursor, $0) }
  }

  /// How many deliveries are in each state, each counted so far.
  public func deliveryCounts() async throws -> [Delivery.State: TodayDigest.Count] {
    try await database.read { connection in
      try Dictionary(
        uniqueKeysWithValues: Delivery.State.allCases.map { state in
          (state, .init(try DeliveryQueries.count(state: state, limit: TodayDigest.Count.limit + 1, connection)))
        })
    }
  }
}

extension Inquiries {
  /// A customer's alerts, newest first.
  public func alerts(ofCustomer id: String, limit: Int) async throws -> [Alert] {
    try await database.read { try AlertQueries.list(customer: id, limit: limit, $0) }
  }
}
