/// Why a score is not higher: points that a measure withheld or a cap took away, in words.
public struct HealthReason: Hashable, Sendable {
  /// The measure's title, or the cap's reason.
  public var title: String
  /// The signal in words ("12 d ago", "3"); for a cap what it does ("capped at 50").
  public var signal: String
  /// Points that lack because of it; more than 0.
  public var lost: Int
  /// What the measure gave, of how many; `nil` for a cap.
  public var points: Int?
  public var max: Int?

  public init(title: String, signal: String, lost: Int, points: Int? = nil, max: Int? = nil) {
    self.title = title
    self.signal = signal
    self.lost = lost
    self.points = points
    self.max = max
  }

  /// "Last login: 12 d ago, 20 of 40 points".
  public var words: String {
    guard let points, let max else { return "\(title): \(signal), −\(lost) points" }
    return "\(title): \(signal), \(points) of \(max) points"
  }
}

extension Explanation {
  /// What holds the score down most: measures by the points they withheld (maximum − points) and caps by the points they took, heaviest
  /// first, equals in the model's order. Points withheld and taken sum to 100 − score.
  /// - Parameter model: tells which signals are ages ("12 d ago"); the one the explanation was made with.
  public func heaviestReasons(_ limit: Int = 3, model: HealthModel) -> [HealthReason] {
    let ages = ages(in: model)
    var reasons = pillars.flatMap(\.measures).map { measure in
      HealthReason(
        title: measure.title, signal: words(measure.signal, isAge: ages.contains(measure.name)), lost: measure.max - measure.points,
        points: measure.points, max: measure.max)
    }
    reasons += adjustments.map { HealthReason(title: $0.reason, signal: "capped at \($0.limit)", lost: -$0.points) }
    let heaviest = reasons.enumerated().filter { $0.element.lost > 0 }
      .sorted { ($1.element.lost, $0.offset) < ($0.element.lost, $1.offset) }
    return heaviest.prefix(limit).map(\.element)
  }

  /// The signals in words by their measures' names: "12 d ago", "3", "not known".
  /// - Parameter model: the one the explanation was made with.
  public func signalWords(model: HealthModel) -> [String: String] {
    let ages = ages(in: model)
    return Dictionary(
      pillars.flatMap(\.measures).map { ($0.name, words($0.signal, isAge: ages.contains($0.name))) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The measures whose signal is the time since an event.
  private func ages(in model: HealthModel) -> Set<String> {
    let definitions = (model.variants.first { $0.segment.name == variant }?.pillars ?? model.pillars).flatMap(\.measures)
    return Set(definitions.filter(\.measuresAge).map(\.name))
  }

  private func words(_ signal: Value?, isAge: Bool) -> String {
    guard let signal else { return "not known" }
    guard isAge, case .duration(let span) = signal, span != .never else { return signal.words }
    return "\(span.words) ago"
  }
}

extension Measure {
  /// Whether its signal is the time since an event, and nothing more.
  fileprivate var measuresAge: Bool {
    if case .signal(.age) = signal.term { true } else { false }
  }
}
