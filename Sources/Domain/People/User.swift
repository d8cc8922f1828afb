/// Somebody who signs in.
public struct User: Hashable, Sendable, Identifiable {
  public var id: String
  /// Lower-case; unique. What customers' `owner` attribute names.
  public var email: String
  public var name: String
  public var role: Role
  public var createdAt: Instant
  /// Since when the person may not sign in any more.
  public var disabledAt: Instant?
  /// Whether a password has been chosen; else only an invitation or the company's own sign-in lets the person in.
  public var hasPassword: Bool

  public init(
    id: String, email: String, name: String, role: Role, createdAt: Instant, disabledAt: Instant? = nil, hasPassword: Bool = false
  ) {
    self.id = id
    self.email = email
    self.name = name
    self.role = role
    self.createdAt = createdAt
    self.disabledAt = disabledAt
    self.hasPassword = hasPassword
  }

  public func may(_ permission: Permission) -> Bool { disabledAt == nil && role.permissions.contains(permission) }
}
