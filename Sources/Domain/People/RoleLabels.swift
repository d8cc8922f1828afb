/// What roles and the automation are called on pages, where the company has words of its own ("Chairman", "EVA"). What is stored keeps the
/// usual words: renaming splits no audit log.
public struct RoleLabels: Hashable, Sendable {
  public var roles: [Role: String]
  /// `nil`: as it is stored.
  public var automation: String?

  public init(roles: [Role: String] = [:], automation: String? = nil) {
    self.roles = roles
    self.automation = automation
  }

  public func name(of role: Role) -> String { roles[role] ?? role.title }

  /// - Parameter label: `AuditEntry.Actor.label`, as stored.
  public func name(ofActor label: String) -> String {
    label == AuditEntry.Actor.automation.label ? automation ?? label : label
  }

  /// As it is stored, of what is shown.
  public func actor(named name: String) -> String { name == automation ? AuditEntry.Actor.automation.label : name }
}
