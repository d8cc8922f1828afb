import Domain
import Testing

@Suite("Segments")
struct SegmentTests {
  private func compile(_ pairs: [(String, String)]) -> CompiledSegments {
    ExpressionCompiler.compileSegments(pairs.map { SegmentDraft(name: $0.0, source: $0.1) }, catalog: ExpressionFixtures.catalog)
  }

  private func errors(_ compiled: CompiledSegments) -> [String] { compiled.errors.map { "\($0.name): \($0.errors)" } }

  @Test("refer to earlier and later ones")
  func references() throws {
    let compiled = compile([("small", "not in_segment(big)"), ("big", "seats > 100"), ("huge", "in_segment(big) and seats > 1000")])
    #expect(errors(compiled) == [])
    #expect(compiled.segments.map(\.name) == ["small", "big", "huge"])
    let big = try #require(compiled.segments.first { $0.name == "big" }).condition.term
    #expect(compiled.segments.first?.condition.term == .not(.segment("big", big)))
  }

  @Test("in a circle are an error that names the circle")
  func cycle() {
    let compiled = compile([("a", "in_segment(b)"), ("b", "canceled or in_segment(c)"), ("c", "in_segment(a)"), ("d", "in_segment(d)")])
    #expect(compiled.segments.isEmpty)
    let all = errors(compiled)
    #expect(all.contains("c: character 12: segments cannot refer to each other in a circle: a → b → c → a"))
    #expect(all.contains("d: character 12: segments cannot refer to each other in a circle: d → d"))
  }

  @Test("that lean on a broken one add no error of their own")
  func broken() {
    let compiled = compile([("a", "in_segment(b)"), ("b", "plann == \"x\"")])
    #expect(errors(compiled) == ["b: character 1: unknown name \"plann\", did you mean plan?"])
    #expect(compiled.segments.isEmpty)
  }

  @Test("more than 16 deep are refused, however long the chain", arguments: [17, 100, 2_000])
  func deep(length: Int) {
    let chain = (0..<length).map { ("s\($0)", $0 + 1 < length ? "in_segment(s\($0 + 1))" : "canceled") }
    let compiled = compile(chain)
    #expect(compiled.errors.contains { "\($0.errors)".contains("more than 16 deep") })
    #expect(compile(Array(chain.suffix(16))).errors.isEmpty)
  }

  @Test("cannot grow without bound by referring twice")
  func doubling() {
    let chain = (0..<16).map { index in
      ("s\(index)", index == 0 ? "canceled" : Array(repeating: "in_segment(s\(index - 1))", count: 40).joined(separator: " or "))
    }
    #expect(compile(chain).errors.contains { "\($0.errors)".contains("more than 20000 terms") })
  }
}
