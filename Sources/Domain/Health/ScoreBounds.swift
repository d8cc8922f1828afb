/// Between which scores all customers lie that a condition can hold for: where scores are in order, the others need not be looked at.
public struct ScoreBounds: Hashable, Sendable {
  /// Scores, 0 to 100; empty where the condition holds for nobody.
  public var scores: Range<Int>

  static let all = 0..<101

  /// - Parameter bands: between which scores those of each band lie; a band that is not there has nobody.
  public init(of formula: Formula, bands: [Band: ClosedRange<Int>]) {
    scores = Self.scores(formula.term, bands)
  }

  /// Never narrower than the truth; what says nothing of the score leaves all of them.
  private static func scores(_ term: Term, _ bands: [Band: ClosedRange<Int>]) -> Range<Int> {
    switch term {
    case .and(let a, let b): scores(a, bands).clamped(to: scores(b, bands))
    case .or(let a, let b): hull([scores(a, bands), scores(b, bands)])
    case .segment(_, let condition): scores(condition, bands)
    case .compare(let comparison, .signal(.score), .literal(.number(let number))): self.scores(comparison, number)
    case .compare(let comparison, .literal(.number(let number)), .signal(.score)): self.scores(comparison.mirrored, number)
    case .compare(.equal, .signal(.band), .literal(.text(let name))), .compare(.equal, .literal(.text(let name)), .signal(.band)):
      self.scores(ofBand: name, bands)
    case .oneOf(.signal(.band), let names):
      hull(names.map { if case .text(let name) = $0 { self.scores(ofBand: name, bands) } else { 0..<0 } })
    default: all
    }
  }

  private static func scores(_ comparison: Term.Comparison, _ number: Double) -> Range<Int> {
    guard number.isFinite else { return all }
    // Far beyond all scores it makes no difference how far.
    let number = min(max(number, -1), 102)
    let range =
      switch comparison {
      case .equal: Int(number.rounded(.up))..<Int(number.rounded(.down)) + 1
      case .notEqual: all
      case .less: 0..<max(0, Int(number.rounded(.up)))
      case .lessOrEqual: 0..<max(0, Int(number.rounded(.down)) + 1)
      case .greater: Int(number.rounded(.down)) + 1..<max(101, Int(number.rounded(.down)) + 1)
      case .greaterOrEqual: Int(number.rounded(.up))..<max(101, Int(number.rounded(.up)))
      }
    return range.clamped(to: all)
  }

  private static func scores(ofBand name: String, _ bands: [Band: ClosedRange<Int>]) -> Range<Int> {
    Band(rawValue: name).flatMap { bands[$0] }.map { Range($0).clamped(to: all) } ?? 0..<0
  }

  private static func hull(_ ranges: [Range<Int>]) -> Range<Int> {
    let ranges = ranges.filter { !$0.isEmpty }
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else { return 0..<0 }
    return low..<high
  }
}

extension Term.Comparison {
  /// As it reads from right to left.
  fileprivate var mirrored: Term.Comparison {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }
}
