/// Scores a customer under a model: a pure function of its state and the instant.
public struct HealthEvaluator: Sendable {
  public let model: HealthModel
  let reader: SignalReader
  let freshness: Freshness

  public init(model: HealthModel, catalog: Catalog, freshness: Freshness = Freshness()) {
    self.model = model
    self.freshness = freshness
    reader = SignalReader(catalog: catalog)
  }

  /// The score with its explanation. Points of measures and adjustments always sum to the score.
  public func explanation(of state: CustomerState, at: Instant, arrivals: Arrivals = Arrivals()) -> Explanation {
    let formulas = FormulaEvaluator(reader: reader, state: state, at: at)
    var until: Instant?
    var pillars = model.pillars
    var variantName: String?
    for variant in model.variants {
      let membership = formulas.reading(of: variant.segment.condition.term)
      until = earliest(until, membership.until)
      if membership.isTrue {
        pillars = variant.pillars
        variantName = variant.segment.name
        break
      }
    }
    var scores: [PillarScore] = []
    var gaps: [Coverage.Gap] = []
    var covered = 0
    for pillar in pillars {
      var measures: [MeasureScore] = []
      for measure in pillar.measures {
        let (score, limit) = self.score(of: measure, formulas: formulas)
        until = earliest(until, limit)
        measures.append(score)
        if let reason = arrivals.gap(for: measure, signal: score.signal, state: state, at: at, freshness: freshness) {
          gaps.append(Coverage.Gap(measure: measure.name, reason: reason))
        } else {
          covered += measure.max
        }
      }
      scores.append(PillarScore(name: pillar.name, points: measures.map(\.points).reduce(0, +), max: pillar.max, measures: measures))
    }
    let raw = scores.map(\.points).reduce(0, +)
    let (adjustments, limit) = adjustments(to: raw, formulas: formulas)
    let score = raw + adjustments.map(\.points).reduce(0, +)
    let total = pillars.map(\.max).reduce(0, +)
    return Explanation(
      customer: state.id, at: at, score: score, band: model.bands.band(of: score), variant: variantName, model: model.version,
      pillars: scores,
      adjustments: adjustments, coverage: Coverage(share: total > 0 ? Double(covered) / Double(total) : 0, gaps: gaps),
      until: earliest(until, limit))
  }

  /// The first instant after `explanation.at` at which time alone changes the score or its points. A lower bound of it where nothing
  /// changes within `steps` steps of `Explanation.until`, or before `horizon`; `nil`: never.
  public func nextChange(
    of state: CustomerState, after explanation: Explanation, horizon: Instant? = nil, steps: Int = 64
  ) -> Instant? {
    var next = explanation.until
    for _ in 0..<steps {
      guard let instant = next else { return nil }
      if let horizon, instant >= horizon { return instant }
      let then = self.explanation(of: state, at: instant)
      if then.score != explanation.score || then.points != explanation.points { return instant }
      next = then.until
    }
    return next
  }

  /// The score as it is stored.
  public func health(of state: CustomerState, at: Instant, arrivals: Arrivals = Arrivals()) -> Health {
    health(of: state, as: explanation(of: state, at: at, arrivals: arrivals))
  }

  /// The score as it is to be stored in place of another one; `nil` where that one may stand: nobody could see a difference, and the next
  /// change is not missed. It may come later than the standing one says, who will then be looked at in vain; but nearly every event puts
  /// off some change, and few change a score.
  public func health(of state: CustomerState, at: Instant, arrivals: Arrivals, unless standing: Health?) -> Health? {
    let explanation = explanation(of: state, at: at, arrivals: arrivals)
    if let standing, mayStand(standing, for: explanation, of: state) { return nil }
    return health(of: state, as: explanation)
  }

  private func mayStand(_ standing: Health, for explanation: Explanation, of state: CustomerState) -> Bool {
    guard
      standing.model == model.version, standing.score == explanation.score, standing.band == explanation.band,
      standing.coverage == explanation.coverage.share, standing.points == explanation.points
    else { return false }
    let next = nextChange(of: state, after: explanation, horizon: standing.nextChangeAt)
    guard let due = standing.nextChangeAt else { return next == nil }
    return due > explanation.at && next.map { $0 >= due } ?? true
  }

  private func health(of state: CustomerState, as explanation: Explanation) -> Health {
    Health(
      score: explanation.score, band: explanation.band, coverage: explanation.coverage.share, calculatedAt: explanation.at,
      nextChangeAt: nextChange(of: state, after: explanation), model: model.version, points: explanation.points)
  }

  /// Whether a condition (a segment, a filter) holds for a customer.
  public func holds(_ condition: Formula, for state: CustomerState, at: Instant, health: Health?) -> Bool {
    FormulaEvaluator(reader: reader, state: state, at: at, health: health).holds(condition)
  }

  private func score(of measure: Measure, formulas: FormulaEvaluator) -> (MeasureScore, Instant?) {
    let reading = formulas.reading(of: measure.signal.term)
    let (points, until) = PointsCalculator(formulas: formulas).points(of: measure, reading: reading)
    return (
      MeasureScore(
        name: measure.name, title: measure.title, signal: reading.value, points: min(max(points, 0), measure.max), max: measure.max),
      until
    )
  }

  /// The lowest cap that applies takes away what lies above it.
  private func adjustments(to raw: Int, formulas: FormulaEvaluator) -> ([Adjustment], Instant?) {
    var until: Instant?
    var lowest: Cap?
    for cap in model.caps {
      let reading = formulas.reading(of: cap.when.term)
      until = earliest(until, reading.until)
      if reading.isTrue, cap.limit < (lowest?.limit ?? .max) { lowest = cap }
    }
    guard let cap = lowest, cap.limit < raw else { return ([], until) }
    return ([Adjustment(name: cap.name, limit: cap.limit, points: cap.limit - raw, reason: cap.reason)], until)
  }
}

extension Explanation {
  /// Points by measure and adjustment, in the model's order; they sum to the score.
  public var points: [MeasurePoints] {
    pillars.flatMap { $0.measures.map { MeasurePoints(name: $0.name, points: $0.points) } }
      + adjustments.map { MeasurePoints(name: $0.name, points: $0.points) }
  }
}
