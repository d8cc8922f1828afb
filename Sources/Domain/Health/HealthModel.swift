/// How a customer's signals become 0–100 points. Valid by construction in `Settings`: pillar maxima sum to 100,
/// measure maxima to their pillar's.
public struct HealthModel: Hashable, Sendable {
  public var pillars: [Pillar]
  /// The first variant whose segment holds replaces `pillars`.
  public var variants: [Variant]
  public var caps: [Cap]
  public var bands: Bands
  /// A stable digest of everything above; scores and history name it.
  public var version: String

  public init(pillars: [Pillar], variants: [Variant] = [], caps: [Cap] = [], bands: Bands = Bands(), version: String) {
    self.pillars = pillars
    self.variants = variants
    self.caps = caps
    self.bands = bands
    self.version = version
  }
}

/// A named group of measures with a maximum.
public struct Pillar: Hashable, Sendable {
  public var name: String
  public var max: Int
  public var measures: [Measure]
  public init(name: String, max: Int, measures: [Measure]) {
    self.name = name
    self.max = max
    self.measures = measures
  }
}

/// A signal mapped to whole points, 0…max.
public struct Measure: Hashable, Sendable {
  /// Unique in the model, like `last_login`.
  public var name: String
  /// For people: "Last login". Default: the name with spaces.
  public var title: String
  public var signal: Formula
  public var rule: PointsRule
  public var max: Int
  /// Points where the signal is missing.
  public var missing: Int
  public init(name: String, title: String, signal: Formula, rule: PointsRule, max: Int, missing: Int = 0) {
    self.name = name
    self.title = title
    self.signal = signal
    self.rule = rule
    self.max = max
    self.missing = missing
  }
}

/// How a signal's value becomes points; the result is clamped to 0…max of the measure.
public enum PointsRule: Hashable, Sendable {
  /// Numbers or durations, ascending limits: the first step whose limit the value is below gives its points, else `otherwise`. (`below:`)
  case below([Step], otherwise: Int)
  /// Numbers or durations, descending limits: the first step whose limit the value reaches gives its points, else `otherwise`.
  /// (`at_least:`)
  case atLeast([Step], otherwise: Int)
  /// Numbers: `start` + `each` × value (`each` may be negative), plus `bonus` once `bonusWhen` holds; rounded half away from zero.
  case each(start: Int, each: Double, bonus: Int, bonusWhen: Formula?)
  /// Numbers: the share 0…1 of the measure's maximum; rounded half away from zero.
  case share
  /// Text, booleans, numbers: points by value, else `otherwise`.
  case values([ValuePoints], otherwise: Int)

  public struct Step: Hashable, Sendable {
    /// `.number` or `.duration`.
    public var limit: Value
    public var points: Int
    public init(limit: Value, points: Int) {
      self.limit = limit
      self.points = points
    }
  }
  public struct ValuePoints: Hashable, Sendable {
    public var value: Value
    public var points: Int
    public init(value: Value, points: Int) {
      self.value = value
      self.points = points
    }
  }
}

/// Another set of pillars for the customers of one segment; complete, with whatever it does not override taken over from the model.
public struct Variant: Hashable, Sendable {
  public var segment: Segment
  public var pillars: [Pillar]
  public init(segment: Segment, pillars: [Pillar]) {
    self.segment = segment
    self.pillars = pillars
  }
}

/// "A customer with a failed payment is never above 50."
public struct Cap: Hashable, Sendable {
  public var name: String
  public var limit: Int
  public var when: Formula
  /// Shown to people.
  public var reason: String
  public init(name: String, limit: Int, when: Formula, reason: String) {
    self.name = name
    self.limit = limit
    self.when = when
    self.reason = reason
  }
}

/// healthy from `healthyFrom`, at-risk from `atRiskFrom`, critical below.
public struct Bands: Hashable, Sendable {
  public var healthyFrom: Int
  public var atRiskFrom: Int
  public init(healthyFrom: Int = 70, atRiskFrom: Int = 40) {
    self.healthyFrom = healthyFrom
    self.atRiskFrom = atRiskFrom
  }

  public func band(of score: Int) -> Band { score >= healthyFrom ? .healthy : score >= atRiskFrom ? .atRisk : .critical }
}

/// Which of the three ranges a health score lies in, from worst to best.
public enum Band: String, Hashable, Sendable, CaseIterable, Comparable {
  case critical
  case atRisk = "at-risk"
  case healthy

  public static func < (a: Band, b: Band) -> Bool { allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! }
}

/// Where a customer is on its way, by days since it started.
public enum JourneyStage: String, Hashable, Sendable, CaseIterable {
  /// Day 0–14, 15–30, 31–90, after 90.
  case onboarding, activation, engagement, renewal
}
