import Foundation

/// A report as aligned text: a line a figure.
struct Table {
  private let sections: [Report.Section]
  private let titleWidth: Int
  private let width: Int

  init(_ report: Report) {
    sections = report.sections
    let figures = sections.flatMap(\.figures)
    titleWidth = figures.map(\.title.count).max() ?? 0
    width = max(figures.map(\.text.count).max() ?? 0, 14)
  }

  var text: String { sections.flatMap(lines).joined(separator: "\n") }

  /// Figures of several numbers of customers get a table for each database, those of one stand side by side.
  private func lines(_ section: Report.Section) -> [String] {
    let columns = section.figures.map(\.column).distinct
    guard columns.contains(where: { $0.customers != nil }) else { return lines(section.title, section, columns) }
    return columns.map(\.database).distinct.flatMap { database in
      lines("\(section.title), \(database?.title ?? "")", section, columns.filter { $0.database == database })
    }
  }

  private func lines(_ title: String, _ section: Report.Section, _ columns: [Report.Column]) -> [String] {
    let sizes = columns.compactMap(\.customers)
    let heads = columns.map { $0.customers.map { Report.grouped(Double($0)) } ?? $0.database?.title ?? "" }
    let growths = zip(sizes, sizes.dropFirst()).map { "× for tenfold" + ($1 == 10 * $0 ? "" : "*") }
    var lines = ["", Self.left(title, titleWidth + 2) + (heads + growths).map { "  " + Self.right($0, width) }.joined()]
    for key in section.figures.map(\.key).distinct {
      let row = columns.map { column in section.figures.first { $0.key == key && $0.column == column } }
      guard let title = row.compactMap(\.self).first?.title else { continue }
      let cells = row.map { $0?.text ?? "–" } + Self.growths(row, sizes)
      let notes = sizes.isEmpty ? row.compactMap { $0?.note }.filter { !$0.isEmpty }.distinct : []
      let line = "  " + Self.left(title, titleWidth) + cells.map { "  " + Self.right($0, width) }.joined()
      lines.append(line + (notes.isEmpty ? "" : "   " + notes.joined(separator: " | ")))
    }
    return lines
  }

  /// What ten times as many customers cost, from each number of them to the next: a factor. Where the next is not ten times as many it is
  /// what would come of the same growth.
  private static func growths(_ row: [Report.Figure?], _ sizes: [Int]) -> [String] {
    guard sizes.count == row.count, sizes.count > 1 else { return [] }
    return (1..<row.count).map { index in
      guard let before = row[index - 1]?.value, let after = row[index]?.value, before > 0, after > 0 else { return "–" }
      let steps = log10(Double(sizes[index]) / Double(sizes[index - 1]))
      return String(format: "%.2f", pow(after / before, 1 / steps))
    }
  }

  private static func left(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
  private static func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
}
