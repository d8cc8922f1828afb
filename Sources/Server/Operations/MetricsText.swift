import Domain

/// Text in Prometheus' exposition format, version 0.0.4: families in the order they are added, each with its help and its type.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricsText {
  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  /// A family of one kind. `samples`: labels and value of each; none leaves the family out.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]) {
    guard !samples.isEmpty else { return }
    head(name, kind, help)
    for sample in samples { line(name, sample.labels, sample.value) }
  }

  /// A family with a single value and no labels; `nil` leaves it out.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
    add(name, kind, help, value.map { [([], $0)] } ?? [])
  }

  /// A histogram for each set of labels.
  mutating func add(_ name: String, _ help: String, _ histograms: [(labels: [(String, String)], histogram: Histogram)]) {
    guard !histograms.isEmpty else { return }
    head(name, .histogram, help)
    for (labels, histogram) in histograms {
      var count = 0
      for (bound, part) in zip(Histogram.bounds, histogram.counts) {
        count += part
        line("\(name)_bucket", labels + [("le", Self.number(bound))], Double(count))
      }
      line("\(name)_bucket", labels + [("le", "+Inf")], Double(histogram.count))
      line("\(name)_sum", labels, histogram.sum)
      line("\(name)_count", labels, Double(histogram.count))
    }
  }

  private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
    let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
    text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(Self.number(value))\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing(scalar: "\\", with: "\\\\").replacing(scalar: "\"", with: "\\\"").replacing(scalar: "\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}

/// How long things took, in fixed steps.
struct Histogram: Hashable, Sendable {
  /// Upper bounds in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  /// How many fell between a bound and the one before it.
  private(set) var counts = [Int](repeating: 0, count: bounds.count)
  private(set) var count = 0
  private(set) var sum = 0.0

  mutating func add(_ seconds: Double) {
    count += 1
    sum += seconds
    if let place = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[place] += 1 }
  }
}
