/// What is done with people, their sessions, and the keys of programs, as `AuditEntry.action` names it.
public enum PeopleAction: String, Hashable, Sendable, CaseIterable {
  case userAdded = "user.added"
  case roleChanged = "user.role_changed"
  case userDisabled = "user.disabled"
  case userEnabled = "user.enabled"
  case identityTied = "user.identity_tied"
  case identityUntied = "user.identity_untied"
  case linkMade = "user.link_made"
  case passwordChosen = "user.password_chosen"
  case passwordChanged = "user.password_changed"
  case sessionBegan = "session.began"
  case sessionEnded = "session.ended"
  case sessionRevoked = "session.revoked"
  case signInRefused = "session.refused"
  case keyAdded = "key.added"
  case keyRevoked = "key.revoked"
}
