import Domain
import Foundation

/// Where people look while something runs: standard error.
enum Terminal {
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Columns of a text table, padded; numbers (by `right`) to the right.
  static func table(_ header: [String], _ rows: [[String]], right: Set<Int> = []) -> String {
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map { column in
        let space = String(repeating: " ", count: max(0, widths[column] - cells[column].count))
        return right.contains(column) ? space + cells[column] : cells[column] + space
      }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    return ([header] + rows).map(line).joined(separator: "\n")
  }
}

/// A progress bar with rate and time left; on a pipe, a line now and then.
struct ProgressBar {
  private let title: String
  private let unit: String
  private let start: Instant = SystemClock().now()
  private var lastDrawn = Double.zero

  init(_ title: String, unit: String) {
    self.title = title
    self.unit = unit
  }

  /// - Parameters:
  ///   - fraction: 0…1 of the work.
  ///   - count: things done, for the rate.
  mutating func show(fraction: Double, count: Int, isLast: Bool = false) {
    let elapsed = max((SystemClock().now() - start).seconds, 0.001)
    guard isLast || elapsed - lastDrawn >= (Terminal.isInteractive ? 0.1 : 5) else { return }
    lastDrawn = elapsed
    let share = min(max(fraction, 0), 1)
    let rate = Double(count) / elapsed
    let left = share > 0 && share < 1 ? " · \(Self.time(elapsed / share * (1 - share))) left" : ""
    let text = "\(Self.grouped(count)) \(unit) · \(Self.grouped(Int(rate)))/s\(left)"
    guard Terminal.isInteractive else { return Terminal.note("\(title): \(Int(share * 100)) % · \(text)") }
    let filled = Int(share * 28)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 28 - filled)
    Terminal.write("\r\u{1B}[2K\(title) \(bar) \(Int(share * 100)) % · \(text)\(isLast ? "\n" : "")")
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }

  /// 1234567 as 1 234 567.
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(abs(number)))
    var position = digits.count - 3
    while position > 0 {
      digits.insert("\u{202F}", at: position)
      position -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }
}
