/// Somebody being signed in, in one browser. Of the secret in the browser only a hash is kept.
public struct SignInSession: Hashable, Sendable, Identifiable {
  /// Names the session in lists; opens nothing.
  public var id: String
  /// The user's id.
  public var user: String
  public var createdAt: Instant
  /// Written at most once an hour.
  public var seenAt: Instant
  public var expiresAt: Instant
  /// What the browser called itself, cut.
  public var agent: String

  /// Without a request for so long it ends.
  public static let idle = TimeSpan.days(7)
  /// It ends after so long in any case.
  public static let longest = TimeSpan.days(30)
  /// A newer request than the last one noted is noted after so long.
  public static let noting = TimeSpan.hours(1)

  public init(id: String, user: String, createdAt: Instant, seenAt: Instant, expiresAt: Instant, agent: String) {
    self.id = id
    self.user = user
    self.createdAt = createdAt
    self.seenAt = seenAt
    self.expiresAt = expiresAt
    self.agent = agent
  }

  /// When a session that was seen last at `seen` ends.
  public static func expiry(createdAt: Instant, seenAt seen: Instant) -> Instant { min(seen + idle, createdAt + longest) }

  public func isAlive(at now: Instant) -> Bool { now < expiresAt }
  /// Whether this request is to be noted.
  public func isToBeNoted(at now: Instant) -> Bool { now - seenAt >= Self.noting }
}
