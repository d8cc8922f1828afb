/// A message about one customer now. Its identity is (customer, kind, reason): an open one is updated, never doubled.
public struct Alert: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case critical

    /// For people: "Critical".
    public var title: String {
      switch self {
      case .critical: "Critical"
      }
    }
  }

  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Waiting out the debounce; nobody was told yet.
    case waiting
    case open
    case closed
  }

  public var id: String
  public var customer: String
  public var kind: Kind
  public var reason: String
  public var state: State
  public var openedAt: Instant
  public var updatedAt: Instant
  public var closedAt: Instant?
  /// When people were last told about this identity, over all its openings; the cool-down counts from here.
  public var notifiedAt: Instant?
  /// Why nobody was told this time ("cool-down until …"), if so.
  public var heldBack: String?
  /// The score when last updated.
  public var score: Int
  public var band: Band
  /// Nobody is told before, whatever happens; what has passed is no snooze any more.
  public var snoozedUntil: Instant?
  /// Why it was snoozed, as a person wrote it.
  public var snoozeReason: String?

  public init(
    id: String, customer: String, kind: Kind, reason: String, state: State, openedAt: Instant, updatedAt: Instant, closedAt: Instant? = nil,
    notifiedAt: Instant? = nil, heldBack: String? = nil, score: Int, band: Band, snoozedUntil: Instant? = nil,
    snoozeReason: String? = nil
  ) {
    self.id = id
    self.customer = customer
    self.kind = kind
    self.reason = reason
    self.state = state
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.closedAt = closedAt
    self.notifiedAt = notifiedAt
    self.heldBack = heldBack
    self.score = score
    self.band = band
    self.snoozedUntil = snoozedUntil
    self.snoozeReason = snoozeReason
  }
}

/// What a decision about alerts wants done; the engine stores all of it in the transaction of its cause.
public enum AlertEffect: Hashable, Sendable {
  /// Insert or replace by id.
  case save(Alert)
  case deliver(Delivery)
  /// Look at this alert again at `at` (debounce, cool-down, snooze).
  case wake(alert: String, at: Instant)
  /// Work for a person because of the alert. Where a task of that id was made before, or one from an alert about the same customer is
  /// open still, there is no other.
  case task(CustomerTask)
}
