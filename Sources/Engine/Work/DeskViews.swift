import Domain
import SQL
import Storage

extension Desk {
  /// At most so many views are listed: a person's own, and what others share.
  private static let listedViews = 500

  /// Saves a view of this person's: anew where its id is empty, else in place of hers of that id. That the condition compiles is for the
  /// caller to see. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func saveView(_ view: SavedView, by actor: AuditEntry.Actor, user: User?) async throws -> SavedView {
    let now = time.now()
    var view = try view.checked()
    view.owner = actor.label
    try TaskRights.check(.keepView(owner: view.owner), by: actor, user: user)
    let isNew = view.id.isEmpty
    if isNew { view.id = newID() }
    let saved = view
    let blank = entry(Record(action: "view.saved", subject: saved.id, to: saved.words), by: actor, at: now)
    try await database.write { connection in
      var entry = blank
      if isNew {
        guard try SavedViewQueries.count(owner: saved.owner, connection) < SavedView.maximumPerPerson else {
          throw WorkMistake.tooManyViews(maximum: SavedView.maximumPerPerson)
        }
      } else {
        let present = try Self.view(saved.id, by: actor, user: user, connection)
        entry.from = present.words
      }
      try SavedViewQueries.save(saved, connection)
      try AuditQueries.insert(entry, connection)
    }
    return saved
  }

  /// Deletes a view of this person's. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func deleteView(_ id: String, by actor: AuditEntry.Actor, user: User?) async throws {
    let blank = entry(Record(action: "view.deleted", subject: id), by: actor, at: time.now())
    try await database.write { connection in
      var entry = blank
      entry.from = try Self.view(id, by: actor, user: user, connection).words
      try SavedViewQueries.delete(id: id, connection)
      try AuditQueries.insert(entry, connection)
    }
  }

  /// A view that this person may change; one of somebody else's that is not shared is not there for her.
  private static func view(_ id: String, by actor: AuditEntry.Actor, user: User?, _ connection: any Connection) throws -> SavedView {
    guard let view = try SavedViewQueries.load(id: id, connection), view.isShared || view.owner == actor.label else {
      throw WorkMistake.noView(id)
    }
    try TaskRights.check(.keepView(owner: view.owner), by: actor, user: user)
    return view
  }

  /// A person's own views, then those that others share, each by name.
  public func views(for user: User) async throws -> [SavedView] {
    try await database.read { try SavedViewQueries.visible(to: user.email, limit: Self.listedViews, $0) }
  }

  // MARK: Deliveries

  /// Sends once more what failed, was canceled or has an unknown outcome. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func retryDelivery(_ key: String, by actor: AuditEntry.Actor, user: User?) async throws {
    let now = time.now()
    try await change(delivery: key, action: "delivery.retried", to: .pending, by: actor, user: user, at: now) {
      try DeliveryQueries.retry(key: key, now: now, $0)
    }
    onDeliveries()
  }

  /// Sends once more all that failed; what has an unknown outcome is left: each is for a person to judge.
  /// - Returns: how many.
  /// - Throws: `WorkMistake`, `DatabaseFailure`.
  public func retryFailedDeliveries(by actor: AuditEntry.Actor, user: User?) async throws -> Int {
    try TaskRights.check(.handleDelivery, by: actor, user: user)
    let now = time.now()
    let blank = entry(
      Record(action: "delivery.retried", subject: "all that failed", from: Delivery.State.failed.rawValue), by: actor, at: now)
    let count = try await database.write { connection in
      let count = try DeliveryQueries.retryFailed(now: now, connection)
      var entry = blank
      entry.to = "\(count) \(Delivery.State.pending.rawValue)"
      if count > 0 { try AuditQueries.insert(entry, connection) }
      return count
    }
    onDeliveries()
    return count
  }

  /// Takes a delivery back that waits to be sent. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func cancelDelivery(_ key: String, by actor: AuditEntry.Actor, user: User?) async throws {
    let now = time.now()
    try await change(delivery: key, action: "delivery.canceled", to: .canceled, by: actor, user: user, at: now) {
      try DeliveryQueries.cancel(key: key, now: now, $0)
    }
  }

  private func change(
    delivery key: String, action: String, to state: Delivery.State, by actor: AuditEntry.Actor, user: User?, at now: Instant,
    _ change: @escaping @Sendable (any Connection) throws -> Bool
  ) async throws {
    try TaskRights.check(.handleDelivery, by: actor, user: user)
    let blank = entry(Record(action: action, subject: key), by: actor, at: now)
    try await database.write { connection in
      guard let delivery = try DeliveryQueries.load(key: key, connection) else { throw WorkMistake.noDelivery(key) }
      guard try change(connection) else { throw WorkMistake.deliveryState(delivery.state) }
      var entry = blank
      (entry.customer, entry.from, entry.to) = (delivery.customer, delivery.state.rawValue, state.rawValue)
      try AuditQueries.insert(entry, connection)
    }
  }
}
