import Domain
import SQL
import Storage

/// What may be asked of the engine: the read side, shared by the HTTP interface and the command line.
public struct Inquiries: Sendable {
  public struct CustomerQuery: Hashable, Sendable {
    public enum Sort: String, Hashable, Sendable, CaseIterable {
      case score, name, id, started, mrr
    }
    /// A condition in the expression language, compiled by the caller's `Blueprint`; `nil`: all.
    public var condition: Formula?
    public var sort: Sort
    public var descending: Bool
    /// 1…1 000.
    public var limit: Int
    public var cursor: String?
    /// As of then; `nil`: now, from the stored scores.
    public var at: Instant?
    public init(condition: Formula? = nil, sort: Sort = .score, descending: Bool = false, limit: Int = 100, cursor: String? = nil, at: Instant? = nil) {
      self.condition = condition
      self.sort = sort
      self.descending = descending
      self.limit = limit
      self.cursor = cursor
      self.at = at
    }
  }

  /// A cursor that this list did not give out.
  public struct InvalidCursor: Error {}

  /// Counts since the database was made, and how far the fold is behind.
  public struct Statistics: Hashable, Sendable {
    public var accepted: Int
    public var duplicate: Int
    public var rejected: Int
    /// Age of the oldest entry that is durable but not yet folded; 0 when there is none.
    public var foldLag: TimeSpan
    /// Rejections by the label of their reason.
    public var rejectedByReason: [String: Int]
    public init(accepted: Int, duplicate: Int, rejected: Int, foldLag: TimeSpan, rejectedByReason: [String: Int]) {
      self.accepted = accepted
      self.duplicate = duplicate
      self.rejected = rejected
      self.foldLag = foldLag
      self.rejectedByReason = rejectedByReason
    }
  }

  let database: any Database
  let current: CurrentBlueprint
  let time: any TimeSource

  public init(database: any Database, current: CurrentBlueprint, time: any TimeSource) {
    self.database = database
    self.current = current
    self.time = time
  }

  /// One page of customers. - Throws: `InvalidCursor`, `DatabaseFailure`.
  public func customers(_ query: CustomerQuery) async throws -> Page<CustomerSummary> { Page(items: [], next: nil) }

  /// `nil`: no such customer.
  public func customer(_ id: String, at: Instant? = nil) async throws -> CustomerSummary? { nil }

  /// Why the score is what it is, now or as of `at`; `nil`: no such customer (then).
  public func explanation(of id: String, at: Instant?) async throws -> ExplanationReport? { nil }

  /// Score changes, newest first; `nil`: no such customer.
  public func history(of id: String) async throws -> [HealthChange]? { nil }

  /// Everything that happened, newest first; `nil`: no such customer.
  public func timeline(of id: String, limit: Int, cursor: String?) async throws -> Page<TimelineEntry>? { nil }

  /// Events as they came, newest first; `nil`: no such customer.
  public func events(of id: String, limit: Int, cursor: String?) async throws -> Page<EventView>? { nil }

  /// The company in numbers, now or as of `at`.
  public func summary(at: Instant?) async throws -> HealthSummary {
    HealthSummary(at: at ?? time.now(), customers: 0, average: nil, bands: [:], movers: [])
  }

  /// Alerts, newest first; in one state or all.
  public func alerts(state: Alert.State?, limit: Int, cursor: String?) async throws -> Page<Alert> { Page(items: [], next: nil) }

  public func statistics() async throws -> Statistics {
    Statistics(accepted: 0, duplicate: 0, rejected: 0, foldLag: .zero, rejectedByReason: [:])
  }
}

/// An explanation with what surrounds it.
public struct ExplanationReport: Hashable, Sendable {
  public var summary: CustomerSummary
  public var explanation: Explanation
  /// What time alone will change next: the instant, the score then, the measures that move. `nil`: nothing within a year.
  public var nextChange: NextChange?
  /// The smallest change that would reach the next band, in words with its points; `nil` in the highest band.
  public var advice: Advice?
  /// Measures whose points differ from those of a day and of a week before.
  public var sinceYesterday: [PointsDifference]
  public var sinceLastWeek: [PointsDifference]
  public var trend: Trend?

  public struct NextChange: Hashable, Sendable {
    public var at: Instant
    public var score: Int
    public var band: Band
    public var differences: [PointsDifference]
    public init(at: Instant, score: Int, band: Band, differences: [PointsDifference]) {
      self.at = at
      self.score = score
      self.band = band
      self.differences = differences
    }
  }
  public struct PointsDifference: Hashable, Sendable {
    public var measure: String
    public var from: Int
    public var to: Int
    public init(measure: String, from: Int, to: Int) {
      self.measure = measure
      self.from = from
      self.to = to
    }
  }

  public init(
    summary: CustomerSummary, explanation: Explanation, nextChange: NextChange?, advice: Advice?, sinceYesterday: [PointsDifference],
    sinceLastWeek: [PointsDifference], trend: Trend?
  ) {
    self.summary = summary
    self.explanation = explanation
    self.nextChange = nextChange
    self.advice = advice
    self.sinceYesterday = sinceYesterday
    self.sinceLastWeek = sinceLastWeek
    self.trend = trend
  }
}
