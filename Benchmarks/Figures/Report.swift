import Domain
import Foundation

/// The figures, for people and for machines.
struct Report {
  /// What a figure was measured on.
  struct Column: Hashable {
    /// The database; `nil` for what has to do with none.
    var database: DatabaseKind?
    /// How many customers; `nil` where all figures are of the same number.
    var customers: Int?
  }

  struct Figure {
    var column: Column
    /// The name in JSON: stable, with its unit at the end.
    var key: String
    var title: String
    var value: Double
    var text: String
    var note: String
  }

  struct Section {
    var title: String
    var figures: [Figure] = []
  }

  private(set) var sections: [Section] = []
  /// What the figures from now on are of.
  var column = Column()
  private var present = 0

  /// Begins a section, or goes on with the one of that title: figures of several databases stand side by side.
  mutating func section(_ title: String) {
    present = sections.firstIndex { $0.title == title } ?? sections.count
    if present == sections.count { sections.append(Section(title: title)) }
  }

  private mutating func add(_ key: String, _ title: String, _ value: Double, _ text: String, _ note: String) {
    // What cannot be worked out, for want of anything to divide by, is no figure.
    guard value.isFinite else { return }
    sections[present].figures.append(Figure(column: column, key: key, title: title, value: value, text: text, note: note))
  }

  /// Something a second.
  mutating func rate(_ key: String, _ title: String, _ value: Double, _ unit: String, note: String = "") {
    add(key, title, value, "\(Self.grouped(value)) \(unit)/s", note)
  }

  mutating func count(_ key: String, _ title: String, _ value: Int, note: String = "") {
    add(key, title, Double(value), Self.grouped(Double(value)), note)
  }

  /// A part of a yardstick, as a share of 1 in JSON.
  mutating func share(_ key: String, _ title: String, _ value: Double, of yardstick: Double, note: String = "") {
    add(key + "_share", title, value / yardstick, Self.decimal(100 * value / yardstick) + " %", note)
  }

  /// How many times something else.
  mutating func ratio(_ key: String, _ title: String, _ value: Double?, to yardstick: Double?, note: String = "") {
    guard let value, let yardstick else { return }
    add(key + "_ratio", title, value / yardstick, Self.decimal(value / yardstick) + " ×", note)
  }

  /// A duration in seconds, shown in the unit that suits it; in JSON always seconds.
  mutating func duration(_ key: String, _ title: String, _ value: Double?, note: String = "") {
    guard let value else { return }
    add(key + "_seconds", title, value, Self.duration(value), note)
  }

  /// The percentiles of some durations, and the largest where `withMaximum`.
  mutating func durations(_ key: String, _ title: String, _ samples: Samples, withMaximum: Bool = false, note: String = "") {
    let note = note.isEmpty ? "\(samples.count) samples" : "\(samples.count) samples; \(note)"
    duration(key + "_p50", title + ", p50", samples.percentile(0.5), note: note)
    duration(key + "_p99", title + ", p99", samples.percentile(0.99))
    if withMaximum { duration(key + "_max", title + ", max", samples.largest) }
  }

  mutating func memory(_ key: String, _ title: String, _ bytes: Int?, note: String = "") {
    guard let bytes else { return }
    add(key + "_bytes", title, Double(bytes), "\(Self.grouped(Double(bytes) / Double(1 << 20))) MiB", note)
  }

  mutating func bytes(_ key: String, _ title: String, _ bytes: Double, note: String = "") {
    add(key + "_bytes", title, bytes, "\(Self.grouped(bytes)) B", note)
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-3: String(format: "%.0f µs", seconds * 1e6)
    case ..<1: String(format: "%.1f ms", seconds * 1e3)
    default: String(format: "%.1f s", seconds)
    }
  }

  static func decimal(_ value: Double) -> String { String(format: value < 1 ? "%.2f" : "%.1f", value) }

  /// A whole number with blanks between thousands.
  static func grouped(_ value: Double) -> String {
    let digits = String(Int(abs(value).rounded()))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return value <= -0.5 ? "-" + text : text
  }

  /// Figures by key: those of PostgreSQL under `postgres_…`, those of one number of customers among others in an object of their own.
  var json: JSON {
    let figures = sections.flatMap(\.figures)
    let sizes = figures.map(\.column.customers).distinct
    return .object(
      sizes.flatMap { size -> [JSON.Member] in
        let members = figures.filter { $0.column.customers == size }.map { figure in
          JSON.Member((figure.column.database == .postgres ? "postgres_" : "") + figure.key, .number(figure.value))
        }
        return size.map { [JSON.Member("\($0)_customers", .object(members))] } ?? members
      })
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of first appearance.
  var distinct: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
