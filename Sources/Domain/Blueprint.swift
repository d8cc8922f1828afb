/// Everything the user declared, checked: what the engine runs on. Replaced as a whole on reload, never in part.
public struct Blueprint: Hashable, Sendable {
  /// The company's name, for messages.
  public var company: String
  /// IANA name of the zone for daily and weekly work ("Europe/Berlin").
  public var timeZone: String
  /// Where people reach this server, for links in messages; no slash at the end.
  public var publicURL: String
  /// Local time of the daily batch, minutes after midnight. Default 02:00 = 120.
  public var dailyBatchMinute: Int
  public var catalog: Catalog
  public var segments: [Segment]
  public var model: HealthModel
  public var freshness: Freshness
  public var alerts: AlertRules
  public var digests: DigestRules
  public var channels: [Channel]
  public var sources: [Source]
  public var retention: Retention
  /// Where people sign in besides here; `nil`: nowhere.
  public var openID: OpenIDSettings?
  public var labels = RoleLabels()
  /// The attribute, by the name under which it arrives, that names the person who looks after a customer: an email address.
  public var ownerAttribute: String
  /// A stable digest of all files it was read from.
  public var version: String

  public init(
    company: String, timeZone: String = "UTC", publicURL: String = "http://127.0.0.1:8080", dailyBatchMinute: Int = 120, catalog: Catalog,
    segments: [Segment] = [], model: HealthModel, freshness: Freshness = Freshness(), alerts: AlertRules = AlertRules(),
    digests: DigestRules = DigestRules(), channels: [Channel] = [], sources: [Source] = [], retention: Retention = Retention(),
    ownerAttribute: String = "owner", openID: OpenIDSettings? = nil, version: String
  ) {
    self.company = company
    self.timeZone = timeZone
    self.publicURL = publicURL
    self.dailyBatchMinute = dailyBatchMinute
    self.catalog = catalog
    self.segments = segments
    self.model = model
    self.freshness = freshness
    self.alerts = alerts
    self.digests = digests
    self.channels = channels
    self.sources = sources
    self.retention = retention
    self.openID = openID
    self.ownerAttribute = ownerAttribute
    self.version = version
  }
}

/// How long what happened is kept in every detail.
public struct Retention: Hashable, Sendable {
  /// Events that are in the log for longer are summed up by day; `nil`: every event is kept.
  public var events: TimeSpan?
  public init(events: TimeSpan? = nil) { self.events = events }
}

/// How old the newest arrival of each kind may be before the health score's coverage calls it stale; `nil`: never asked for.
public struct Freshness: Hashable, Sendable {
  public var events: TimeSpan?
  public var tickets: TimeSpan?
  public var subscriptions: TimeSpan?
  public init(events: TimeSpan? = .days(2), tickets: TimeSpan? = .days(7), subscriptions: TimeSpan? = .days(31)) {
    self.events = events
    self.tickets = tickets
    self.subscriptions = subscriptions
  }
}

/// Rules for alerts about one customer.
public struct AlertRules: Hashable, Sendable {
  public var critical: CriticalAlert?
  public init(critical: CriticalAlert? = CriticalAlert()) { self.critical = critical }
}

/// "Critical entered": one message to each of `channels`; by mail to the customer's owner, else to whom the channel names.
public struct CriticalAlert: Hashable, Sendable {
  /// Names of `Blueprint.channels`.
  public var channels: [String]
  /// Waits this long and tells only if the customer is still critical (0–60 min).
  public var delay: TimeSpan
  /// No second message about the same customer and reason within this time.
  public var coolDown: TimeSpan
  /// The alert closes only at `atRiskFrom` + this many points.
  public var hysteresis: Int
  /// What happened longer ago than this when we learn of it is history: it moves the score and tells nobody.
  public var historyAge: TimeSpan
  /// Work for the customer's owner; `nil`: none.
  public var task: AlertTask?
  public init(
    channels: [String] = [], delay: TimeSpan = .zero, coolDown: TimeSpan = .days(7), hysteresis: Int = 5, historyAge: TimeSpan = .days(1),
    task: AlertTask? = AlertTask()
  ) {
    self.channels = channels
    self.delay = delay
    self.coolDown = coolDown
    self.hysteresis = hysteresis
    self.historyAge = historyAge
    self.task = task
  }
}

/// The task that an alert makes.
public struct AlertTask: Hashable, Sendable {
  /// Stands in a title for the customer's name, or for its id where it has none.
  public static let placeholder = "{customer}"

  public var title: String
  /// How long after the alert it is due.
  public var due: TimeSpan
  public var priority: CustomerTask.Priority
  public init(title: String = "Call {customer}", due: TimeSpan = .hours(24), priority: CustomerTask.Priority = .high) {
    self.title = title
    self.due = due
    self.priority = priority
  }
}

/// A way out to people, by name.
public struct Channel: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A Slack incoming webhook; `nil` where its environment variable or file was not there (a warning, not an error).
    case slackWebhook(url: Secret?)
    case smtp(MailServer)
  }
  public var name: String
  public var kind: Kind
  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The mail server, where it is one.
  public var mailServer: MailServer? { if case .smtp(let server) = kind { server } else { nil } }

  /// A sentence for people that says why nothing can go out by it; `nil`: it can.
  public var obstacle: String? {
    switch kind {
    case .slackWebhook(let url): url == nil ? "The secret with its address is not set; holdfast check names it." : nil
    case .smtp(let server): server.isComplete ? nil : "The secret with its password is not set; holdfast check names it."
    }
  }
}

extension Blueprint {
  /// The channel of that name.
  public func channel(_ name: String) -> Channel? { channels.first { $0.name == name } }
}

/// Text that must never be printed. Only code that really sends it calls `reveal()`.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String
  public init(_ text: String) { self.text = text }
  public func reveal() -> String { text }
  public var description: String { "•••" }
  public var debugDescription: String { "•••" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
