import Domain

/// Everything about one customer: how it stands and why, what comes next, what was done and is to be done.
public struct CustomerPage: Hashable, Sendable {
  /// Points of a measure (or cap) then and later.
  public struct Difference: Hashable, Sendable {
    /// For people: "Last login".
    public var measure: String
    public var from: Int
    public var to: Int
    public init(measure: String, from: Int, to: Int) {
      self.measure = measure
      self.from = from
      self.to = to
    }
  }

  /// What time alone will change next.
  public struct NextChange: Hashable, Sendable {
    public var at: Instant
    public var score: Int
    public var band: Band
    public var differences: [Difference]
    public init(at: Instant, score: Int, band: Band, differences: [Difference]) {
      self.at = at
      self.score = score
      self.band = band
      self.differences = differences
    }
  }

  /// The score with what surrounds it.
  public struct Score: Hashable, Sendable {
    public var explanation: Explanation
    /// Where the model's bands begin.
    public var bands: Bands
    /// Signals in words by the measure's name, where a value alone does not say enough ("12 d ago").
    public var signals: [String: String]
    /// `nil`: nothing within a year.
    public var nextChange: NextChange?
    public var advice: Advice?
    public var sinceYesterday: [Difference]
    public var sinceLastWeek: [Difference]
    /// The score a week ago; `nil`: there was none.
    public var weekAgo: Int?
    public var trend: Trend?
    /// The score with which the time begins that `history` is about; `nil`: there was none yet.
    public var start: ScoreHistory.Start?
    /// Newest first.
    public var history: [HealthChange]

    public init(
      explanation: Explanation, bands: Bands, signals: [String: String] = [:], nextChange: NextChange? = nil, advice: Advice? = nil,
      sinceYesterday: [Difference] = [], sinceLastWeek: [Difference] = [], weekAgo: Int? = nil, trend: Trend? = nil,
      start: ScoreHistory.Start? = nil, history: [HealthChange] = []
    ) {
      self.explanation = explanation
      self.bands = bands
      self.signals = signals
      self.nextChange = nextChange
      self.advice = advice
      self.sinceYesterday = sinceYesterday
      self.sinceLastWeek = sinceLastWeek
      self.weekAgo = weekAgo
      self.trend = trend
      self.start = start
      self.history = history
    }
  }

  /// What people do about the customer.
  public struct Work: Hashable, Sendable {
    /// Newest first.
    public var alerts: [AlertLine]
    /// Open ones by due time.
    public var openTasks: [CustomerTask]
    /// Newest first.
    public var closedTasks: [CustomerTask]
    /// Newest first.
    public var notes: [CustomerNote]
    /// The newest.
    public var pulse: CustomerPulse?
    /// Who may own tasks here.
    public var owners: [Owner]

    public init(
      alerts: [AlertLine] = [], openTasks: [CustomerTask] = [], closedTasks: [CustomerTask] = [], notes: [CustomerNote] = [],
      pulse: CustomerPulse? = nil, owners: [Owner] = []
    ) {
      self.alerts = alerts
      self.openTasks = openTasks
      self.closedTasks = closedTasks
      self.notes = notes
      self.pulse = pulse
      self.owners = owners
    }
  }

  /// A contact of the customer.
  public struct Contact: Hashable, Sendable {
    public var id: String
    public var name: String?
    public var email: String?
    /// When the contact last did something.
    public var seenAt: Instant?
    public init(id: String, name: String? = nil, email: String? = nil, seenAt: Instant? = nil) {
      self.id = id
      self.name = name
      self.email = email
      self.seenAt = seenAt
    }
  }

  /// A ticket as it stands now.
  public struct TicketLine: Hashable, Sendable {
    public var id: String
    public var subject: String?
    public var status: TicketStatus
    public var priority: String?
    public var openedAt: Instant
    public var solvedAt: Instant?
    /// 1–5.
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

  /// What has arrived about the customer; of each list the newest.
  public struct Records: Hashable, Sendable {
    public var contacts: [Contact]
    /// How many contacts there are in all.
    public var contactCount: Int
    public var subscriptions: [SubscriptionRecord]
    /// Open ones first.
    public var tickets: [TicketLine]
    public var ticketCount: Int
    public init(
      contacts: [Contact] = [], contactCount: Int = 0, subscriptions: [SubscriptionRecord] = [], tickets: [TicketLine] = [],
      ticketCount: Int = 0
    ) {
      self.contacts = contacts
      self.contactCount = contactCount
      self.subscriptions = subscriptions
      self.tickets = tickets
      self.ticketCount = ticketCount
    }
  }

  /// A stretch of the timeline.
  public struct Timeline: Hashable, Sendable {
    /// Newest first.
    public var entries: [TimelineEntry]
    /// The one kind that is shown; `nil`: all.
    public var kind: TimelineEntry.Kind?
    public var next: String?
    public var isFirst: Bool
    public init(entries: [TimelineEntry] = [], kind: TimelineEntry.Kind? = nil, next: String? = nil, isFirst: Bool = true) {
      self.entries = entries
      self.kind = kind
      self.next = next
      self.isFirst = isFirst
    }
  }

  public var summary: CustomerSummary
  /// Who looks after the customer: what its attribute `owner` says, by name where it is one of ours.
  public var owner: Owner?
  /// `nil` before the first score.
  public var score: Score?
  public var work: Work
  public var records: Records
  public var timeline: Timeline
  /// The address whose events say that the page has changed; `nil`: it is not live.
  public var live: String?

  public init(
    summary: CustomerSummary, owner: Owner? = nil, score: Score?, work: Work = Work(), records: Records = Records(),
    timeline: Timeline = Timeline(), live: String? = nil
  ) {
    self.summary = summary
    self.owner = owner
    self.score = score
    self.work = work
    self.records = records
    self.timeline = timeline
    self.live = live
  }

  var label: String { customerLabel(id: summary.id, name: summary.name) }
  var path: String { customerPath(summary.id) }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    // On a phone all columns follow each other: what is to be done comes before what has happened.
    let present = sides(
      main: "\(scoreCard(shell))\(nextCard(shell))\(historyCard(shell))",
      aside: "\(alertCard(shell))\(taskCard(shell))\(pulseCard(shell))\(noteCard(shell))")
    let past = sides(
      main: timelineCard(shell),
      aside: "\(contactCard(shell))\(subscriptionCard(shell))\(ticketCard(shell))\(attributeCard)")
    return document(shell.titled(label), live: live, "\(header(shell))\(present)\(past)")
  }

  private func header(_ shell: Shell) -> HTML {
    let mood: HTML? = work.pulse.map { tag(Self.title($0.mood), tone: Self.tone($0.mood)) }
    let trend: HTML? = score?.trend.map { tag(Self.words($0), tone: Self.tone($0)) }
    let owned: HTML = owner.map { author($0.name) } ?? "<span class=\"hint\">nobody</span>"
    let coverage: HTML? = score.map { score in
      let share = score.explanation.coverage.share
      return share >= 0.995 ? "complete" : "<a href=\"#gaps\">\(Self.percent(share)) of the points</a>"
    }
    var list: [(label: String, value: HTML)] = [
      ("Id", "<code>\(clipped(summary.id, 200))</code>"), ("Owner", owned), ("Journey", "\(summary.journey.rawValue)"),
    ]
    if summary.startedAt < .distantFuture { list.append(("Customer since", day(summary.startedAt, shell))) }
    if let coverage { list.append(("Data behind the score", coverage)) }
    let standing: HTML =
      score.map { score in
        scoreFigure(
          score.explanation.score, score.explanation.band, since: score.weekAgo.map { ($0, "since a week ago") },
          detail: "<p class=\"actions\">\(trend)\(mood)</p>")
      } ?? "<p class=\"hint\">No score yet: it comes with the first event or record.</p>"
    return "\(heading(clipped(label, 200)))<div class=\"head\" data-live-part=\"head\">\(standing)\(facts(list))</div>"
  }

  private static func words(_ trend: Trend) -> String {
    "\(trend.direction.rawValue), \(signed(trend.slope)) points a week of late"
  }

  private static func tone(_ trend: Trend) -> String {
    switch trend.direction {
    case .improving: "good"
    case .stable: ""
    case .declining: "bad"
    }
  }

  static func percent(_ share: Double) -> String { "\(Int((min(max(share, 0), 1) * 100).rounded())) %" }
}

/// An alert with what surrounds it.
public struct AlertLine: Hashable, Sendable {
  public var alert: Alert
  /// Where people were told: names of channels, addresses.
  public var told: [String]
  /// Why it was snoozed.
  public var snoozeReason: String?
  public init(alert: Alert, told: [String] = [], snoozeReason: String? = nil) {
    self.alert = alert
    self.told = told
    self.snoozeReason = snoozeReason
  }
}
