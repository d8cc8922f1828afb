import Domain
import SQL

/// Compiles terms to SQL over columns of signals: what `FormulaEvaluator` says in Swift.
struct TermSQL {
  let dialect: Dialect
  /// The column of a signal, qualified.
  let signal: @Sendable (Signal) -> SQLFragment
  private var text: SQLText { SQLText(dialect: dialect) }

  init(dialect: Dialect, signal: @escaping @Sendable (Signal) -> SQLFragment) {
    self.dialect = dialect
    self.signal = signal
  }

  /// SQL that is true where the term holds, and else false or NULL.
  func condition(_ term: Term) -> String {
    let fragment = value(term)
    return fragment.type == .boolean ? fragment.sql : "FALSE"
  }

  /// SQL that yields exactly the term's value.
  func exactly(_ term: Term) -> SQLFragment {
    var fragment = value(term)
    if fragment.isLoose { fragment = SQLFragment(sql: "(\(fragment.sql)) IS TRUE", type: .boolean, isSimple: false) }
    return fragment
  }

  private func value(_ term: Term) -> SQLFragment {
    switch term {
    case .literal(let value): literal(value)
    case .signal(let signal): self.signal(signal)
    case .not(let inner): strict("(\(condition(inner))) IS NOT TRUE")
    case .and(let a, let b): loose("\(operand(a, of: "AND")) AND \(operand(b, of: "AND"))")
    case .or(let a, let b): loose("\(operand(a, of: "OR")) OR \(operand(b, of: "OR"))")
    case .compare(let comparison, let a, let b): compare(comparison, exactly(a), exactly(b))
    case .arithmetic(let operation, let a, let b): arithmetic(operation, exactly(a), exactly(b))
    case .isMissing(let inner): strict("(\(exactly(inner).sql)) IS NULL")
    case .oneOf(let inner, let values): oneOf(exactly(inner), values)
    case .contains(let a, let b): contains(exactly(a), exactly(b))
    case .segment(_, let condition): value(condition)
    }
  }

  private func strict(_ sql: String) -> SQLFragment { SQLFragment(sql: sql, type: .boolean, isSimple: false) }
  private func loose(_ sql: String) -> SQLFragment { SQLFragment(sql: sql, type: .boolean, isSimple: false, isLoose: true) }

  /// One side of AND or OR, in parentheses where it is anything but a name or the same chain going on.
  private func operand(_ term: Term, of word: String) -> String {
    let fragment = value(term)
    guard fragment.type == .boolean else { return "FALSE" }
    return switch (term, word) {
    case (.and, "AND"), (.or, "OR"): fragment.sql
    default: fragment.isSimple ? fragment.sql : "(\(fragment.sql))"
    }
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

  /// A literal of a type that does not depend on how it is written.
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

  func compare(_ comparison: Term.Comparison, _ a: SQLFragment, _ b: SQLFragment) -> SQLFragment {
    guard let type = a.type, type == b.type else { return SQLFragment.boolean("FALSE") }
    if let x = a.literal, let y = b.literal { return SQLFragment.boolean(text.boolean(comparison.holds(x, y))) }
    let sign = comparison == .equal ? "=" : comparison == .notEqual ? "<>" : comparison.rawValue
    let left = type == .text && dialect == .postgres ? "\(wrapped(a)) COLLATE \"C\"" : wrapped(a)
    return loose("\(left) \(sign) \(wrapped(b))")
  }

  func wrapped(_ fragment: SQLFragment) -> String { fragment.isSimple ? fragment.sql : "(\(fragment.sql))" }

  private func oneOf(_ fragment: SQLFragment, _ values: [Value]) -> SQLFragment {
    let fitting = values.filter { $0.type == fragment.type }
    if let known = fragment.literal {
      return SQLFragment.boolean(text.boolean(fitting.contains { Term.Comparison.equal.holds($0, known) }))
    }
    guard !fitting.isEmpty else { return SQLFragment.boolean("FALSE") }
    let left = fragment.type == .text && dialect == .postgres ? "\(wrapped(fragment)) COLLATE \"C\"" : wrapped(fragment)
    return loose("\(left) IN (\(fitting.map { literal($0).sql }.joined(separator: ", ")))")
  }

  private func contains(_ whole: SQLFragment, _ part: SQLFragment) -> SQLFragment {
    guard whole.type == .text, part.type == .text else { return SQLFragment.boolean("FALSE") }
    return loose(dialect.contains(whole.sql, part.sql))
  }

  // MARK: Arithmetic

  private func arithmetic(_ operation: Term.Arithmetic, _ a: SQLFragment, _ b: SQLFragment) -> SQLFragment {
    switch (a.type, b.type) {
    case (.number, .number): numbers(operation, a, b)
    case (.duration, .duration): spans(operation, a, b, .duration)
    case (.date, .date): spans(.subtract, a, b, .duration)
    case (.date, .duration): spans(operation, a, b, .date)
    default: .missing
    }
  }

  private func numbers(_ operation: Term.Arithmetic, _ a: SQLFragment, _ b: SQLFragment) -> SQLFragment {
    if case .number(let x)? = a.literal, case .number(let y)? = b.literal {
      return operation.result(x, y).map { literal(.number($0)) } ?? .missing
    }
    guard let left = settled(a), let right = settled(b) else { return .missing }
    var result = SQLFragment.number("")
    result.isSimple = false
    let rounding = 0x1p-53
    switch operation {
    case .add, .subtract:
      result.sql = "\(wrapped(left)) \(operation.rawValue) \(wrapped(right))"
      (result.top, result.grain) = (left.top + right.top, min(left.grain, right.grain))
    case .multiply:
      result.sql = "\(wrapped(left)) * \(wrapped(right))"
      (result.top, result.grain) = (left.top * right.top, left.grain * right.grain * (left.grain == 1 && right.grain == 1 ? 1 : rounding))
    case .divide:
      result.sql = "\(wrapped(left)) / NULLIF(\(right.sql), 0)"
      (result.top, result.grain) = (left.top / right.grain, left.grain / max(right.top, right.grain) * rounding)
    }
    guard result.top >= 1e100 || result.grain <= 1e-100 else { return result }
    result.sql = """
      (SELECT CASE WHEN ABS(x) < 1e-100 THEN 0.0 WHEN ABS(x) < 1e100 THEN x END FROM (SELECT \(result.sql) AS x\(dialect.fence)) AS result)
      """
    return SQLFragment.number(result.sql, top: 1e100, grain: 1e-116)
  }

  /// A side of a calculation. Only a literal can be beyond what a calculation takes.
  private func settled(_ fragment: SQLFragment) -> SQLFragment? {
    guard case .number(let number)? = fragment.literal else { return fragment }
    // x + 0 is x as a calculation takes it.
    return Term.Arithmetic.add.result(number, 0).map { literal(.number($0)) }
  }

  /// Durations with durations, dates with dates or durations. What never happened stays never; a date so far off is missing.
  private func spans(_ operation: Term.Arithmetic, _ a: SQLFragment, _ b: SQLFragment, _ type: ValueType) -> SQLFragment {
    let top = a.top + b.top
    let mayBeNever = type == .duration && (a.mayBeNever || b.mayBeNever)
    let isLimited = top > 1e18
    guard a.mayBeNever || b.mayBeNever || isLimited else {
      let sql = "\(wrapped(a)) \(operation.rawValue) \(wrapped(b))"
      return SQLFragment(sql: sql, type: type, top: top, isSimple: false)
    }
    let never = "\(TimeSpan.never.microseconds)"
    let isNested = !a.isSimple || !b.isSimple
    let (x, y) = isNested ? ("x", "y") : (a.sql, b.sql)
    var cases: [String] = []
    for (side, name) in [(a, x), (b, y)] where side.mayBeNever {
      // Something missing on the other side comes first.
      let other = name == x ? y : x
      cases.append("WHEN \(name) = \(never) THEN " + (type == .duration ? "CASE WHEN \(other) IS NOT NULL THEN \(never) END" : "NULL"))
    }
    let sum = "\(x) \(operation.rawValue) \(y)"
    let rest = isLimited ? "WHEN ABS(\(sum)) <= 1000000000000000000 THEN \(sum)" : "ELSE \(sum)"
    var sql = "CASE \(cases.joined(separator: " ")) \(rest) END"
    if isNested { sql = "(SELECT \(sql) FROM (SELECT \(typed(a)) AS x, \(typed(b)) AS y\(dialect.fence)) AS sides)" }
    return SQLFragment(
      sql: sql, type: type, top: min(top, 1e18), mayBeNever: mayBeNever, isSimple: false)
  }
}
