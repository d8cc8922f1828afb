/// Why a customer's score is what it is at `at`: every point named, the sum exact.
public struct Explanation: Hashable, Sendable {
  public var customer: String
  public var at: Instant
  /// 0–100; always the sum of the pillars' points and the adjustments' points.
  public var score: Int
  public var band: Band
  /// Name of the segment whose variant was used; `nil` for the model itself.
  public var variant: String?
  public var model: String
  public var pillars: [PillarScore]
  /// Caps that took points away.
  public var adjustments: [Adjustment]
  public var coverage: Coverage
  /// Until this instant (exclusive) time alone changes nothing; `nil`: never. A lower bound, see `nextChange` of `HealthEvaluator`.
  public var until: Instant?

  public init(
    customer: String, at: Instant, score: Int, band: Band, variant: String?, model: String, pillars: [PillarScore],
    adjustments: [Adjustment],
    coverage: Coverage, until: Instant?
  ) {
    self.customer = customer
    self.at = at
    self.score = score
    self.band = band
    self.variant = variant
    self.model = model
    self.pillars = pillars
    self.adjustments = adjustments
    self.coverage = coverage
    self.until = until
  }
}

/// What a pillar gave: the sum of its measures' points, 0…max.
public struct PillarScore: Hashable, Sendable {
  public var name: String
  public var points: Int
  public var max: Int
  public var measures: [MeasureScore]
  public init(name: String, points: Int, max: Int, measures: [MeasureScore]) {
    self.name = name
    self.points = points
    self.max = max
    self.measures = measures
  }
}

/// What a measure gave, and the signal it was read from.
public struct MeasureScore: Hashable, Sendable {
  public var name: String
  public var title: String
  /// The raw signal; `nil` where missing.
  public var signal: Value?
  public var points: Int
  public var max: Int
  public init(name: String, title: String, signal: Value?, points: Int, max: Int) {
    self.name = name
    self.title = title
    self.signal = signal
    self.points = points
    self.max = max
  }
}

/// Points taken away by a cap (negative), with its reason.
public struct Adjustment: Hashable, Sendable {
  public var name: String
  public var limit: Int
  public var points: Int
  public var reason: String
  public init(name: String, limit: Int, points: Int, reason: String) {
    self.name = name
    self.limit = limit
    self.points = points
    self.reason = reason
  }
}

/// How much of the score rests on inputs that are there and fresh.
public struct Coverage: Hashable, Sendable {
  /// 0…1: share of the model's points whose inputs are there and fresh.
  public var share: Double
  public var gaps: [Gap]
  public init(share: Double, gaps: [Gap]) {
    self.share = share
    self.gaps = gaps
  }

  public struct Gap: Hashable, Sendable {
    /// The measure that lacks its input.
    public var measure: String
    /// "no event has been seen of this customer"
    public var reason: String
    public init(measure: String, reason: String) {
      self.measure = measure
      self.reason = reason
    }
  }
}

/// One change of a score, with its cause.
public struct HealthChange: Hashable, Sendable {
  /// What moved it: something that happened, time alone, another model, or the daily batch mending a difference.
  public enum Cause: String, Hashable, Sendable, CaseIterable {
    case data, time, model, repair
  }
  public var at: Instant
  /// `nil` for the first score.
  public var from: Int?
  public var to: Int
  public var bandFrom: Band?
  public var bandTo: Band
  public var cause: Cause
  /// The model in force, see `HealthModel.version`.
  public var model: String
  /// Points by measure after the change, in the model's order; with the adjustments (negative) they sum to `to`.
  public var points: [MeasurePoints]
  public init(
    at: Instant, from: Int?, to: Int, bandFrom: Band?, bandTo: Band, cause: Cause, model: String, points: [MeasurePoints]
  ) {
    self.at = at
    self.from = from
    self.to = to
    self.bandFrom = bandFrom
    self.bandTo = bandTo
    self.cause = cause
    self.model = model
    self.points = points
  }
}

/// A measure's (or cap's) points at some instant.
public struct MeasurePoints: Hashable, Sendable {
  public var name: String
  public var points: Int
  public init(name: String, points: Int) {
    self.name = name
    self.points = points
  }
}

/// The score as stored: what lists and alerts need without evaluating.
public struct Health: Hashable, Sendable {
  public var score: Int
  public var band: Band
  public var coverage: Double
  public var calculatedAt: Instant
  /// Until then time alone does not change the score; `nil`: never.
  public var nextChangeAt: Instant?
  public var model: String
  public var points: [MeasurePoints]
  public init(
    score: Int, band: Band, coverage: Double, calculatedAt: Instant, nextChangeAt: Instant?, model: String, points: [MeasurePoints]
  ) {
    self.score = score
    self.band = band
    self.coverage = coverage
    self.calculatedAt = calculatedAt
    self.nextChangeAt = nextChangeAt
    self.model = model
    self.points = points
  }
}
