/// A segment as declared, before its condition is compiled.
public struct SegmentDraft: Hashable, Sendable {
  public var name: String
  public var title: String?
  public var source: String
  public init(name: String, title: String? = nil, source: String) {
    self.name = name
    self.title = title
    self.source = source
  }
}

/// Segments that compiled, in the order declared, and the errors of the others by name.
public struct CompiledSegments: Sendable {
  public var segments: [Segment]
  public var errors: [(name: String, errors: ExpressionErrors)]
}

extension ExpressionCompiler {
  /// Compiles segments that may refer to each other, earlier or later, by `in_segment(NAME)`. A cycle is an error that
  /// names the cycle. A segment that only refers to a broken one is left out without an error of its own, as long as there is the other's.
  ///
  /// Names should be distinct; of repeated ones the last counts.
  public static func compileSegments(_ drafts: [SegmentDraft], catalog: Catalog) -> CompiledSegments {
    var compiler = SegmentSetCompiler(drafts, catalog)
    return compiler.run()
  }
}

private struct SegmentSetCompiler {
  private let drafts: [SegmentDraft]
  private var scope: ExpressionScope
  private var parsed: [String: ParsedExpression] = [:]
  private var finished: [String: Segment] = [:]
  private var errors: [String: [ExpressionError]] = [:]
  /// Longest chain of references below a finished segment.
  private var heights: [String: Int] = [:]
  private var visited: Set<String> = []
  private var path: [String] = []

  init(_ drafts: [SegmentDraft], _ catalog: Catalog) {
    self.drafts = drafts
    scope = ExpressionScope(catalog: catalog, segments: [], allowsScore: true, isGoalCondition: false)
    for draft in drafts { parsed[draft.name] = ParsedExpression(draft.source) }
    scope.brokenSegments = Set(drafts.map(\.name))
  }

  mutating func run() -> CompiledSegments {
    var seen: Set<String> = []
    let distinct = drafts.reversed().filter { seen.insert($0.name).inserted }.reversed()
    for draft in distinct { visit(draft) }
    return CompiledSegments(
      segments: distinct.compactMap { finished[$0.name] },
      errors: distinct.compactMap { draft in errors[draft.name].map { (draft.name, ExpressionErrors($0)) } })
  }

  /// Depth first: what a segment refers to is compiled before it.
  private mutating func visit(_ draft: SegmentDraft) {
    guard visited.insert(draft.name).inserted, let expression = parsed[draft.name] else { return }
    path.append(draft.name)
    defer { path.removeLast() }
    let references = expression.syntax.segmentReferences
    for reference in references {
      if let start = path.firstIndex(of: reference.name) {
        let cycle = (path[start...] + [reference.name]).joined(separator: " → ")
        errors[draft.name, default: []].append(
          ExpressionError(range: reference.range, message: "segments cannot refer to each other in a circle: \(cycle)"))
      } else if path.count > ExpressionLimits.segmentNesting {
        reportTooDeep(draft.name, reference.range)
      } else if let next = drafts.last(where: { $0.name == reference.name }) {
        visit(next)
      }
    }
    compile(draft, expression, references)
  }

  private mutating func reportTooDeep(_ name: String, _ range: Range<Int>) {
    let message = "segments refer to segments more than \(ExpressionLimits.segmentNesting) deep"
    errors[name, default: []].append(ExpressionError(range: range, message: message))
  }

  private mutating func compile(_ draft: SegmentDraft, _ expression: ParsedExpression, _ references: [(name: String, range: Range<Int>)]) {
    let height = (references.compactMap { heights[$0.name] }.max() ?? 0) + 1
    if height > ExpressionLimits.segmentNesting, let first = references.first {
      reportTooDeep(draft.name, first.range)
      return
    }
    switch ExpressionCompiler(scope: scope).compile(expression, expecting: .boolean) {
    case .success(let formula):
      guard errors[draft.name] == nil else { return }
      let segment = Segment(name: draft.name, title: draft.title, condition: formula)
      finished[draft.name] = segment
      heights[draft.name] = height
      scope.add(segment)
    case .failure(let failure):
      let leansOnBroken =
        failure.all.count == 1 && references.contains { finished[$0.name] == nil && scope.brokenSegments.contains($0.name) }
      if leansOnBroken, failure.all[0].message.hasPrefix("it refers") { return }
      errors[draft.name, default: []] += failure.all
    }
  }
}
