/// What a person who comes to work wants to know first.
public struct TodayDigest: Hashable, Sendable {
  /// Whose customers it is about.
  public enum About: Hashable, Sendable {
    /// Those of one owner, as the attribute names it (`ListKeys.owner`).
    case owner(String)
    /// All of the company: nobody was named, or who was named owns none.
    case company
  }

  /// A customer that wants attention.
  public struct Customer: Hashable, Sendable, Identifiable {
    public var id: String
    public var name: String?
    public var score: Int
    public var band: Band
    /// The score seven days before; `nil` where it is not told, or there was none.
    public var from: Int?
    /// The measure that moved the score most since then.
    public var shift: PointsShift?
    /// What holds the score down most now.
    public var reason: HealthReason?
    /// The smallest way into the next band; `nil` where it is not told.
    public var advice: Advice?
    public init(
      id: String, name: String? = nil, score: Int, band: Band, from: Int? = nil, shift: PointsShift? = nil, reason: HealthReason? = nil
    ) {
      self.id = id
      self.name = name
      self.score = score
      self.band = band
      self.from = from
      self.shift = shift
      self.reason = reason
    }
  }

  /// A number that is counted only so far.
  public struct Count: Hashable, Sendable {
    public var number: Int
    /// "more than `number`".
    public var isMore: Bool

    /// Nothing is counted any further.
    public static let limit = 10_000

    /// - Parameter counted: what was counted, up to one more than the limit.
    public init(_ counted: Int) {
      number = min(counted, Self.limit)
      isMore = counted > Self.limit
    }

    /// - Parameter isMore: there are more that nobody has looked at.
    public init(_ number: Int, isMore: Bool) {
      self.number = number
      self.isMore = isMore
    }
  }

  /// What happened since an instant. Alerts and deliveries are those of the whole company.
  public struct Since: Hashable, Sendable {
    public var at: Instant
    public var alertsOpened: Count
    public var alertsClosed: Count
    public var deliveriesSent: Count
    public var deliveriesFailed: Count
    public var deliveriesUnknown: Count
    /// The owner's customers that are in a better band than at `at`; `nil` for the company.
    public var recovered: Int?
    /// The owner's customers that are in a worse band than at `at`; `nil` for the company.
    public var worsened: Int?
    public init(
      at: Instant, alertsOpened: Count, alertsClosed: Count, deliveriesSent: Count, deliveriesFailed: Count, deliveriesUnknown: Count,
      recovered: Int? = nil, worsened: Int? = nil
    ) {
      self.at = at
      self.alertsOpened = alertsOpened
      self.alertsClosed = alertsClosed
      self.deliveriesSent = deliveriesSent
      self.deliveriesFailed = deliveriesFailed
      self.deliveriesUnknown = deliveriesUnknown
      self.recovered = recovered
      self.worsened = worsened
    }
  }

  public var at: Instant
  public var about: About
  /// How many customers the owner has, counted up to 2 000; of more only those that sort first by id are looked at. `nil` for the company.
  public var customers: Int?
  /// There are more than `customers`.
  public var hasMore: Bool
  /// Customers whose score fell over the last seven days, the heaviest fall first, at most 20.
  public var slid: [Customer]
  /// How many slid in all, as far as they are looked at.
  public var slidCount: Count
  /// As of when `slid` was found; for the company it may be some minutes ago, and `nil` while it is being found out.
  public var slidAt: Instant?
  /// The lowest scores, at most 20: of an owner's customers those that are critical, of the company's the lowest there are.
  public var lowest: [Customer]
  /// How many of the owner's customers are critical; `nil` for the company.
  public var criticalCount: Count?
  public var since: Since

  public init(
    at: Instant, about: About, customers: Int? = nil, hasMore: Bool = false, slid: [Customer], slidCount: Count, slidAt: Instant?,
    lowest: [Customer], criticalCount: Count? = nil, since: Since
  ) {
    self.at = at
    self.about = about
    self.customers = customers
    self.hasMore = hasMore
    self.slid = slid
    self.slidCount = slidCount
    self.slidAt = slidAt
    self.lowest = lowest
    self.criticalCount = criticalCount
    self.since = since
  }
}
