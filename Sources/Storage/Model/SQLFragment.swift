import Domain

/// SQL that yields a term's value, NULL where missing, with what is known of it beforehand.
struct SQLFragment: Sendable {
  var sql: String
  /// `nil`: always missing.
  var type: ValueType?
  /// Numbers, durations, dates: the value's size is at most this.
  var top = 0.0
  /// Numbers: the value is a multiple of this, or of something larger.
  var grain = 1.0
  /// Durations: may be `TimeSpan.never`.
  var mayBeNever = false
  /// Is never missing.
  var isAlwaysThere = false
  /// A literal's value.
  var literal: Value?
  /// A name or a literal: may stand several times.
  var isSimple = true
  /// How many levels its expression nests, how high its tree is, and which step it is worked out in, see `PartsSQL`.
  var depth = 0
  var height = 1
  var step = 0
  /// Yields true, or else false or NULL: good enough for a condition, not for a value.
  var isLoose = false

  static let missing = SQLFragment(sql: "NULL", type: nil)

  /// Amounts that signals yield: see `Double.asSignal`; the smallest has this last bit.
  static let grainOfSignals = 1e-31
  /// No more of anything can be counted.
  static let mostCounted = 1e12
  /// From one end of the calendar to the other, in microseconds.
  static let widestSpan = 3.2e17

  static func number(_ sql: String, top: Double = 1e15, grain: Double = grainOfSignals) -> SQLFragment {
    SQLFragment(sql: sql, type: .number, top: top, grain: grain)
  }
  static func count(_ sql: String) -> SQLFragment {
    SQLFragment(sql: sql, type: .number, top: mostCounted, grain: 1, isAlwaysThere: true)
  }
  static func duration(_ sql: String, mayBeNever: Bool = false) -> SQLFragment {
    SQLFragment(sql: sql, type: .duration, top: widestSpan, mayBeNever: mayBeNever)
  }
  static func instant(_ sql: String) -> SQLFragment { SQLFragment(sql: sql, type: .date, top: widestSpan) }
  static func text(_ sql: String) -> SQLFragment { SQLFragment(sql: sql, type: .text) }
  static func boolean(_ sql: String) -> SQLFragment { SQLFragment(sql: sql, type: .boolean) }
}
