/// What the names in an expression may mean at the place where it stands.
struct ExpressionScope: Sendable {
  struct KnownSegment: Sendable {
    var term: Term
    var size: Int
    var usesScore: Bool
  }

  /// Event and feature keys with the event's name as sent.
  var eventNames: [String: String] = [:]
  var sentNames: Set<String>
  var attributes: [String: AttributeDeclaration] = [:]
  var goalKeys: Set<String>
  var segments: [String: KnownSegment] = [:]
  /// Segments that exist but have errors of their own, reported elsewhere.
  var brokenSegments: Set<String> = []
  var allowsScore: Bool
  var isGoalCondition: Bool

  init(catalog: Catalog, segments: [Segment], allowsScore: Bool, isGoalCondition: Bool) {
    for feature in catalog.features { eventNames[feature.key] = feature.event }
    for event in catalog.events { eventNames[event.key] = event.name }
    sentNames = catalog.declaredEventNames
    for attribute in catalog.attributes where Builtins.names[attribute.key] == nil { attributes[attribute.key] = attribute }
    goalKeys = Set(catalog.goals.map(\.key))
    self.allowsScore = allowsScore
    self.isGoalCondition = isGoalCondition
    for segment in segments { add(segment) }
  }

  mutating func add(_ segment: Segment) {
    let measured = segment.condition.term.measured
    segments[segment.name] = KnownSegment(term: segment.condition.term, size: measured.size, usesScore: measured.usesScore)
  }

  func knows(name: String) -> Bool { Builtins.names[name] != nil || attributes[name] != nil }

  func nearestName(to word: String) -> String? {
    let usable = Builtins.names.keys.filter { allowsScore || ($0 != "score" && $0 != "band") }
    return nearest(word, in: usable + Array(attributes.keys) + Array(Builtins.functions.keys))
  }

  func keyOfEvent(sentAs name: String) -> String? {
    nearest(name, in: sentNames).map { "\"\($0)\"" }
  }
}

extension Term {
  /// How many terms this is, segments' conditions included, and whether any of them asks for the score.
  var measured: (size: Int, usesScore: Bool) {
    var size = 0
    var usesScore = false
    walk { term in
      size += 1
      if case .oneOf(_, let values) = term { size += values.count }
      if case .signal(let signal) = term, signal == .score || signal == .band { usesScore = true }
    }
    return (size, usesScore)
  }

  /// Whether this asks for the score or the band, itself or by a segment.
  public var usesScore: Bool { measured.usesScore }

  /// Visits this term and every term inside it.
  public func walk(_ visit: (Term) -> Void) {
    visit(self)
    switch self {
    case .literal, .signal: break
    case .not(let a), .isMissing(let a), .oneOf(let a, _), .segment(_, let a): a.walk(visit)
    case .and(let a, let b), .or(let a, let b), .compare(_, let a, let b), .arithmetic(_, let a, let b), .contains(let a, let b):
      a.walk(visit)
      b.walk(visit)
    }
  }
}
