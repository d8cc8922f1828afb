/// The smallest change that would lift a customer into the next band.
public struct Advice: Hashable, Sendable {
  public var band: Band
  /// Points that lack.
  public var lacking: Int
  /// One step, or the fewest that together reach the band, in words with their points; empty where no change
  /// of signals can (a cap holds it down).
  public var steps: [String]

  /// `nil` in the highest band.
  public init?(for explanation: Explanation, model: HealthModel) {
    switch explanation.band {
    case .healthy: return nil
    case .atRisk:
      band = .healthy
      lacking = model.bands.healthyFrom - explanation.score
    case .critical:
      band = .atRisk
      lacking = model.bands.atRiskFrom - explanation.score
    }
    steps = []
    let pillars = model.variants.first { $0.segment.name == explanation.variant }?.pillars ?? model.pillars
    guard explanation.adjustments.isEmpty else { return }
    var options: [Option] = []
    let scores = explanation.pillars.flatMap(\.measures)
    for (measure, score) in zip(pillars.flatMap(\.measures), scores) { options += Option.all(for: measure, score: score) }
    // One step that suffices, and gives the least beyond what is needed; else the largest steps of different measures until it is enough.
    if let single = options.filter({ $0.gain >= lacking }).min(by: { $0.gain < $1.gain }) {
      steps = [single.words]
      return
    }
    var gained = 0
    var used: Set<String> = []
    for option in options.sorted(by: { $0.gain > $1.gain }) where gained < lacking && used.insert(option.measure).inserted {
      gained += option.gain
      steps.append(option.words)
    }
    if gained < lacking { steps = [] }
  }

  /// A value that a measure's signal could reach, with the points it would add.
  private struct Option {
    var measure: String
    var gain: Int
    var words: String

    init?(_ measure: Measure, gain: Int, _ text: String) {
      guard gain > 0 else { return nil }
      self.measure = measure.name
      self.gain = gain
      words = "\(measure.title) \(text) (+\(gain))"
    }

    static func all(for measure: Measure, score: MeasureScore) -> [Option] {
      switch measure.rule {
      case .below(let steps, let otherwise):
        return steps.compactMap { Option(measure, gain: min($0.points, measure.max) - score.points, "below \($0.limit.words)") }
          + [Option(measure, gain: otherwise - score.points, "above \(steps.last?.limit.words ?? "0")")].compactMap(\.self)
      case .atLeast(let steps, _):
        return steps.compactMap { Option(measure, gain: min($0.points, measure.max) - score.points, "at least \($0.limit.words)") }
      case .each(_, let each, _, _):
        guard each != 0, case .number(let value)? = score.signal else { return [] }
        // Nobody plans more than a hundred steps ahead.
        let most = Int(min((Double(measure.max - score.points) / abs(each)).rounded(.up), 100))
        guard most > 0 else { return [] }
        return (1...most).compactMap { step in
          let target = value + (each > 0 ? Double(step) : -Double(step))
          guard target >= 0 else { return nil }
          let gain = min(Int((abs(each) * Double(step)).rounded()), measure.max - score.points)
          return Option(measure, gain: gain, "at \(Value.number(target).words)")
        }
      case .share: return [Option(measure, gain: measure.max - score.points, "at 100 %")].compactMap(\.self)
      case .values(let values, _):
        return values.compactMap { Option(measure, gain: min($0.points, measure.max) - score.points, "= \($0.value.words)") }
      }
    }
  }
}

extension Value {
  /// For people: "3", "0.25", "3 d 4 h", "never", "yes", a date.
  public var words: String {
    switch self {
    case .boolean(let value): value ? "yes" : "no"
    case .number(let value):
      abs(value) < 1e15 && value == value.rounded() ? "\(Int64(value))" : JSON.number((value * 100).rounded() / 100).printed()
    case .text(let value): value
    case .duration(let span): span.words
    case .instant(let instant): instant.iso8601
    }
  }
}
