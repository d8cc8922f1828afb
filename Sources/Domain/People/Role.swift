/// What a person who signs in is here for. Ordered by no rank: each role may do exactly what `permissions` says.
public enum Role: String, Hashable, Sendable, CaseIterable, Codable {
  case viewer
  case successManager = "success_manager"
  case lead
  case operations
  case executive

  /// For people: "success manager".
  public var title: String { rawValue.replacing("_", with: " ") }

  public var permissions: Set<Permission> {
    switch self {
    case .viewer: [.look]
    case .successManager: [.look, .work]
    case .lead: [.look, .work, .leadWork]
    case .executive: [.look, .work, .leadWork]
    case .operations: [.look, .work, .leadWork, .operate, .administer]
    }
  }
}

/// One thing that somebody may do. Every address asks for exactly one.
public enum Permission: String, Hashable, Sendable, CaseIterable {
  /// Read pages about customers and their health.
  case look
  /// Own tasks, notes, snoozes, the pulse, own views.
  case work
  /// Tasks of others: assign, move, close.
  case leadWork = "lead_work"
  /// The outbox, set-aside records, the state of the machinery.
  case operate
  /// People, their roles and sessions, the audit log.
  case administer
}
