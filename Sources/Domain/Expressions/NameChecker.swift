/// Names and functions: what of the catalog and of the language itself they mean.
extension TypeChecker {
  mutating func bareName(_ name: String, _ range: Range<Int>) -> Checked {
    if let builtin = Builtins.names[name] {
      guard mayUse(builtin.signal, named: name, range) else { return .wrong }
      return Checked(.signal(builtin.signal), builtin.type)
    }
    if let attribute = scope.attributes[name] { return Checked(.signal(.attribute(name, attribute.type)), attribute.type) }
    if Builtins.functions[name] != nil {
      report(range, "\"\(name)\" is a function", suggestion: Builtins.example(name))
    } else if scope.eventNames[name] != nil {
      report(range, "\"\(name)\" is an event; ask for its age or count", suggestion: "count(\(name), 30d)")
    } else {
      report(range, "unknown name \"\(name)\"", suggestion: scope.nearestName(to: name))
    }
    return .wrong
  }

  private mutating func mayUse(_ signal: Signal, named name: String, _ range: Range<Int>) -> Bool {
    switch signal {
    case .score, .band:
      if !scope.allowsScore { report(range, "\"\(name)\" cannot be used in the health model, which makes it") }
      return scope.allowsScore
    case .goals, .goal:
      if scope.isGoalCondition { report(range, "a goal's condition cannot ask for goals") }
      return !scope.isGoalCondition
    default: return true
    }
  }

  mutating func call(_ name: String, _ nameRange: Range<Int>, _ arguments: [Syntax], _ range: Range<Int>) -> Checked {
    guard let function = Builtins.functions[name] else {
      if scope.knows(name: name) {
        report(range, "\"\(name)\" takes no parentheses", suggestion: name)
      } else {
        report(
          nameRange, "unknown function \"\(name)\"", suggestion: nearest(name, in: Builtins.functions.keys) ?? scope.nearestName(to: name))
      }
      return .wrong
    }
    guard takes(function, arguments.count) else {
      report(range, "\(name) takes \(Self.argumentWords(function)), not \(arguments.count)", suggestion: Builtins.example(name))
      return .wrong
    }
    switch function {
    case .ofEvent(let signal, let type):
      return event(arguments[0], name).map { Checked(.signal(signal($0)), type) } ?? .wrong
    case .ofEventInDays(let signal, _):
      return inDays(signal, name, arguments)
    case .within(let signal, let type):
      return span(arguments[0], name).map { Checked(.signal(signal($0)), type) } ?? .wrong
    case .optionallyWithin(let signal, let type):
      guard let argument = arguments.first else { return Checked(.signal(signal(nil)), type) }
      return span(argument, name).map { Checked(.signal(signal($0)), type) } ?? .wrong
    case .goal: return goal(arguments[0], range)
    case .segment: return segment(arguments[0])
    case .date: return date(arguments[0])
    }
  }

  private func takes(_ function: Builtins.Function, _ count: Int) -> Bool {
    switch function {
    case .ofEvent, .within, .goal, .segment, .date: count == 1
    case .ofEventInDays(_, let optional): count == 2 || (optional && count == 1)
    case .optionallyWithin: count <= 1
    }
  }

  private static func argumentWords(_ function: Builtins.Function) -> String {
    switch function {
    case .ofEvent: "one event"
    case .ofEventInDays(_, let optional): optional ? "an event and at most one duration" : "an event and a duration"
    case .within: "one duration"
    case .optionallyWithin: "at most one duration"
    case .goal: "one goal"
    case .segment: "one segment"
    case .date: "one text"
    }
  }

  // MARK: Arguments

  private mutating func inDays(_ signal: (EventSelector, Int?) -> Signal, _ name: String, _ arguments: [Syntax]) -> Checked {
    let selector = event(arguments[0], name)
    var days: Int?
    if arguments.count == 2 {
      guard let length = span(arguments[1], name) else { return .wrong }
      let day = TimeSpan.days(1).microseconds
      guard length.microseconds % day == 0, (1...Int64(ExpressionLimits.windowDays)).contains(length.microseconds / day) else {
        let nearby = min(max(1, Int64(length.days.rounded(.up))), Int64(ExpressionLimits.windowDays))
        report(
          arguments[1].range, "\(name) looks at whole days, 1d to \(ExpressionLimits.windowDays)d, not \(length.text)",
          suggestion: "\(nearby)d")
        return .wrong
      }
      days = Int(length.microseconds / day)
    }
    return selector.map { Checked(.signal(signal($0, days)), .number) } ?? .wrong
  }

  private mutating func event(_ syntax: Syntax, _ function: String) -> EventSelector? {
    switch syntax.kind {
    case .name(let key):
      if let selector = Builtins.eventWords[key] { return selector }
      if let name = scope.eventNames[key] { return .named(name) }
      let known = Array(scope.eventNames.keys) + Array(Builtins.eventWords.keys)
      report(syntax.range, "unknown event \"\(key)\"", suggestion: nearest(key, in: known) ?? scope.keyOfEvent(sentAs: key))
    case .literal(.text(let name)):
      if scope.sentNames.contains(name) { return .named(name) }
      let near = scope.eventNames[name] != nil ? name : nearest(name, in: scope.sentNames).map { "\"\($0)\"" }
      report(syntax.range, "no declared event is sent as \"\(name)\"", suggestion: near)
    case .invalid: break
    default: report(syntax.range, "\(function) asks for an event: its key, or its name in quotes")
    }
    return nil
  }

  private mutating func span(_ syntax: Syntax, _ function: String) -> TimeSpan? {
    guard case .literal(let value) = syntax.kind, case .duration(let span) = value else {
      if case .invalid = syntax.kind { return nil }
      report(syntax.range, "\(function) asks for a duration like 30d here", suggestion: Self.conversion(of: syntax, to: .duration))
      return nil
    }
    guard span > .zero else {
      report(syntax.range, "\(function) asks for a duration longer than zero")
      return nil
    }
    return span
  }

  /// A name, plain or in quotes.
  private mutating func word(_ syntax: Syntax, _ kind: String) -> String? {
    switch syntax.kind {
    case .name(let name), .literal(.text(let name)): return name
    case .invalid: return nil
    default:
      report(syntax.range, "expected the name of a \(kind)")
      return nil
    }
  }

  private mutating func goal(_ syntax: Syntax, _ range: Range<Int>) -> Checked {
    guard let name = word(syntax, "goal"), mayUse(.goal(name), named: name, range) else { return .wrong }
    guard scope.goalKeys.contains(name) else {
      report(syntax.range, "unknown goal \"\(name)\"", suggestion: nearest(name, in: scope.goalKeys))
      return .wrong
    }
    return Checked(.signal(.goal(name)), .boolean)
  }

  private mutating func segment(_ syntax: Syntax) -> Checked {
    guard let name = word(syntax, "segment") else { return .wrong }
    if scope.isGoalCondition {
      report(syntax.range, "a goal's condition cannot ask for segments")
      return .wrong
    }
    guard let segment = scope.segments[name] else {
      if !scope.brokenSegments.contains(name) {
        report(
          syntax.range, "unknown segment \"\(name)\"",
          suggestion: nearest(name, in: Array(scope.segments.keys) + Array(scope.brokenSegments)))
      }
      return .wrong
    }
    if segment.usesScore, !scope.allowsScore {
      report(syntax.range, "segment \"\(name)\" asks for the score or the band, so the health model, which makes them, cannot use it")
      return .wrong
    }
    return Checked(term: .segment(name, segment.term), type: .boolean, size: segment.size + 1)
  }

  private mutating func date(_ syntax: Syntax) -> Checked {
    guard case .literal(.text(let text)) = syntax.kind else {
      if case .invalid = syntax.kind { return .wrong }
      report(syntax.range, "date asks for a text like \"2024-01-31\"")
      return .wrong
    }
    guard let instant = Instant(calendarDate: text) else {
      report(syntax.range, "\"\(text)\" is no calendar date written year-month-day, like \"2024-01-31\"")
      return .wrong
    }
    return Checked(.literal(.instant(instant)), .date)
  }
}
