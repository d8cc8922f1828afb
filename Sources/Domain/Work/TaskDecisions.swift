/// A task as somebody wants it.
public struct TaskDraft: Hashable, Sendable {
  public var customer: String
  public var title: String
  /// An address as it was written; `nil` or blank: nobody's.
  public var owner: String?
  public var dueAt: Instant
  public var priority: CustomerTask.Priority
  public var note: String

  public init(
    customer: String, title: String, owner: String? = nil, dueAt: Instant, priority: CustomerTask.Priority = .normal, note: String = ""
  ) {
    self.customer = customer
    self.title = title
    self.owner = owner
    self.dueAt = dueAt
    self.priority = priority
    self.note = note
  }

  /// The task, checked; that the customer exists is for the caller to see.
  /// - Throws: `WorkMistake`: the first thing that is wrong.
  public func task(id: String, at now: Instant, by actor: AuditEntry.Actor) throws(WorkMistake) -> CustomerTask {
    CustomerTask(
      id: id, customer: customer, title: try WorkText.line(title, .title, maximum: CustomerTask.longestTitle),
      owner: try TaskEdit.address(owner), dueAt: try TaskEdit.due(dueAt, at: now), priority: priority, createdAt: now,
      createdBy: actor.label, note: try WorkText.block(note, .note, maximum: CustomerTask.longestNote, mayBeEmpty: true))
  }
}

/// What somebody wants changed about an open task; what is not named stays.
public struct TaskEdit: Hashable, Sendable {
  public enum Owner: Hashable, Sendable {
    case keep
    case nobody
    /// As it was written; blank: nobody.
    case address(String)
  }

  public var owner: Owner
  public var dueAt: Instant?
  public var priority: CustomerTask.Priority?
  public var note: String?

  public init(owner: Owner = .keep, dueAt: Instant? = nil, priority: CustomerTask.Priority? = nil, note: String? = nil) {
    self.owner = owner
    self.dueAt = dueAt
    self.priority = priority
    self.note = note
  }

  /// The task as it is to be.
  /// - Throws: `WorkMistake`: it is closed, or something is wrong.
  public func applied(to task: CustomerTask, at now: Instant) throws(WorkMistake) -> CustomerTask {
    guard task.isOpen else { throw .taskClosed }
    var task = task
    switch owner {
    case .keep: break
    case .nobody: task.owner = nil
    case .address(let text): task.owner = try Self.address(text)
    }
    if let dueAt { task.dueAt = try Self.due(dueAt, at: now) }
    if let priority { task.priority = priority }
    if let note { task.note = try WorkText.block(note, .note, maximum: CustomerTask.longestNote, mayBeEmpty: true) }
    return task
  }

  static func address(_ text: String?) throws(WorkMistake) -> String? {
    guard let text, !WorkText.trimmed(text).isEmpty else { return nil }
    guard let address = CustomerTask.ownerAddress(text) else { throw .noAddress }
    return address
  }

  static func due(_ at: Instant, at now: Instant) throws(WorkMistake) -> Instant {
    guard at <= now + CustomerTask.furthestDue else { throw .dueTooFar }
    return at
  }
}

extension CustomerTask {
  /// The longest title and the longest note, in characters.
  public static let longestTitle = 200
  public static let longestNote = 4_000
  /// How far ahead a task may be due.
  public static let furthestDue = TimeSpan.days(731)

  /// The task closed, which happens once.
  /// - Parameters:
  ///   - outcome: needed; `nil` where nobody has said.
  ///   - note: takes the place of the task's; `nil`: that stays.
  /// - Throws: `WorkMistake`.
  public func closed(
    as outcome: Outcome?, note: String? = nil, at now: Instant, by actor: AuditEntry.Actor
  ) throws(WorkMistake) -> CustomerTask {
    guard isOpen else { throw .taskClosed }
    guard let outcome else { throw .noOutcome }
    var task = self
    if let note { task.note = try WorkText.block(note, .note, maximum: Self.longestNote, mayBeEmpty: true) }
    task.outcome = outcome
    task.closedAt = now
    task.closedBy = actor.label
    return task
  }

  /// What stands in the audit log where Holdfast itself has made the task.
  public var making: AuditEntry {
    AuditEntry(id: id, at: createdAt, actor: createdBy, action: Self.made, subject: id, customer: customer, to: words)
  }

  /// The action of the audit log by which a task comes to be.
  public static let made = "task.made"

  /// For the audit log: what can be changed, in one line.
  public var words: String {
    var parts = ["“\(title)”", owner ?? "nobody's", "due \(LocalCalendar.utc.minute(at: dueAt))", priority.rawValue]
    if let outcome { parts.append(outcome.title) }
    if !note.isEmpty { parts.append("note: \(note)") }
    return WorkText.cut(parts.joined(separator: ", "), to: AuditEntry.longestValue)
  }
}

extension AuditEntry {
  /// The longest `from` and `to`, in characters; of longer texts the beginning is kept.
  public static let longestValue = 500
}
