/// The week's summary of who is at risk: how many, who slid, who recovered, what holds them down, and who matters most.
public struct AtRiskDigest: Hashable, Sendable {
  /// So many customers are named as the largest, at most.
  public static let rowLimit = 20
  /// So many are named as those who slid, and as those who recovered, at most.
  public static let moveLimit = 10
  /// So many reasons are named, at most.
  public static let reasonLimit = 5

  /// A customer as the digest names it.
  public struct Customer: Hashable, Sendable {
    public var id: String
    public var name: String?
    public var now: AlertMessage.Standing
    /// A week ago; `nil` where it is not told.
    public var before: AlertMessage.Standing?
    /// Monthly recurring revenue in the company's currency; `nil` where none is known.
    public var mrr: Double?
    public init(id: String, name: String?, now: AlertMessage.Standing, before: AlertMessage.Standing? = nil, mrr: Double?) {
      self.id = id
      self.name = name
      self.now = now
      self.before = before
      self.mrr = mrr
    }
  }

  /// Those who went from one band to another: how many, and the largest of them.
  public struct Movement: Hashable, Sendable {
    public var count: Int
    public var largest: [Customer]
    public init(count: Int = 0, largest: [Customer] = []) {
      self.count = count
      self.largest = largest
    }
  }

  /// How the company stood at an instant.
  public struct Standing: Hashable, Sendable {
    /// Customers with a score.
    public var customers: Int
    /// `nil` without customers.
    public var average: Double?
    public var bands: [Band: Int]
    public init(customers: Int, average: Double?, bands: [Band: Int]) {
      self.customers = customers
      self.average = average
      self.bands = bands
    }

    func count(_ band: Band) -> Int { bands[band] ?? 0 }
  }

  public var company: String
  /// In which it is made: nobody gets two in one.
  public var week: Week
  /// The local day on which it is made; it is about the seven days before.
  public var day: Day
  public var now: Standing
  /// A week ago, of those customers that are there still; `nil` where nobody had a score then.
  public var before: Standing?
  /// From healthy to at-risk or critical, or from at-risk to critical.
  public var slid: Movement
  /// From critical or at-risk to a better band.
  public var recovered: Movement
  /// What holds down most of those at risk or critical, by title, most often first.
  public var reasons: [ReasonTally.Part]
  /// At risk or critical, largest revenue first.
  public var largest: [Customer]
  /// Where people reach the pages; empty: nowhere.
  public var publicURL: String

  public init(
    company: String, week: Week, day: Day, now: Standing, before: Standing?, slid: Movement, recovered: Movement,
    reasons: [ReasonTally.Part], largest: [Customer], publicURL: String
  ) {
    self.company = company
    self.week = week
    self.day = day
    self.now = now
    self.before = before
    self.slid = slid
    self.recovered = recovered
    self.reasons = reasons
    self.largest = largest
    self.publicURL = publicURL
  }

  /// At risk or critical.
  public var endangered: Int { now.count(.atRisk) + now.count(.critical) }
}
