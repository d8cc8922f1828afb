/// Counts what holds customers down most, from their stored points.
public struct ReasonTally: Hashable, Sendable {
  /// A measure's title, or a cap's reason, and for how many customers it weighs most.
  public struct Part: Hashable, Sendable {
    public var title: String
    public var customers: Int
    public init(title: String, customers: Int) {
      self.title = title
      self.customers = customers
    }
  }

  /// By the name of the measure or cap, what it could give at most (nothing, for a cap).
  private let maxima: [String: Int]
  private let titles: [String: String]
  /// In the model's order, which decides between equals.
  private let order: [String: Int]
  private var counts: [String: Int] = [:]

  /// - Parameter model: the one in force. A variant's measures have the names and maxima of the model's.
  public init(model: HealthModel) {
    let measures = model.pillars.flatMap(\.measures)
    let first = { (a: Int, _: Int) in a }
    maxima = Dictionary(measures.map { ($0.name, $0.max) } + model.caps.map { ($0.name, 0) }, uniquingKeysWith: first)
    titles = Dictionary(
      measures.map { ($0.name, $0.title) } + model.caps.map { ($0.name, $0.reason) }, uniquingKeysWith: { a, _ in a })
    order = Dictionary((measures.map(\.name) + model.caps.map(\.name)).enumerated().map { ($1, $0) }, uniquingKeysWith: first)
  }

  /// Counts one customer: the measure or cap for which most points lack. Names that the model does not have count for nothing.
  public mutating func add(_ points: [MeasurePoints]) {
    var heaviest: (name: String, lost: Int)?
    for part in points {
      guard let max = maxima[part.name], case let lost = max - part.points, lost > 0 else { continue }
      if lost > heaviest?.lost ?? 0 { heaviest = (part.name, lost) }
    }
    if let heaviest { counts[heaviest.name, default: 0] += 1 }
  }

  /// The most frequent, first the most frequent.
  public func parts(_ limit: Int) -> [Part] {
    counts.sorted { (-$0.value, order[$0.key] ?? 0) < (-$1.value, order[$1.key] ?? 0) }.prefix(limit).map {
      Part(title: titles[$0.key] ?? $0.key, customers: $0.value)
    }
  }
}
