/// Work for a person about one customer, with a due time. (Called `task` everywhere but in Swift, where `Task` is taken.)
public struct CustomerTask: Hashable, Sendable, Identifiable {
  public enum Priority: String, Hashable, Sendable, CaseIterable { case high, normal, low }

  /// How a closed task ended.
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    case contacted
    case noAnswer = "no_answer"
    case done
    case dropped

    /// For people: "no answer".
    public var title: String { rawValue.replacing("_", with: " ") }
  }

  public var id: String
  public var customer: String
  public var title: String
  /// The owner's address, lower-case; `nil`: nobody's yet.
  public var owner: String?
  public var dueAt: Instant
  public var priority: Priority
  public var createdAt: Instant
  /// `AuditEntry.Actor.label` of who made it.
  public var createdBy: String
  /// The alert it came from.
  public var alert: String?
  public var closedAt: Instant?
  /// `AuditEntry.Actor.label` of who closed it.
  public var closedBy: String?
  public var outcome: Outcome?
  /// What was found out, written when closing or before.
  public var note: String

  public init(
    id: String, customer: String, title: String, owner: String?, dueAt: Instant, priority: Priority = .normal, createdAt: Instant,
    createdBy: String, alert: String? = nil, closedAt: Instant? = nil, closedBy: String? = nil, outcome: Outcome? = nil, note: String = ""
  ) {
    self.id = id
    self.customer = customer
    self.title = title
    self.owner = owner
    self.dueAt = dueAt
    self.priority = priority
    self.createdAt = createdAt
    self.createdBy = createdBy
    self.alert = alert
    self.closedAt = closedAt
    self.closedBy = closedBy
    self.outcome = outcome
    self.note = note
  }

  public var isOpen: Bool { closedAt == nil }
  public func isOverdue(at now: Instant) -> Bool { isOpen && dueAt < now }
}
