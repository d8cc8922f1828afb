/// An expression that has been parsed and type-checked: what it means, apart from who evaluates it (Swift here, SQL elsewhere).
public struct Formula: Hashable, Sendable {
  /// As the user wrote it.
  public var source: String
  public var type: ValueType
  public var term: Term

  public init(source: String, type: ValueType, term: Term) {
    self.source = source
    self.type = type
    self.term = term
  }
}

/// The meaning of an expression. Missing values: a comparison, `in` or `contains` with a missing side is false; arithmetic with a missing
/// side is missing; `and`, `or`, `not` take a missing side as false; `is missing` asks.
public indirect enum Term: Hashable, Sendable {
  case literal(Value)
  case signal(Signal)
  case not(Term)
  case and(Term, Term)
  case or(Term, Term)
  case compare(Comparison, Term, Term)
  /// Numbers with numbers; durations + and − durations; date − date = duration; date ± duration = date.
  case arithmetic(Arithmetic, Term, Term)
  case isMissing(Term)
  case oneOf(Term, [Value])
  /// Text contains text, ignoring ASCII case.
  case contains(Term, Term)
  /// `in_segment(NAME)`: the segment's own condition, kept with its name for explanations.
  case segment(String, Term)

  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
  }
  /// Division by zero yields missing.
  public enum Arithmetic: String, Hashable, Sendable, CaseIterable {
    case add = "+", subtract = "-", multiply = "*", divide = "/"
  }
}

/// `segments: { enterprise: plan == "enterprise" }`.
public struct Segment: Hashable, Sendable {
  public var name: String
  public var title: String?
  public var condition: Formula
  public init(name: String, title: String? = nil, condition: Formula) {
    self.name = name
    self.title = title
    self.condition = condition
  }
}
