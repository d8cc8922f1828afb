import Domain
import Foundation

/// The figures, for people and for machines.
struct Report {
  struct Figure {
    /// The database it was measured on; empty for what has to do with none.
    var column: String
    /// The name in JSON: stable, with its unit at the end.
    var key: String
    var title: String
    var value: Double
    var text: String
    var note: String
  }

  private(set) var sections: [(title: String, figures: [Figure])] = []

  /// The database that the figures from now on are of.
  var column = ""
  private var present = 0

  /// Begins a section, or goes on with the one of that title: figures of several databases stand side by side.
  mutating func section(_ title: String) {
    present = sections.firstIndex { $0.title == title } ?? sections.count
    if present == sections.count { sections.append((title, [])) }
  }

  private mutating func add(_ key: String, _ title: String, _ value: Double, _ text: String, _ note: String) {
    sections[present].figures.append(Figure(column: column, key: key, title: title, value: value, text: text, note: note))
  }

  /// Something a second.
  mutating func rate(_ key: String, _ title: String, _ value: Double, _ unit: String, note: String = "") {
    add(key, title, value, "\(Self.grouped(value)) \(unit)/s", note)
  }

  mutating func count(_ key: String, _ title: String, _ value: Int, note: String = "") {
    add(key, title, Double(value), Self.grouped(Double(value)), note)
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

  /// A share of a yardstick.
  static func share(_ value: Double, of yardstick: Double, named name: String) -> String {
    yardstick > 0 ? String(format: "%.1f %% of %@", 100 * value / yardstick, name) : ""
  }

  /// The table as aligned text: a line a figure, a column a database.
  var text: String {
    let figures = sections.flatMap(\.figures)
    let width = figures.map(\.title.count).max() ?? 0
    let wide = figures.map(\.text.count).max() ?? 0
    var lines: [String] = []
    for section in sections {
      let columns = section.figures.map(\.column).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      lines.append("")
      let heads = columns.contains("") ? "" : columns.map { "  " + Self.right($0, wide) }.joined()
      lines.append(Self.left(section.title, width + 2) + heads)
      for key in section.figures.map(\.key).reduce(into: [String](), { if !$0.contains($1) { $0.append($1) } }) {
        let row = columns.map { column in section.figures.first { $0.key == key && $0.column == column } }
        let title = row.compactMap(\.self).first?.title ?? key
        let values = row.map { "  " + Self.right($0?.text ?? "–", wide) }.joined()
        let notes = row.compactMap { $0?.note }.filter { !$0.isEmpty }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        lines.append("  " + Self.left(title, width) + values + (notes.isEmpty ? "" : "   " + notes.joined(separator: " | ")))
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func left(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
  private static func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  /// Figures by key; those of PostgreSQL under `postgres_…`.
  var json: JSON {
    .object(sections.flatMap(\.figures).map { JSON.Member(($0.column == "PostgreSQL" ? "postgres_" : "") + $0.key, .number($0.value)) })
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-3: String(format: "%.0f µs", seconds * 1e6)
    case ..<1: String(format: "%.1f ms", seconds * 1e3)
    default: String(format: "%.1f s", seconds)
    }
  }

  /// A whole number with blanks between thousands.
  static func grouped(_ value: Double) -> String {
    let digits = String(Int(value.rounded()))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return text
  }
}
