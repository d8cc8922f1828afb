#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One reader of outside input, and what must hold of it whatever comes in. A name here is a folder of `corpus` and an argument of
/// `scripts/fuzz`.
enum Target: String, CaseIterable {
  case json, tracking, posthog, body, csv, rows, expression, settings, query

  func run(_ input: FuzzInput) {
    switch self {
    case .json: checkJSON(input)
    case .tracking: checkTracking(input)
    case .posthog: checkPostHog(input)
    case .body: checkBody(input)
    case .csv: checkCSV(input)
    case .rows: checkRows(input)
    case .expression: checkExpression(input)
    case .settings: checkSettings(input)
    case .query: checkQuery(input)
    }
  }

  /// The one of this run. libFuzzer keeps its own arguments for itself, so that it comes by the environment.
  static let chosen: Target = {
    let name = getenv("HOLDFAST_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = Target(rawValue: name) else {
      broken("HOLDFAST_FUZZ_TARGET is one of \(allCases.map(\.rawValue).joined(separator: ", ")), not \"\(name)\"")
    }
    return target
  }()
}

/// libFuzzer's way in: one input. Coming back at all is the first thing that is asked of a reader.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  Target.chosen.run(FuzzInput(Array(UnsafeBufferPointer(start: start, count: count))))
  return 0
}

/// Ends the run with a sentence; libFuzzer then keeps the input and says where.
func hold(_ condition: Bool, _ sentence: @autoclosure () -> String) {
  if !condition { broken(sentence()) }
}

func broken(_ sentence: String) -> Never { fatalError("This does not hold: \(sentence)") }
