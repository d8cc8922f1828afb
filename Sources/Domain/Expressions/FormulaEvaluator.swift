/// Evaluates checked formulas over one customer at one instant, and tells until when the result holds.
public struct FormulaEvaluator {
  let reader: SignalReader
  let state: CustomerState
  let at: Instant
  let health: Health?

  public init(reader: SignalReader, state: CustomerState, at: Instant, health: Health? = nil) {
    self.reader = reader
    self.state = state
    self.at = at
    self.health = health
  }

  /// Whether a condition holds; a missing value counts as no.
  public func holds(_ formula: Formula) -> Bool { reading(of: formula.term).isTrue }

  /// The value of a term at the instant, and until when it holds.
  public func reading(of term: Term) -> Reading {
    switch term {
    case .literal(let value): Reading(value)
    case .signal(let signal): reader.reading(of: signal, in: state, at: at, health: health)
    case .not(let inner): negated(reading(of: inner))
    case .and(let a, let b): joined(a, b, decisive: false)
    case .or(let a, let b): joined(a, b, decisive: true)
    case .compare(let comparison, let a, let b): Self.compare(comparison, reading(of: a), reading(of: b), at: at)
    case .arithmetic(let operation, let a, let b): calculated(operation, reading(of: a), reading(of: b))
    case .isMissing(let inner):
      {
        let reading = reading(of: inner)
        return Reading(.boolean(reading.value == nil), until: reading.until)
      }()
    case .oneOf(let inner, let values): oneOf(reading(of: inner), values)
    case .contains(let text, let part): contains(reading(of: text), reading(of: part))
    case .segment(_, let condition): reading(of: condition)
    }
  }

  private func negated(_ reading: Reading) -> Reading { Reading(.boolean(!reading.isTrue), until: reading.until) }

  /// `and` is decided by a false side, `or` by a true one; the result then holds as long as that side.
  private func joined(_ a: Term, _ b: Term, decisive: Bool) -> Reading {
    let left = reading(of: a)
    if left.isTrue == decisive { return Reading(.boolean(decisive), until: left.until) }
    let right = reading(of: b)
    if right.isTrue == decisive { return Reading(.boolean(decisive), until: right.until) }
    return Reading(.boolean(!decisive), until: earliest(left.until, right.until))
  }

  private func oneOf(_ reading: Reading, _ values: [Value]) -> Reading {
    let readings = values.map { Self.compare(.equal, reading, Reading($0), at: at) }
    return Reading(.boolean(readings.contains(where: \.isTrue)), until: readings.map(\.until).reduce(reading.until, earliest))
  }

  private func contains(_ text: Reading, _ part: Reading) -> Reading {
    let until = earliest(text.until, part.until)
    guard case .text(let whole)? = text.value, case .text(let wanted)? = part.value else { return Reading(.boolean(false), until: until) }
    return Reading(.boolean(Self.contains(Self.folded(whole), Self.folded(wanted))), until: until)
  }

  private static func folded(_ text: String) -> [UInt8] { text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }

  private static func contains(_ whole: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty else { return true }
    guard whole.count >= part.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0..<($0 + part.count)].elementsEqual(part) }
  }

  // MARK: Comparison

  /// Compares two readings. Running durations tell when the outcome turns.
  static func compare(_ comparison: Term.Comparison, _ a: Reading, _ b: Reading, at: Instant) -> Reading {
    let until = earliest(a.until, b.until)
    guard let left = a.value, let right = b.value else { return Reading(.boolean(false), until: until) }
    let turn: Int64? =
      switch (left, right) {
      case (.duration(let x), .duration(let y)): turn(of: comparison, x.microseconds, y.microseconds, slope: a.slope - b.slope)
      case (.instant(let x), .instant(let y)): turn(of: comparison, x.microseconds, y.microseconds, slope: a.slope - b.slope)
      default: nil
      }
    return Reading(.boolean(comparison.holds(left, right)), until: earliest(until, turn.map { at + TimeSpan(microseconds: $0) }))
  }

  /// In how many microseconds the outcome of comparing `x` and `y` changes, when their difference grows by `slope` a microsecond.
  private static func turn(of comparison: Term.Comparison, _ x: Int64, _ y: Int64, slope: Int) -> Int64? {
    guard slope != 0, x != .max, y != .max else { return nil }
    let difference = x - y
    let step = Int64(slope)
    // The difference reaches or passes zero after -difference / step; the outcome can change there, or one microsecond later.
    let crossing = -difference / step
    let now = comparison.holds(difference, 0)
    for candidate in max(1, crossing - 1)...max(1, crossing + 2) where comparison.holds(difference + candidate * step, 0) != now {
      return candidate
    }
    return nil
  }

  // MARK: Arithmetic

  private func calculated(_ operation: Term.Arithmetic, _ a: Reading, _ b: Reading) -> Reading {
    let until = earliest(a.until, b.until)
    switch (a.value, b.value) {
    case (.number(let x)?, .number(let y)?): return Reading(operation.result(x, y).map(Value.number), until: until)
    case (.duration(let x)?, .duration(let y)?):
      guard x != .never, y != .never else { return Reading(.duration(.never), until: until) }
      return shifted(operation, a, b, (x.microseconds, y.microseconds), until) { .duration(TimeSpan(microseconds: $0)) }
    case (.instant(let x)?, .instant(let y)?):
      return shifted(.subtract, a, b, (x.microseconds, y.microseconds), until) { .duration(TimeSpan(microseconds: $0)) }
    case (.instant(let x)?, .duration(let y)?):
      // There is no date so far from any other.
      guard y != .never else { return Reading(nil, until: until) }
      // A date shifted by a running duration runs too.
      return shifted(operation, a, b, (x.microseconds, y.microseconds), until) { .instant(Instant(microseconds: $0)) }
    default: return Reading(nil, until: until)
    }
  }

  /// The sum or difference of two durations or dates; missing where it is too large, until time has brought it back.
  private func shifted(
    _ operation: Term.Arithmetic, _ a: Reading, _ b: Reading, _ values: (Int64, Int64), _ until: Instant?, _ make: (Int64) -> Value
  ) -> Reading {
    let result = operation == .add ? values.0 + values.1 : values.0 - values.1
    let slope = operation == .add ? a.slope + b.slope : a.slope - b.slope
    let isWithin = result.magnitude <= TimeSpan.largest.magnitude
    let turn = Self.turn(at: TimeSpan.largest, result, slope: Int64(slope)).map { at + TimeSpan(microseconds: $0) }
    // No instant is after the last one.
    let limit = turn.flatMap { $0 <= .distantFuture ? $0 : nil }
    return Reading(isWithin ? make(result) : nil, slope: isWithin ? slope : 0, until: earliest(until, limit))
  }

  /// In how many microseconds `x`, which grows by `slope` a microsecond, leaves or enters −`limit`…`limit`.
  private static func turn(at limit: Int64, _ x: Int64, slope: Int64) -> Int64? {
    if slope > 0 { return x < -limit ? (-limit - x + slope - 1) / slope : x <= limit ? (limit - x) / slope + 1 : nil }
    return slope < 0 ? turn(at: limit, -x, slope: -slope) : nil
  }
}

extension Term.Comparison {
  func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }

  /// Text compares by its UTF-8 bytes, as the databases do. Values of different types never compare.
  public func holds(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.number(let x), .number(let y)): holds(x, y)
    case (.boolean(let x), .boolean(let y)): holds(x ? 1 : 0, y ? 1 : 0)
    case (.instant(let x), .instant(let y)): holds(x, y)
    case (.duration(let x), .duration(let y)): holds(x, y)
    case (.text(let x), .text(let y)):
      x.utf8.elementsEqual(y.utf8) ? holds(0, 0) : x.utf8.lexicographicallyPrecedes(y.utf8) ? holds(0, 1) : holds(1, 0)
    default: false
    }
  }
}

extension Term.Arithmetic {
  /// `nil` for a division by zero and where a side or the result is too large.
  public func result(_ a: Double, _ b: Double) -> Double? {
    guard let a = a.asResult, let b = b.asResult else { return nil }
    let result =
      switch self {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: b == 0 ? Double.nan : a / b
      }
    return result.asResult
  }
}
