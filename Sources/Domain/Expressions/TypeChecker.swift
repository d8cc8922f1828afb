/// Turns `Syntax` into a `Term`, finding what every name means and that every operator gets what it can work on.
struct TypeChecker {
  /// What checking a part gave. A part that was wrong has no type; nothing more is said about what contains it.
  struct Checked {
    var term: Term
    var type: ValueType?
    /// How many terms it has in all.
    var size: Int
    static let wrong = Checked(term: .literal(.boolean(false)), type: nil, size: 1)

    init(term: Term, type: ValueType?, size: Int) {
      self.term = term
      self.type = type
      self.size = size
    }
    init(_ term: Term, _ type: ValueType, over parts: [Checked] = []) {
      self.init(term: term, type: type, size: parts.reduce(1) { $0 + $1.size })
    }
  }

  let scope: ExpressionScope
  private(set) var errors: [ExpressionError] = []

  init(scope: ExpressionScope) { self.scope = scope }

  mutating func report(_ range: Range<Int>, _ message: String, suggestion: String? = nil) {
    errors.append(ExpressionError(range: range, message: message, suggestion: suggestion))
  }

  mutating func check(_ syntax: Syntax) -> Checked {
    let result = meaning(of: syntax)
    guard result.size <= ExpressionLimits.terms else {
      report(syntax.range, "too large: with the segments it refers to, more than \(ExpressionLimits.terms) terms")
      return .wrong
    }
    return result
  }

  private mutating func meaning(of syntax: Syntax) -> Checked {
    switch syntax.kind {
    case .invalid: .wrong
    case .literal(let value): Checked(.literal(value), value.type)
    case .name(let name): bareName(name, syntax.range)
    case .call(let name, let nameRange, let arguments): call(name, nameRange, arguments, syntax.range)
    case .not(let operand): negation(operand)
    case .negative(let operand): negative(operand)
    case .logic(let logic, let a, let b): combination(logic, a, b)
    case .compare(let comparison, let a, let b): self.comparison(comparison, a, b)
    case .arithmetic(let operation, let a, let b): arithmetic(operation, a, b, syntax.range)
    case .isMissing(let operand, let negated): presence(operand, negated)
    case .oneOf(let operand, let items, let negated): membership(operand, items, negated)
    case .contains(let a, let b): containment(a, b)
    }
  }

  // MARK: Logic

  /// Checks that a part is true or false.
  private mutating func condition(_ syntax: Syntax, of word: String) -> Checked {
    let checked = check(syntax)
    if let type = checked.type, type != .boolean {
      report(syntax.range, "\"\(word)\" joins conditions (true or false), this is \(type.withArticle)")
      return .wrong
    }
    return checked
  }

  private mutating func negation(_ operand: Syntax) -> Checked {
    let checked = condition(operand, of: "not")
    return checked.type == nil ? .wrong : Checked(.not(checked.term), .boolean, over: [checked])
  }

  private mutating func combination(_ logic: Syntax.Logic, _ a: Syntax, _ b: Syntax) -> Checked {
    let left = condition(a, of: logic.rawValue)
    let right = condition(b, of: logic.rawValue)
    guard left.type != nil, right.type != nil else { return .wrong }
    return Checked(logic == .and ? .and(left.term, right.term) : .or(left.term, right.term), .boolean, over: [left, right])
  }

  private mutating func presence(_ operand: Syntax, _ negated: Bool) -> Checked {
    let checked = check(operand)
    guard checked.type != nil else { return .wrong }
    let missing = Checked(.isMissing(checked.term), .boolean, over: [checked])
    return negated ? Checked(.not(missing.term), .boolean, over: [missing]) : missing
  }

  // MARK: Comparisons

  private mutating func comparison(_ comparison: Term.Comparison, _ a: Syntax, _ b: Syntax) -> Checked {
    let (left, right) = sides(a, b)
    guard let leftType = left.type, let rightType = right.type else { return .wrong }
    guard leftType == rightType else {
      reportMismatch(a, leftType, b, rightType, comparison.rawValue)
      return .wrong
    }
    let isOrdering = comparison != .equal && comparison != .notEqual
    if isOrdering, leftType == .text || leftType == .boolean {
      let only = leftType == .text ? "texts" : "booleans"
      report(
        a.range.lowerBound..<b.range.upperBound,
        "\"\(comparison.rawValue)\" compares numbers, durations or dates; \(only) only take == and !=")
      return .wrong
    }
    requireKnownValue(b, of: left.term)
    requireKnownValue(a, of: right.term)
    return Checked(.compare(comparison, left.term, right.term), .boolean, over: [left, right])
  }

  /// Both sides of an operator. A bare word beside a text was probably meant as a text: `plan == enterprise`.
  private mutating func sides(_ a: Syntax, _ b: Syntax) -> (Checked, Checked) {
    let left = check(a)
    if case .name(let word) = b.kind, !scope.knows(name: word), left.type == .text {
      let value = knownValue(near: word, of: left.term)
      if value == nil, let name = scope.nearestName(to: word) {
        report(b.range, "unknown name \"\(word)\"", suggestion: name)
      } else {
        report(b.range, "unknown name \"\(word)\" (text stands in double quotes)", suggestion: value ?? "\"\(word)\"")
      }
      return (left, .wrong)
    }
    return (left, check(b))
  }

  private func knownValue(near word: String, of term: Term) -> String? {
    Self.knownValues(of: term).flatMap { nearest(word, in: $0) }.map { "\"\($0)\"" }
  }

  /// `band == "helthy"` can never hold.
  private mutating func requireKnownValue(_ syntax: Syntax, of term: Term) {
    guard case .literal(.text(let text)) = syntax.kind, let known = Self.knownValues(of: term), !known.contains(text) else { return }
    let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
    report(syntax.range, "\"\(text)\" is not one of \(list)", suggestion: nearest(text, in: known).map { "\"\($0)\"" })
  }

  private static func knownValues(of term: Term) -> [String]? {
    guard case .signal(let signal) = term else { return nil }
    return Builtins.names.values.first { $0.signal == signal }?.values
  }

  private mutating func reportMismatch(_ a: Syntax, _ aType: ValueType, _ b: Syntax, _ bType: ValueType, _ sign: String) {
    let (wrong, type, other) = Self.isLiteral(a) && !Self.isLiteral(b) ? (a, aType, bType) : (b, bType, aType)
    report(
      wrong.range, "this is \(type.withArticle), but \"\(sign)\" has \(other.withArticle) on its other side",
      suggestion: Self.conversion(of: wrong, to: other))
  }

  private static func isLiteral(_ syntax: Syntax) -> Bool {
    if case .literal = syntax.kind { true } else { false }
  }

  /// The literal that was probably meant, in the other type.
  static func conversion(of syntax: Syntax, to type: ValueType) -> String? {
    guard case .literal(let value) = syntax.kind else { return nil }
    switch (value, type) {
    case (.number(let number), .duration): return TimeSpan(text: "\(plain(number))d").map(\.text)
    case (.number(let number), .text): return "\"\(plain(number))\""
    case (.duration(let span), .number): return plain(span.days)
    case (.text(let text), .number): return Double(text).map(plain)
    case (.text(let text), .duration): return TimeSpan(text: text).map(\.text)
    case (.text(let text), .date): return Instant(calendarDate: text).map { _ in "date(\"\(text)\")" }
    case (.text(let text), .boolean): return ["true", "false"].contains(text) ? text : nil
    case (.boolean(let value), .text): return "\"\(value)\""
    default: return nil
    }
  }

  private static func plain(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
  }

  private mutating func containment(_ a: Syntax, _ b: Syntax) -> Checked {
    let (left, right) = sides(a, b)
    for (side, syntax) in [(left, a), (right, b)] {
      if let type = side.type, type != .text {
        report(
          syntax.range, "\"contains\" looks for a text in a text, this is \(type.withArticle)",
          suggestion: Self.conversion(of: syntax, to: .text))
        return .wrong
      }
    }
    guard left.type != nil, right.type != nil else { return .wrong }
    return Checked(.contains(left.term, right.term), .boolean, over: [left, right])
  }

  /// `not in` is false for a missing value, as every comparison is.
  private mutating func membership(_ operand: Syntax, _ items: [Syntax], _ negated: Bool) -> Checked {
    let checked = check(operand)
    let values = items.compactMap { item(of: operand, checked, $0) }
    guard checked.type != nil, values.count == items.count, !values.isEmpty else { return .wrong }
    var result = Checked(.oneOf(checked.term, values), .boolean, over: [checked])
    result.size += values.count
    guard negated else { return result }
    let there = Checked(.not(.isMissing(checked.term)), .boolean, over: [checked])
    return Checked(.and(there.term, .not(result.term)), .boolean, over: [there, result])
  }

  private mutating func item(of operand: Syntax, _ checked: Checked, _ syntax: Syntax) -> Value? {
    if case .name(let word) = syntax.kind, checked.type == .text {
      report(
        syntax.range, "a list holds texts, numbers, durations or dates, not names",
        suggestion: knownValue(near: word, of: checked.term) ?? "\"\(word)\"")
      return nil
    }
    let item = check(syntax)
    guard let type = item.type, let wanted = checked.type else { return nil }
    guard case .literal(let value) = item.term else {
      report(syntax.range, "a list holds texts, numbers, durations or dates as they are, nothing to work out")
      return nil
    }
    guard type == wanted else {
      report(
        syntax.range, "this is \(type.withArticle), but the value looked for is \(wanted.withArticle)",
        suggestion: Self.conversion(of: syntax, to: wanted))
      return nil
    }
    requireKnownValue(syntax, of: checked.term)
    return value
  }

  // MARK: Arithmetic

  private mutating func negative(_ operand: Syntax) -> Checked {
    let checked = check(operand)
    guard let type = checked.type else { return .wrong }
    switch (type, checked.term) {
    case (.number, .literal(.number(let number))): return Checked(.literal(.number(-number)), .number)
    case (.duration, .literal(.duration(let span))): return Checked(.literal(.duration(.zero - span)), .duration)
    case (.number, _): return Checked(.arithmetic(.subtract, .literal(.number(0)), checked.term), .number, over: [checked])
    case (.duration, _): return Checked(.arithmetic(.subtract, .literal(.duration(.zero)), checked.term), .duration, over: [checked])
    default:
      report(operand.range, "\"-\" goes before a number or a duration, this is \(type.withArticle)")
      return .wrong
    }
  }

  private mutating func arithmetic(_ operation: Term.Arithmetic, _ a: Syntax, _ b: Syntax, _ range: Range<Int>) -> Checked {
    let left = check(a)
    let right = check(b)
    guard let leftType = left.type, let rightType = right.type else { return .wrong }
    guard let type = Self.result(of: operation, leftType, rightType) else {
      report(
        range, "\"\(operation.rawValue)\" does not work on \(leftType.withArticle) and \(rightType.withArticle)",
        suggestion: nil)
      return .wrong
    }
    return Checked(.arithmetic(operation, left.term, right.term), type, over: [left, right])
  }

  private static func result(of operation: Term.Arithmetic, _ a: ValueType, _ b: ValueType) -> ValueType? {
    switch (operation, a, b) {
    case (_, .number, .number): .number
    case (.add, .duration, .duration), (.subtract, .duration, .duration): .duration
    case (.subtract, .date, .date): .duration
    case (.add, .date, .duration), (.subtract, .date, .duration): .date
    default: nil
    }
  }
}
