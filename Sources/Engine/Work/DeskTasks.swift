import Domain
import SQL
import Storage

extension Desk {
  // MARK: Changes

  /// Makes a task about a customer that there is.
  /// - Throws: `WorkMistake`, `DatabaseFailure`.
  public func makeTask(_ draft: TaskDraft, by actor: AuditEntry.Actor, user: User?) async throws -> CustomerTask {
    let now = time.now()
    let task = try draft.task(id: newID(), at: now, by: actor)
    try TaskRights.check(.make(owner: task.owner), by: actor, user: user)
    let entry = entry(
      Record(action: CustomerTask.made, subject: task.id, customer: task.customer, to: task.words), by: actor, at: now)
    try await database.write { connection in
      guard try CustomerQueries.exists(task.customer, connection) else { throw WorkMistake.noCustomer(task.customer) }
      try TaskQueries.insert(task, connection)
      try AuditQueries.insert(entry, connection)
    }
    return task
  }

  /// Changes owner, due time, priority or note of an open task; nothing is written where that changes nothing.
  /// - Throws: `WorkMistake`, `DatabaseFailure`.
  public func editTask(_ id: String, _ edit: TaskEdit, by actor: AuditEntry.Actor, user: User?) async throws -> CustomerTask {
    let now = time.now()
    return try await change(task: id, action: "task.edited", by: actor, at: now) {
      (task: CustomerTask) throws(WorkMistake) -> CustomerTask in
      let edited = try edit.applied(to: task, at: now)
      try TaskRights.check(.edit(task, owner: edited.owner), by: actor, user: user)
      return edited
    }
  }

  /// Closes a task, which can be done once.
  /// - Parameters:
  ///   - outcome: needed; `nil` where nobody has said.
  ///   - note: takes the place of the task's; `nil`: that stays.
  ///   - edit: what is changed about it before.
  /// - Throws: `WorkMistake`, `DatabaseFailure`.
  public func closeTask(
    _ id: String, outcome: CustomerTask.Outcome?, note: String? = nil, edit: TaskEdit = TaskEdit(), by actor: AuditEntry.Actor, user: User?
  ) async throws -> CustomerTask {
    let now = time.now()
    return try await change(task: id, action: "task.closed", by: actor, at: now) {
      (task: CustomerTask) throws(WorkMistake) -> CustomerTask in
      try TaskRights.check(.close(task), by: actor, user: user)
      let edited = try edit.applied(to: task, at: now)
      if edited != task { try TaskRights.check(.edit(task, owner: edited.owner), by: actor, user: user) }
      return try edited.closed(as: outcome, note: note, at: now, by: actor)
    }
  }

  private func change(
    task id: String, action: String, by actor: AuditEntry.Actor, at now: Instant,
    _ decide: @escaping @Sendable (CustomerTask) throws(WorkMistake) -> CustomerTask
  ) async throws -> CustomerTask {
    let blank = entry(Record(action: action, subject: id), by: actor, at: now)
    return try await database.write { connection in
      guard let task = try TaskQueries.lock(id: id, connection) else { throw WorkMistake.noTask(id) }
      let changed = try decide(task)
      guard changed != task else { return task }
      guard try TaskQueries.update(changed, connection) else { throw WorkMistake.taskClosed }
      var entry = blank
      (entry.customer, entry.from, entry.to) = (task.customer, task.words, changed.words)
      try AuditQueries.insert(entry, connection)
      return changed
    }
  }

  // MARK: Reads

  /// `nil`: there is no such task.
  public func task(_ id: String) async throws -> CustomerTask? {
    try await database.read { try TaskQueries.load(id: id, $0) }
  }

  /// Open tasks of one person, the longest due first.
  /// - Parameter owner: an address, however it is written.
  public func tasks(owner: String, limit: Int = 200) async throws -> [CustomerTask] {
    guard let address = CustomerTask.ownerAddress(owner) else { return [] }
    return try await database.read { try TaskQueries.open(owner: address, limit: limit, $0) }
  }

  /// A page of all open tasks, the longest due first.
  /// - Throws: `Inquiries.InvalidCursor`, `DatabaseFailure`.
  public func openTasks(cursor: String? = nil, limit: Int = 100) async throws -> Page<CustomerTask> {
    try await tasks(TaskQueries.Filter(), cursor: cursor, limit: limit)
  }

  /// A page of the tasks of a filter, at most 1 000.
  /// - Throws: `Inquiries.InvalidCursor`, `DatabaseFailure`.
  public func tasks(_ filter: TaskQueries.Filter, cursor: String?, limit: Int) async throws -> Page<CustomerTask> {
    try await database.read { try TaskQueries.list(filter, limit: max(1, min(limit, 1_000)), cursor: cursor, $0) }
  }

  /// How many tasks a filter has, counted so far.
  /// - Throws: `DatabaseFailure`.
  public func countedTasks(_ filter: TaskQueries.Filter) async throws -> TodayDigest.Count {
    try await database.read { try TodayDigest.Count(TaskQueries.count(filter, limit: TodayDigest.Count.limit + 1, $0)) }
  }

  /// Tasks that were closed since then, the newest first.
  public func closedTasks(since: Instant, limit: Int = 100) async throws -> [CustomerTask] {
    try await database.read { try TaskQueries.closed(since: since, limit: limit, $0) }
  }
}
