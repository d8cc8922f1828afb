/// One thing wrong with an expression.
public struct ExpressionError: Error, Hashable, Sendable {
  /// Where, as half-open offsets into the source, counted in characters (Unicode scalars, as editors and YAML count columns).
  public var range: Range<Int>
  /// What is wrong, in the user's words.
  public var message: String
  /// What to write instead, where that can be guessed.
  public var suggestion: String?

  public init(range: Range<Int>, message: String, suggestion: String? = nil) {
    self.range = range
    self.message = message
    self.suggestion = suggestion
  }
}

extension ExpressionError: CustomStringConvertible {
  public var description: String {
    let place = "character \(range.lowerBound + 1): \(message)"
    return suggestion.map { "\(place), did you mean \($0)?" } ?? place
  }
}

/// All that is wrong with one expression, in order of place; never empty.
public struct ExpressionErrors: Error, Hashable, Sendable, CustomStringConvertible {
  public var all: [ExpressionError]
  public init(_ all: [ExpressionError]) { self.all = all }
  public var description: String { all.map(\.description).joined(separator: "; ") }
}

/// Bounds on what one expression may cost, whoever wrote it.
public enum ExpressionLimits {
  /// Characters of source.
  public static let sourceLength = 4_000
  /// Levels of the syntax tree.
  public static let nesting = 64
  /// Terms after the segments' own conditions have been put in.
  public static let terms = 20_000
  /// How deep segments may refer to segments.
  public static let segmentNesting = 16
  /// The longest duration that can be written: 100 years.
  public static let duration = TimeSpan.days(36_525)
  /// The longest window of `count` and `trend`, in days.
  public static let windowDays = 366
}
