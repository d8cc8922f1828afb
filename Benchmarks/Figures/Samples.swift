/// Measured values, durations in seconds unless said otherwise.
struct Samples: Sendable {
  private(set) var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }
  mutating func add(_ other: Samples) { values += other.values }

  var count: Int { values.count }
  var largest: Double? { values.max() }

  /// The nearest-rank percentile: the smallest sample that at least this share (0…1) does not exceed.
  func percentile(_ share: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    return values.sorted()[max(0, Int((share * Double(values.count)).rounded(.up)) - 1)]
  }

  /// The mean of a part of the samples, in the order in which they were taken: from a share (0…1) of them to another.
  func mean(from start: Double, to end: Double) -> Double? {
    let part = values[Int(start * Double(count))..<Int(end * Double(count))]
    return part.isEmpty ? nil : part.reduce(0, +) / Double(part.count)
  }
}
