/// Reads tokens into `Syntax` by recursive descent, weakest operator first: or, and, not, comparison, + −, × ÷, unary minus.
/// After the first mistake of grammar it goes on silently, so that names already read can still be checked.
struct Parser {
  private let tokens: [Token]
  private var index = 0
  private var nesting = 0
  private(set) var errors: [ExpressionError] = []

  init(_ tokens: [Token]) { self.tokens = tokens }

  private var token: Token { tokens[index] }
  private var hasFailed: Bool { !errors.isEmpty }

  mutating func run() -> Syntax {
    if token.kind == .end {
      fail("the expression is empty")
      return Syntax(.invalid, token.range)
    }
    let result = expression()
    if token.kind != .end { fail("unexpected \(words(token))\(afterHint(result))") }
    return result
  }

  // MARK: Tokens

  private mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  private func isSign(_ sign: String, ahead: Int = 0) -> Bool {
    index + ahead < tokens.count && tokens[index + ahead].kind == .sign(sign)
  }

  private mutating func take(_ sign: String) -> Bool {
    guard isSign(sign) else { return false }
    advance()
    return true
  }

  private mutating func expect(_ sign: String, _ why: String) {
    if !take(sign) { fail("expected \"\(sign)\" \(why), found \(words(token))") }
  }

  private mutating func fail(_ message: String, suggestion: String? = nil) {
    if !hasFailed { errors.append(ExpressionError(range: token.range, message: message, suggestion: suggestion)) }
  }

  private func words(_ token: Token) -> String {
    switch token.kind {
    case .name(let name), .sign(let name): "\"\(name)\""
    case .number, .duration: "a number"
    case .text: "a text"
    case .end: "the end"
    }
  }

  private func afterHint(_ before: Syntax) -> String {
    if case .name(let name) = token.kind, nearest(name, in: ["and", "or"]) != nil { return ", expected \"and\" or \"or\"" }
    return isSign(")") || isSign("]") ? ", nothing was opened for it" : ", expected \"and\", \"or\" or an operator"
  }

  private mutating func joined(_ kind: Syntax.Kind, _ range: Range<Int>, over children: [Syntax]) -> Syntax {
    let depth = (children.map(\.depth).max() ?? 0) + 1
    guard depth <= ExpressionLimits.nesting else {
      if !hasFailed { errors.append(Self.tooDeep(range)) }
      return Syntax(.invalid, range)
    }
    return Syntax(kind, range, depth: depth)
  }

  private static func tooDeep(_ range: Range<Int>) -> ExpressionError {
    ExpressionError(range: range, message: "nested deeper than \(ExpressionLimits.nesting) levels")
  }

  // MARK: Grammar

  private mutating func expression() -> Syntax {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ExpressionLimits.nesting else { return giveUp() }
    return chain(.or) { $0.chain(.and) { $0.negation() } }
  }

  /// Stops reading: everything after is inside what is too deep.
  private mutating func giveUp() -> Syntax {
    if !hasFailed { errors.append(Self.tooDeep(token.range)) }
    index = tokens.count - 1
    return Syntax(.invalid, token.range)
  }

  /// Both are associative, so a long chain becomes a balanced tree, not a deep one.
  private mutating func chain(_ logic: Syntax.Logic, _ operand: (inout Parser) -> Syntax) -> Syntax {
    var operands = [operand(&self)]
    while take(logic.rawValue) { operands.append(operand(&self)) }
    return balanced(logic, operands[...])
  }

  private mutating func balanced(_ logic: Syntax.Logic, _ operands: ArraySlice<Syntax>) -> Syntax {
    if operands.count == 1, let only = operands.first { return only }
    let middle = operands.startIndex + (operands.count + 1) / 2
    let left = balanced(logic, operands[..<middle])
    let right = balanced(logic, operands[middle...])
    return joined(.logic(logic, left, right), left.range.lowerBound..<right.range.upperBound, over: [left, right])
  }

  private mutating func negation() -> Syntax {
    let start = token.range.lowerBound
    guard take("not") else { return comparison() }
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ExpressionLimits.nesting else { return giveUp() }
    let operand = negation()
    return joined(.not(operand), start..<operand.range.upperBound, over: [operand])
  }

  private mutating func comparison() -> Syntax {
    let left = sum()
    let result = comparisonTail(left)
    if result.range != left.range, case .sign(let sign) = token.kind,
      Term.Comparison(rawValue: sign) != nil || sign == "contains" || sign == "is"
    {
      fail("comparisons cannot be chained; join them with \"and\"")
    }
    return result
  }

  private mutating func comparisonTail(_ left: Syntax) -> Syntax {
    guard case .sign(let sign) = token.kind else { return left }
    if let comparison = Term.Comparison(rawValue: sign) {
      advance()
      let right = sum()
      return joined(.compare(comparison, left, right), left.range.lowerBound..<right.range.upperBound, over: [left, right])
    }
    switch sign {
    case "contains":
      advance()
      let right = sum()
      return joined(.contains(left, right), left.range.lowerBound..<right.range.upperBound, over: [left, right])
    case "is":
      advance()
      return presence(of: left)
    case "in":
      advance()
      return membership(of: left, negated: false)
    case "not" where isSign("in", ahead: 1):
      advance()
      advance()
      return membership(of: left, negated: true)
    default:
      return left
    }
  }

  private mutating func presence(of left: Syntax) -> Syntax {
    let negated = take("not")
    let end = token.range.upperBound
    if take("missing") { return joined(.isMissing(left, negated: negated), left.range.lowerBound..<end, over: [left]) }
    if take("present") { return joined(.isMissing(left, negated: !negated), left.range.lowerBound..<end, over: [left]) }
    fail("after \"is\" expected \"missing\" or \"present\", found \(words(token))", suggestion: presenceSuggestion())
    if case .name = token.kind { advance() }
    return Syntax(.invalid, left.range.lowerBound..<end)
  }

  private func presenceSuggestion() -> String? {
    guard case .name(let name) = token.kind else { return nil }
    return ["null", "none", "nil", "empty", "unset"].contains(name.lowercased()) ? "missing" : nearest(name, in: ["missing", "present"])
  }

  private mutating func membership(of left: Syntax, negated: Bool) -> Syntax {
    guard isSign("[") else {
      fail("after \"in\" expected a list like [\"a\", \"b\"], found \(words(token))")
      return Syntax(.invalid, left.range)
    }
    advance()
    var items: [Syntax] = []
    if isSign("]") { fail("the list is empty") }
    while !isSign("]"), token.kind != .end {
      items.append(sum())
      guard take(",") else { break }
    }
    let end = token.range.upperBound
    expect("]", "to close the list")
    return joined(.oneOf(left, items, negated: negated), left.range.lowerBound..<end, over: [left] + items)
  }

  private mutating func sum() -> Syntax { operators([.add, .subtract]) { $0.product() } }

  private mutating func product() -> Syntax { operators([.multiply, .divide]) { $0.unary() } }

  private mutating func operators(_ wanted: [Term.Arithmetic], _ operand: (inout Parser) -> Syntax) -> Syntax {
    var left = operand(&self)
    while case .sign(let sign) = token.kind, let operation = wanted.first(where: { $0.rawValue == sign }) {
      advance()
      let right = operand(&self)
      left = joined(.arithmetic(operation, left, right), left.range.lowerBound..<right.range.upperBound, over: [left, right])
    }
    return left
  }

  private mutating func unary() -> Syntax {
    let start = token.range.lowerBound
    guard take("-") else { return primary() }
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ExpressionLimits.nesting else { return giveUp() }
    let operand = unary()
    return joined(.negative(operand), start..<operand.range.upperBound, over: [operand])
  }

  private mutating func primary() -> Syntax {
    let here = token
    switch here.kind {
    case .number(let number):
      advance()
      return Syntax(.literal(.number(number)), here.range)
    case .duration(let span):
      advance()
      return Syntax(.literal(.duration(span)), here.range)
    case .text(let text):
      advance()
      return Syntax(.literal(.text(text)), here.range)
    case .sign("true"), .sign("false"):
      advance()
      return Syntax(.literal(.boolean(here.kind == .sign("true"))), here.range)
    case .sign("("):
      advance()
      var inner = expression()
      inner.range = here.range.lowerBound..<max(token.range.upperBound, inner.range.upperBound)
      expect(")", "to close the parenthesis")
      return inner
    case .name(let name):
      advance()
      return isSign("(") ? call(name, here.range) : Syntax(.name(name), here.range)
    case .sign, .end:
      fail("expected a value, found \(words(here))")
      return Syntax(.invalid, here.range)
    }
  }

  private mutating func call(_ name: String, _ nameRange: Range<Int>) -> Syntax {
    advance()
    var arguments: [Syntax] = []
    while !isSign(")"), token.kind != .end {
      arguments.append(expression())
      guard take(",") else { break }
    }
    let end = token.range.upperBound
    expect(")", "to close the arguments of \(name)")
    return joined(.call(name, nameRange: nameRange, arguments), nameRange.lowerBound..<end, over: arguments)
  }
}
