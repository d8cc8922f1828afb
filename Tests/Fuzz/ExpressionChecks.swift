import Domain

private let catalog = ExpressionFixtures.catalog
private let compiler = ExpressionFixtures.compiler
private let start = Instant(microseconds: 1_750_000_000_000_000)

func checkExpression(_ input: FuzzInput) {
  let source = input.text
  switch compiler.compile(source) {
  case .failure(let errors): check(errors, in: source)
  case .success(let formula):
    hold(formula.source == source, "a formula keeps its source")
    checkBracketed(formula)
    for state in states { evaluate(formula, state) }
  }
  checkSegments(source.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false).map(String.init))
}

private func check(_ errors: ExpressionErrors, in source: String) {
  let length = source.unicodeScalars.count
  hold(!errors.all.isEmpty && errors.all.count <= length + 3, "\(errors.all.count) errors for \(length) characters")
  for error in errors.all {
    hold(error.range.lowerBound >= 0 && error.range.upperBound <= length, "an error has its place inside the text: \(error.range)")
    hold(!error.message.isEmpty, "an error has its words")
  }
}

/// Brackets around the whole change nothing, unless they make it too long or too deep.
private func checkBracketed(_ formula: Formula) {
  switch compiler.compile("( " + formula.source + " )") {
  case .success(let other): hold(other.term == formula.term && other.type == formula.type, "brackets around the whole change nothing")
  case .failure(let errors):
    let isLimit = errors.all.contains { $0.message.contains("longer than") || $0.message.contains("nested deeper") }
    hold(isLimit, "with brackets around it, it still is an expression: \(errors)")
  }
}

/// A value has the type that was promised; it changes later than now, and holds until then.
private func evaluate(_ formula: Formula, _ state: CustomerState) {
  let reader = SignalReader(catalog: catalog)
  var at = start + .days(20)
  for _ in 0..<4 {
    let reading = FormulaEvaluator(reader: reader, state: state, at: at).reading(of: formula.term)
    if let value = reading.value { hold(value.type == formula.type, "\(value) is of the type \(formula.type)") }
    guard let until = reading.until else { return }
    hold(until > at, "what changes next changes later")
    if reading.slope == 0, until < .distantFuture {
      let last = FormulaEvaluator(reader: reader, state: state, at: until - TimeSpan(microseconds: 1)).reading(of: formula.term)
      hold(last.value == reading.value, "\(String(describing: reading.value)) holds until \(until.iso8601)")
    }
    at = until
  }
}

private func checkSegments(_ sources: [String]) {
  let drafts = zip(["enterprise", "a", "b", "c"], sources).map { SegmentDraft(name: $0, source: $1) }
  let compiled = ExpressionCompiler.compileSegments(drafts, catalog: catalog)
  for (name, errors) in compiled.errors { check(errors, in: drafts.first { $0.name == name }?.source ?? "") }
  hold(compiled.segments.count + compiled.errors.count <= drafts.count, "a segment is compiled or wrong, not both")
  hold(compiled.errors.isEmpty == (compiled.segments.count == drafts.count), "what is not compiled has its error, or leans on one that has")
}

// MARK: Customers

private let scope = StateScope(events: ["Signed In", "Report Created", "Export Downloaded", "Automation Run"], keepingFrom: Day(number: 0))

/// A stranger, and a customer that has some of everything.
private let states = [CustomerState(id: "stranger"), known]

private let known: CustomerState = {
  var state = CustomerState(id: "known", firstSeen: start, firstHeard: start)
  let ticket = TicketRecord(
    id: "t", subject: nil, status: .open, priority: "high", openedAt: start + .days(2), solvedAt: nil, satisfaction: 4)
  let subscription = SubscriptionRecord(
    id: "s", plan: "enterprise", tier: nil, mrr: 100, seats: 10, status: "active", startedAt: start, renewsAt: start + .days(30),
    canceledAt: nil)
  let facts: [Fact] = [
    .customer(attributes: [
      .init("industry", "retail"), .init("employees", 12), .init("trial", true), .init("signed_up", .string(start.iso8601)),
    ]),
    .event(name: "Signed In", properties: []), .event(name: "Report Created", properties: []), .ticket(ticket), .subscription(subscription),
    .response(ResponseRecord(id: "r", survey: "nps", score: 9, comment: nil)),
  ]
  for (index, fact) in facts.enumerated() {
    let at = start + .days(Int64(index))
    state.apply(
      LogEntry(messageID: "\(index)", at: at, version: at, receivedAt: at, actor: Actor(contact: "ada", customer: "known"), fact: fact),
      actor: "ada", scope: scope)
  }
  return state
}()
