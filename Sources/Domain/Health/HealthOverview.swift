/// So many customers have this score.
public struct ScoreCount: Hashable, Sendable {
  public var score: Int
  public var band: Band
  public var customers: Int
  public init(score: Int, band: Band, customers: Int) {
    self.score = score
    self.band = band
    self.customers = customers
  }
}

/// How all scores were spread at an instant.
public struct HealthSnapshot: Hashable, Sendable {
  public var at: Instant
  /// By score, ascending; scores that nobody has are left out.
  public var scores: [ScoreCount]
  public init(at: Instant, scores: [ScoreCount]) {
    self.at = at
    self.scores = scores
  }

  /// Those that have a score.
  public var customers: Int { scores.reduce(0) { $0 + $1.customers } }
  /// Of all their scores.
  public var scoreSum: Int { scores.reduce(0) { $0 + $1.score * $1.customers } }
  /// `nil` without customers.
  public var average: Double? { customers > 0 ? Double(scoreSum) / Double(customers) : nil }
  /// Every band, also one that nobody is in.
  public var bands: [Band: Int] {
    scores.reduce(into: Dictionary(uniqueKeysWithValues: Band.allCases.map { ($0, 0) })) { $0[$1.band, default: 0] += $1.customers }
  }
}

/// One day of the record: how the company stood then.
public struct HealthDay: Hashable, Sendable {
  /// The local day, in the time zone of the configuration.
  public var day: Day
  /// When it was recorded.
  public var at: Instant
  public var customers: Int
  public var scoreSum: Int
  public var bands: [Band: Int]
  public init(day: Day, at: Instant, customers: Int, scoreSum: Int, bands: [Band: Int]) {
    self.day = day
    self.at = at
    self.customers = customers
    self.scoreSum = scoreSum
    self.bands = bands
  }

  /// `nil` without customers.
  public var average: Double? { customers > 0 ? Double(scoreSum) / Double(customers) : nil }
}

/// So many customers were in one band a week ago and are in another, or the same, now.
public struct BandFlow: Hashable, Sendable {
  /// `nil`: there was no score a week ago.
  public var from: Band?
  public var to: Band
  public var customers: Int
  public init(from: Band?, to: Band, customers: Int) {
    self.from = from
    self.to = to
    self.customers = customers
  }
}

/// What the page on the company's health shows.
public struct HealthOverview: Hashable, Sendable {
  /// As of now.
  public var now: HealthSnapshot
  /// The local day that `now` lies in.
  public var today: Day
  /// As recorded on the local day before; `nil` where no record was made that day.
  public var yesterday: HealthSnapshot?
  /// As recorded seven local days before; `nil` where no record was made that day.
  public var weekAgo: HealthSnapshot?
  /// The days recorded, oldest first: of the last 180 and today, those that have a record.
  public var days: [HealthDay]
  /// From which band seven days before to which band: they sum to the customers that had a score at `flowsAt`. Empty until found.
  public var flows: [BandFlow]
  /// As of when flows and movers were found: among very many customers up to a quarter of an hour ago; `nil`: they are still being found.
  public var flowsAt: Instant?
  /// Largest changes over the seven days before `flowsAt`, falls first, each kind at most ten.
  public var movers: [HealthSummary.Mover]
  /// By tier (at most 20 by name) and by stage of the journey; empty until the first batch.
  public var groups: [HealthGroup]
  /// As of when the groups were counted: no part of them is older; `nil`: they have not been yet.
  public var groupsAt: Instant?

  public init(
    now: HealthSnapshot, today: Day, yesterday: HealthSnapshot? = nil, weekAgo: HealthSnapshot? = nil, days: [HealthDay] = [],
    flows: [BandFlow] = [], flowsAt: Instant? = nil, movers: [HealthSummary.Mover] = [], groups: [HealthGroup] = [],
    groupsAt: Instant? = nil
  ) {
    self.now = now
    self.today = today
    self.yesterday = yesterday
    self.weekAgo = weekAgo
    self.days = days
    self.flows = flows
    self.flowsAt = flowsAt
    self.movers = movers
    self.groups = groups
    self.groupsAt = groupsAt
  }
}

/// A customer's score over some time.
public struct ScoreHistory: Hashable, Sendable {
  /// A score that holds from an instant on.
  public struct Start: Hashable, Sendable {
    public var at: Instant
    public var score: Int
    public var band: Band
    public init(at: Instant, score: Int, band: Band) {
      self.at = at
      self.score = score
      self.band = band
    }
  }

  /// The score with which the shown time begins; `nil` where there was none yet.
  public var start: Start?
  /// Changes after `start`, oldest first.
  public var changes: [HealthChange]
  /// There are more changes in the time asked for than are shown: it begins later, at `start`.
  public var isCut: Bool
  public init(start: Start?, changes: [HealthChange], isCut: Bool) {
    self.start = start
    self.changes = changes
    self.isCut = isCut
  }
}
