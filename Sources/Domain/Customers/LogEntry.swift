/// One entry of the log: something that happened, when, and when we learned of it. The log is the truth; all else is a fold of it.
public struct LogEntry: Hashable, Sendable {
  /// Unique per entry; a repeat of it is dropped. At most 100 characters from SDKs.
  public var messageID: String
  /// When it happened, corrected for the sender's clock; never after `receivedAt`. Also the time from which an as-of query sees it.
  public var at: Instant
  /// Which of two contradicting entries wins: the later version. The time of the statement; for records without `updated_at`, the arrival.
  public var version: Instant
  public var receivedAt: Instant
  public var actor: Actor
  public var fact: Fact
  /// For entries that state a whole record anew ("ticket:T-7") without a time of their own: the record they state. Such an entry is a
  /// repeat where it says the same as the last one about that record; `nil`: a repeat is told by the message id alone.
  public var record: String?

  public init(
    messageID: String, at: Instant, version: Instant, receivedAt: Instant, actor: Actor, fact: Fact, record: String? = nil
  ) {
    self.messageID = messageID
    self.at = at
    self.version = version
    self.receivedAt = receivedAt
    self.actor = actor
    self.fact = fact
    self.record = record
  }
}

/// Who an entry is about, as its sender named them. At least one of the three is there.
public struct Actor: Hashable, Sendable {
  /// The contact's id (`userId`).
  public var contact: String?
  /// The browser's or device's id before anyone signed in (`anonymousId`).
  public var anonymous: String?
  /// The customer named by the entry itself (`groupId`, `context.groupId`, a record's customer column).
  public var customer: String?

  public init(contact: String? = nil, anonymous: String? = nil, customer: String? = nil) {
    self.contact = contact
    self.anonymous = anonymous
    self.customer = customer
  }
}

/// What happened.
public enum Fact: Hashable, Sendable {
  /// A contact did something (`track`; `page` and `screen` come as "Viewed … Page" and "Viewed … Screen" names of the shapes' readers).
  case event(name: String, properties: EventProperties)
  /// A contact did something `count` times on one UTC day, for the first time at the entry's `at` and for the last time at `last`: what the
  /// retention rule leaves of events. Never comes from outside.
  case usage(name: String, count: Int, last: Instant)
  /// What is now known of a contact (`identify`, a contact record). With `actor.anonymous` set it also joins the anonymous past.
  case contact(traits: [JSON.Member])
  /// What is now known of a customer (`group`, a customer record). With `actor.contact` set it also ties the contact to the customer.
  case customer(attributes: [JSON.Member])
  /// `previous` (a contact's or an anonymous id) is the same person as `actor.contact`.
  case alias(previous: String)
  case ticket(TicketRecord)
  case subscription(SubscriptionRecord)
  case response(ResponseRecord)
}

/// A support case as a record states it at `LogEntry.version`.
public struct TicketRecord: Hashable, Sendable {
  public var id: String
  public var subject: String?
  public var status: TicketStatus
  public var priority: String?
  public var openedAt: Instant
  /// When it was solved or closed, where the record says so.
  public var solvedAt: Instant?
  /// Customer satisfaction, 1–5.
  public var satisfaction: Double?

  public init(
    id: String, subject: String? = nil, status: TicketStatus, priority: String? = nil, openedAt: Instant, solvedAt: Instant? = nil,
    satisfaction: Double? = nil
  ) {
    self.id = id
    self.subject = subject
    self.status = status
    self.priority = priority
    self.openedAt = openedAt
    self.solvedAt = solvedAt
    self.satisfaction = satisfaction
  }
}

/// Ordered: of two statuses stated for the same instant the later in this list holds.
public enum TicketStatus: String, Hashable, Sendable, CaseIterable, Comparable {
  case open, pending, solved, closed

  /// Work is still owed to the customer.
  public var isOpen: Bool { self == .open || self == .pending }

  public static func < (a: TicketStatus, b: TicketStatus) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }
}

/// A subscription as a record states it. MRR is in the company's currency, per month.
public struct SubscriptionRecord: Hashable, Sendable {
  public var id: String
  public var plan: String?
  public var tier: String?
  public var mrr: Double
  public var seats: Double?
  /// `active`, `trialing`, `past_due`, `canceled` … as the billing system says.
  public var status: String?
  public var startedAt: Instant
  public var renewsAt: Instant?
  /// When it ended or will end.
  public var canceledAt: Instant?

  public init(
    id: String, plan: String? = nil, tier: String? = nil, mrr: Double = 0, seats: Double? = nil, status: String? = nil, startedAt: Instant,
    renewsAt: Instant? = nil, canceledAt: Instant? = nil
  ) {
    self.id = id
    self.plan = plan
    self.tier = tier
    self.mrr = mrr
    self.seats = seats
    self.status = status
    self.startedAt = startedAt
    self.renewsAt = renewsAt
    self.canceledAt = canceledAt
  }
}

/// One survey answer; `survey` is `nps`, `exit` or the user's own name.
public struct ResponseRecord: Hashable, Sendable {
  public var id: String
  public var survey: String
  /// NPS 0–10, where the survey asks for one.
  public var score: Double?
  public var comment: String?

  public init(id: String, survey: String, score: Double? = nil, comment: String? = nil) {
    self.id = id
    self.survey = survey
    self.score = score
    self.comment = comment
  }
}
