/// One message or call on its way out, with its attempts and its outcome. The key is made from the cause: unique for ever.
public struct Delivery: Hashable, Sendable {
  public enum State: String, Hashable, Sendable, CaseIterable {
    case pending
    /// An attempt is under way; found so at start, its outcome is unknown.
    case sending
    case sent
    /// It may or may not have reached the receiver; not sent again by itself.
    case unknown
    /// Given up, with the reason.
    case failed
    case canceled
  }

  /// Deterministic: cause, step, receiver ("alert/critical/acme/1764000000000000/slack:success").
  public var key: String
  public var customer: String?
  /// Name of the `Channel` it goes out by; its lane in the outbox.
  public var channel: String
  /// What to say, apart from how a channel says it: an `AlertMessage` or a `MailMessage`.
  public var payload: JSON
  /// One line for people ("Critical: Acme, 31").
  public var title: String
  public var state: State
  public var attempts: Int
  /// How often it has been taken in hand since it was made: tells one attempt from every other, also after a person's retry.
  public var claims: Int
  public var createdAt: Instant
  public var nextAttemptAt: Instant
  public var finishedAt: Instant?
  /// The last failure in words; never a secret.
  public var lastError: String?

  public init(
    key: String, customer: String?, channel: String, payload: JSON, title: String, state: State = .pending, attempts: Int = 0,
    claims: Int = 0, createdAt: Instant, nextAttemptAt: Instant, finishedAt: Instant? = nil, lastError: String? = nil
  ) {
    self.key = key
    self.customer = customer
    self.channel = channel
    self.payload = payload
    self.title = title
    self.state = state
    self.attempts = attempts
    self.claims = claims
    self.createdAt = createdAt
    self.nextAttemptAt = nextAttemptAt
    self.finishedAt = finishedAt
    self.lastError = lastError
  }
}

/// How an attempt ended, as a connector reports it.
public enum DeliveryOutcome: Hashable, Sendable {
  case sent
  /// It surely did not take effect; worth another try. `after`: what the receiver asked us to wait.
  case retry(reason: String, after: TimeSpan?)
  /// It will never succeed as it is. `breaksChannel`: nor will anything else on this channel (a revoked webhook).
  case refused(reason: String, breaksChannel: Bool)
  /// It may have taken effect (time-out after the request had left).
  case unknown(reason: String)
}
