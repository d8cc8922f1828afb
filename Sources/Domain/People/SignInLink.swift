/// A link that lets one person in once. Of its text only a hash is kept.
public struct SignInLink: Hashable, Sendable {
  /// What the person does behind it, and how long it waits.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Chooses a first password.
    case invitation
    /// Chooses another password.
    case reset
    /// Is signed in, without a password.
    case signIn = "sign_in"

    /// How long it may be used.
    public var validity: TimeSpan {
      switch self {
      case .invitation: .days(7)
      case .reset, .signIn: .hours(1)
      }
    }

    /// For people: "sign-in link".
    public var title: String {
      switch self {
      case .invitation: "invitation"
      case .reset: "reset link"
      case .signIn: "sign-in link"
      }
    }

    /// Whether a password is chosen behind it.
    public var setsPassword: Bool { self != .signIn }
  }

  public var kind: Kind
  /// The user's id.
  public var user: String
  public var createdAt: Instant
  public var expiresAt: Instant
  public var usedAt: Instant?

  public init(kind: Kind, user: String, createdAt: Instant, expiresAt: Instant, usedAt: Instant? = nil) {
    self.kind = kind
    self.user = user
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.usedAt = usedAt
  }

  public func isGood(at now: Instant) -> Bool { usedAt == nil && now < expiresAt }
}
