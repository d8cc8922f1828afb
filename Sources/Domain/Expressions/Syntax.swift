/// An expression as it stands, before anyone asked whether it makes sense.
struct Syntax: Sendable {
  indirect enum Kind: Sendable {
    case literal(Value)
    case name(String)
    case call(String, nameRange: Range<Int>, [Syntax])
    case not(Syntax)
    case negative(Syntax)
    /// `and`, `or`
    case logic(Logic, Syntax, Syntax)
    case compare(Term.Comparison, Syntax, Syntax)
    case arithmetic(Term.Arithmetic, Syntax, Syntax)
    case isMissing(Syntax, negated: Bool)
    case oneOf(Syntax, [Syntax], negated: Bool)
    case contains(Syntax, Syntax)
    /// Already reported.
    case invalid
  }
  enum Logic: String, Sendable { case and, or }

  var kind: Kind
  var range: Range<Int>
  /// Levels below and including this one.
  var depth: Int

  init(_ kind: Kind, _ range: Range<Int>, depth: Int = 1) {
    self.kind = kind
    self.range = range
    self.depth = depth
  }

  /// Every expression directly inside this one.
  var children: [Syntax] {
    switch kind {
    case .literal, .name, .invalid: []
    case .call(_, _, let arguments): arguments
    case .not(let a), .negative(let a), .isMissing(let a, _): [a]
    case .logic(_, let a, let b), .compare(_, let a, let b), .arithmetic(_, let a, let b), .contains(let a, let b): [a, b]
    case .oneOf(let a, let items, _): [a] + items
    }
  }

  /// The segments that `in_segment(…)` names here, with their places.
  var segmentReferences: [(name: String, range: Range<Int>)] {
    if case .call("in_segment", _, let arguments) = kind, let argument = arguments.first {
      switch argument.kind {
      case .name(let name), .literal(.text(let name)): return [(name, argument.range)]
      default: return []
      }
    }
    return children.flatMap(\.segmentReferences)
  }
}
