/// Why a score moved: the measure (or cap) whose points changed most between two scores.
public struct PointsShift: Hashable, Sendable {
  /// The measure's or cap's name in the model.
  public var measure: String
  /// For people: the measure's title, or the cap's reason.
  public var title: String
  /// Points more (or, negative, fewer) than before; never 0.
  public var points: Int

  public init(measure: String, title: String, points: Int) {
    self.measure = measure
    self.title = title
    self.points = points
  }

  /// The heaviest change in the direction in which the sum moved; of equal ones the first in the later score's order. Where the sum stayed,
  /// the heaviest in either direction; `nil` where no points changed.
  public init?(from before: [MeasurePoints], to after: [MeasurePoints], model: HealthModel) {
    let old = Dictionary(before.map { ($0.name, $0.points) }, uniquingKeysWith: +)
    let new = Dictionary(after.map { ($0.name, $0.points) }, uniquingKeysWith: +)
    var names = after.map(\.name)
    names += before.map(\.name).filter { new[$0] == nil }
    let sum = new.values.reduce(0, +) - old.values.reduce(0, +)
    let direction = sum.signum()
    var heaviest: (name: String, points: Int)?
    for name in names {
      let points = (new[name] ?? 0) - (old[name] ?? 0)
      guard points != 0, direction == 0 || points.signum() == direction else { continue }
      if abs(points) > abs(heaviest?.points ?? 0) { heaviest = (name, points) }
    }
    guard let heaviest else { return nil }
    self.init(measure: heaviest.name, title: model.title(of: heaviest.name), points: heaviest.points)
  }

  /// "Last login −30".
  public var words: String { "\(title) \(points < 0 ? "−" : "+")\(abs(points))" }
}

extension HealthModel {
  /// What people call a measure, or the reason of a cap; of one that the model does not have (any more) its name.
  public func title(of name: String) -> String {
    for measure in (pillars + variants.flatMap(\.pillars)).flatMap(\.measures) where measure.name == name { return measure.title }
    return caps.first { $0.name == name }?.reason ?? name.replacing("_", with: " ")
  }
}
