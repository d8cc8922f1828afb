/// One change that somebody made: who, what, from, to. Never holds a secret.
public struct AuditEntry: Hashable, Sendable {
  /// Who did it.
  public enum Actor: Hashable, Sendable {
    /// A person, by the address as it was then.
    case user(email: String)
    /// A program with an API key, by the key's name.
    case key(name: String)
    /// Someone at the server's command line.
    case commandLine
    /// Holdfast itself.
    case automation

    /// As stored and shown: "ann@example.com", "key: ci", "command line", "Holdfast".
    public var label: String {
      switch self {
      case .user(let email): email
      case .key(let name): "key: \(name)"
      case .commandLine: "command line"
      case .automation: "Holdfast"
      }
    }
  }

  public var id: String
  public var at: Instant
  /// `Actor.label`.
  public var actor: String
  /// What was done, a stable word: "task.closed", "user.role_changed", "alert.snoozed", "session.began".
  public var action: String
  /// What it was done to: a customer's id, a person's address, a delivery's key.
  public var subject: String
  /// The customer it is about, if it is about one: then it stands on that customer's timeline too.
  public var customer: String?
  public var from: String?
  public var to: String?

  public init(
    id: String, at: Instant, actor: String, action: String, subject: String, customer: String? = nil, from: String? = nil,
    to: String? = nil
  ) {
    self.id = id
    self.at = at
    self.actor = actor
    self.action = action
    self.subject = subject
    self.customer = customer
    self.from = from
    self.to = to
  }
}
