import Domain
import SQL

/// Compiles terms to SQL over columns of signals: what `FormulaEvaluator` says in Swift.
struct TermSQL: Sendable {
  let dialect: Dialect
  /// The columns of signals, by name.
  private var signals: [Signal: SQLFragment] = [:]
  /// What is worked out before.
  private(set) var parts: PartsSQL
  private var text: SQLText { SQLText(dialect: dialect) }

  init(dialect: Dialect, names: ColumnNames) {
    self.dialect = dialect
    parts = PartsSQL(dialect: dialect, names: names)
  }

  /// Says which column a signal is.
  mutating func know(_ signal: Signal, as column: SQLFragment) { signals[signal] = column }

  /// Makes a column of a step out of a fragment.
  mutating func column(for fragment: SQLFragment, named name: String, comments: [String] = []) -> SQLFragment {
    parts.column(for: fragment, sql: typed(fragment), named: name, comments: comments)
  }

  /// SQL that is true where the term holds, and else false or NULL.
  mutating func condition(_ term: Term) -> SQLFragment {
    let fragment = value(term)
    return fragment.type == .boolean ? fragment : .boolean("FALSE")
  }

  /// SQL that is true where the term holds, and else false.
  mutating func truth(_ term: Term) -> SQLFragment {
    let fragment = operand(condition(term))
    return made("(\(fragment.sql)) IS TRUE", .boolean, over: [fragment])
  }

  /// SQL that yields exactly the term's value.
  mutating func exactly(_ term: Term) -> SQLFragment { exactly(value(term)) }

  private func exactly(_ fragment: SQLFragment) -> SQLFragment {
    fragment.isLoose ? made("(\(fragment.sql)) IS TRUE", .boolean, over: [fragment]) : fragment
  }

  private mutating func value(_ term: Term) -> SQLFragment {
    switch term {
    case .literal(let value): return literal(value)
    case .signal(let signal): return signals[signal] ?? .missing
    case .not(let inner):
      let fragment = operand(condition(inner))
      return made("(\(fragment.sql)) IS NOT TRUE", .boolean, over: [fragment])
    case .and(let a, let b): return joined("AND", a, b)
    case .or(let a, let b): return joined("OR", a, b)
    case .compare(let comparison, let a, let b): return compare(comparison, exactly(a), exactly(b))
    case .arithmetic(let operation, let a, let b): return arithmetic(operation, exactly(a), exactly(b))
    case .isMissing(let inner):
      let fragment = operand(exactly(inner))
      return made("(\(fragment.sql)) IS NULL", .boolean, over: [fragment])
    case .oneOf(let inner, let values): return oneOf(exactly(inner), values)
    case .contains(let a, let b): return contains(exactly(a), exactly(b))
    case .segment(_, let condition): return value(condition)
    }
  }

  // MARK: Nesting

  /// SQLite's parser has room for a hundred symbols that wait for their end; a level of these takes three to six of them.
  private static let deepest = 20
  /// SQLite takes trees of a thousand levels, and a chain of `a AND b AND …` is a tree with a level for each.
  private static let highest = 200

  private func made(
    _ sql: String, _ type: ValueType, over parts: [SQLFragment], depth: Int = 3, isLoose: Bool = false
  ) -> SQLFragment {
    var fragment = SQLFragment(sql: sql, type: type, isSimple: false, isLoose: isLoose)
    fragment.depth = (parts.map(\.depth).max() ?? 0) + depth
    fragment.height = (parts.map(\.height).max() ?? 0) + 1
    fragment.step = parts.map(\.step).max() ?? 0
    return fragment
  }

  /// What may be nested further: itself, or the column of a step.
  private mutating func operand(_ fragment: SQLFragment) -> SQLFragment {
    guard fragment.depth > Self.deepest || fragment.height > Self.highest else { return fragment }
    return simple(fragment)
  }

  /// A name or literal for a fragment, so that it can stand several times.
  private mutating func simple(_ fragment: SQLFragment) -> SQLFragment {
    fragment.isSimple ? fragment : column(for: exactly(fragment), named: "part")
  }

  private func wrapped(_ fragment: SQLFragment) -> String { fragment.isSimple ? fragment.sql : "(\(fragment.sql))" }

  /// AND and OR in one chain need no parentheses.
  private mutating func joined(_ word: String, _ a: Term, _ b: Term) -> SQLFragment {
    var sides: [SQLFragment] = []
    var texts: [String] = []
    var height = 0
    for term in [a, b] {
      let side = operand(condition(term))
      let goesOn =
        switch (term, word) {
        case (.and, "AND"), (.or, "OR"): true
        default: false
        }
      sides.append(side)
      texts.append(goesOn ? side.sql : wrapped(side))
      height += side.height
    }
    var chain = made("\(texts[0]) \(word) \(texts[1])", .boolean, over: sides, isLoose: true)
    chain.height = height
    return chain
  }

  // MARK: Literals

  func literal(_ value: Value) -> SQLFragment {
    var fragment =
      switch value {
      case .boolean(let value): SQLFragment.boolean(text.boolean(value))
      case .number(let number): SQLFragment.number(text.number(number), top: number.magnitude, grain: Self.grain(number))
      case .text(let value): SQLFragment.text(text.literal(value))
      case .duration(let span): SQLFragment.duration("\(span.microseconds)", mayBeNever: span == .never)
      case .instant(let instant): SQLFragment.instant("\(instant.microseconds)")
      }
    if case .duration(let span) = value { fragment.top = span == .never ? 0 : Double(span.microseconds.magnitude) }
    fragment.literal = value
    return fragment
  }

  private static func grain(_ number: Double) -> Double { number == number.rounded() ? 1 : number.ulp }

  /// A fragment whose type does not depend on how a literal is written.
  func typed(_ fragment: SQLFragment) -> String {
    switch (fragment.literal, fragment.type) {
    case (.number?, _): "CAST(\(fragment.sql) AS DOUBLE PRECISION)"
    case (.duration?, _), (.instant?, _): "CAST(\(fragment.sql) AS BIGINT)"
    case (.text?, _): "CAST(\(fragment.sql) AS TEXT)"
    case (nil, nil): "CAST(NULL AS DOUBLE PRECISION)"
    default: fragment.sql
    }
  }

  // MARK: Comparisons

  private mutating func compare(_ comparison: Term.Comparison, _ a: SQLFragment, _ b: SQLFragment) -> SQLFragment {
    guard let type = a.type, type == b.type else { return .boolean("FALSE") }
    if let x = a.literal, let y = b.literal { return .boolean(text.boolean(comparison.holds(x, y))) }
    let sides = [operand(a), operand(b)]
    let sign = comparison == .equal ? "=" : comparison == .notEqual ? "<>" : comparison.rawValue
    return made("\(compared(sides[0])) \(sign) \(wrapped(sides[1]))", .boolean, over: sides, isLoose: true)
  }

  /// One side of a comparison: text by its bytes.
  private func compared(_ fragment: SQLFragment) -> String {
    fragment.type == .text && dialect == .postgres ? "\(wrapped(fragment)) COLLATE \"C\"" : wrapped(fragment)
  }

  private mutating func oneOf(_ fragment: SQLFragment, _ values: [Value]) -> SQLFragment {
    let fitting = values.filter { $0.type == fragment.type }
    if let known = fragment.literal {
      return .boolean(text.boolean(fitting.contains { Term.Comparison.equal.holds($0, known) }))
    }
    guard !fitting.isEmpty else { return .boolean("FALSE") }
    let left = operand(fragment)
    let list = fitting.map { literal($0).sql }.joined(separator: ", ")
    return made("\(compared(left)) IN (\(list))", .boolean, over: [left], isLoose: true)
  }

  private mutating func contains(_ whole: SQLFragment, _ part: SQLFragment) -> SQLFragment {
    guard whole.type == .text, part.type == .text else { return .boolean("FALSE") }
    let sides = [operand(whole), operand(part)]
    return made(dialect.contains(sides[0].sql, sides[1].sql), .boolean, over: sides, depth: 8, isLoose: true)
  }

  // MARK: Arithmetic

  private mutating func arithmetic(_ operation: Term.Arithmetic, _ a: SQLFragment, _ b: SQLFragment) -> SQLFragment {
    switch (a.type, b.type) {
    case (.number, .number): numbers(operation, a, b)
    case (.duration, .duration): spans(operation, a, b, .duration)
    case (.date, .date): spans(.subtract, a, b, .duration)
    case (.date, .duration): spans(operation, a, b, .date)
    default: .missing
    }
  }

  private mutating func numbers(_ operation: Term.Arithmetic, _ a: SQLFragment, _ b: SQLFragment) -> SQLFragment {
    if case .number(let x)? = a.literal, case .number(let y)? = b.literal {
      return operation.result(x, y).map { literal(.number($0)) } ?? .missing
    }
    guard let first = settled(a), let second = settled(b) else { return .missing }
    let (left, right) = (operand(first), operand(second))
    let divisor = operation == .divide ? "NULLIF(\(right.sql), 0)" : wrapped(right)
    var result = made("\(wrapped(left)) \(operation.rawValue) \(divisor)", .number, over: [left, right])
    let rounding = 0x1p-53
    switch operation {
    case .add, .subtract: (result.top, result.grain) = (left.top + right.top, min(left.grain, right.grain))
    case .multiply:
      (result.top, result.grain) = (left.top * right.top, left.grain * right.grain * (left.grain == 1 && right.grain == 1 ? 1 : rounding))
    case .divide: (result.top, result.grain) = (left.top / right.grain, left.grain / max(right.top, right.grain) * rounding)
    }
    guard result.top >= 1e100 || result.grain <= 1e-100 else { return result }
    let raw = simple(result)
    var held = made(
      "CASE WHEN ABS(\(raw.sql)) < 1e-100 THEN 0.0 WHEN ABS(\(raw.sql)) < 1e100 THEN \(raw.sql) END", .number, over: [raw], depth: 5)
    (held.top, held.grain) = (1e100, 1e-116)
    return held
  }

  /// A side of a calculation. Only a literal can be beyond what a calculation takes.
  private func settled(_ fragment: SQLFragment) -> SQLFragment? {
    guard case .number(let number)? = fragment.literal else { return fragment }
    // x + 0 is x as a calculation takes it.
    return Term.Arithmetic.add.result(number, 0).map { literal(.number($0)) }
  }

  /// Durations with durations, dates with dates or durations. What never happened stays never; a date so far off is missing.
  private mutating func spans(_ operation: Term.Arithmetic, _ a: SQLFragment, _ b: SQLFragment, _ type: ValueType) -> SQLFragment {
    let top = a.top + b.top
    let isLimited = top > 1e18
    guard a.mayBeNever || b.mayBeNever || isLimited else {
      let sides = [operand(a), operand(b)]
      var result = made("\(wrapped(sides[0])) \(operation.rawValue) \(wrapped(sides[1]))", type, over: sides)
      result.top = top
      return result
    }
    let (left, right) = (simple(a), simple(b))
    let never = "\(TimeSpan.never.microseconds)"
    var cases: [String] = []
    for (side, other) in [(left, right), (right, left)] where side.mayBeNever {
      // Something missing on the other side comes first.
      let outcome = type == .duration ? "CASE WHEN \(other.sql) IS NOT NULL THEN \(never) END" : "NULL"
      cases.append("WHEN \(side.sql) = \(never) THEN \(outcome)")
    }
    let sum = "\(left.sql) \(operation.rawValue) \(right.sql)"
    let rest = isLimited ? "WHEN ABS(\(sum)) <= 1000000000000000000 THEN \(sum)" : "ELSE \(sum)"
    var result = made("CASE \(cases.joined(separator: " ")) \(rest) END", type, over: [left, right], depth: 10)
    result.top = min(top, 1e18)
    result.mayBeNever = type == .duration && (a.mayBeNever || b.mayBeNever)
    return result
  }
}
