import Foundation

/// What to measure, and for how long.
struct Options {
  /// Distinct customers that events are about; who is busy follows Zipf's law.
  var customers = 10_000
  /// How long events are sent at full speed.
  var seconds = 20.0
  /// Senders, each with one connection and one batch under way.
  var connections = 8
  /// Events in a batch.
  var batch = 100
  /// Lines of the imported file.
  var importRows = 200_000
  /// Single events on an idle server: how many answers and how many waits for the score are timed.
  var singles = 300
  var scores = 50
  /// How long each yardstick is measured.
  var yardstickSeconds = 3.0
  var seed: UInt64 = 1
  /// Where the temporary directory is made; `nil`: TMPDIR, else /var/tmp, which unlike /tmp is on a disk.
  var directory: String?
  var json: String?
  /// The address of a PostgreSQL database on whose server databases may be made.
  var postgres = ProcessInfo.processInfo.environment["HOLDFAST_POSTGRES"]

  static let usage = """
    Measures the `holdfast` program beside this one (or HOLDFAST_BINARY) over HTTP on this machine, and prints a table.

    usage: holdfast-benchmark [--customers 10000] [--seconds 20] [--connections 8] [--batch 100] [--import-rows 200000]
                              [--seed 1] [--directory DIR] [--json FILE] [--postgres URL] [--quick]

      --directory DIR   where its temporary directory is made [TMPDIR, else /var/tmp]
      --json FILE       writes the figures as JSON, too
      --postgres URL    measures on PostgreSQL too, on databases that it makes there [HOLDFAST_POSTGRES; make bench starts one]
      --quick           a short run: it shows that all works, its figures mean little
    """

  /// - Throws: `Failure` that names the argument.
  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    if rest.contains("--quick") { makeQuick() }
    while let name = rest.popFirst() {
      if name == "--quick" { continue }
      guard let value = rest.popFirst() else { throw Failure("\(name): unknown, or without its value\n\n\(Self.usage)") }
      switch name {
      case "--customers": customers = try Self.whole(value, name, 1...10_000_000)
      case "--seconds": seconds = Double(try Self.whole(value, name, 1...3_600))
      case "--connections": connections = try Self.whole(value, name, 1...256)
      case "--batch": batch = try Self.whole(value, name, 1...1_000)
      case "--import-rows": importRows = try Self.whole(value, name, 1...10_000_000)
      case "--seed": seed = UInt64(try Self.whole(value, name, 0...Int.max))
      case "--directory": directory = value
      case "--json": json = value
      case "--postgres": postgres = value
      default: throw Failure("there is no option \(name)\n\n\(Self.usage)")
      }
    }
  }

  private mutating func makeQuick() {
    customers = 500
    seconds = 2
    importRows = 5_000
    singles = 30
    scores = 10
    yardstickSeconds = 0.5
  }

  private static func whole(_ text: String, _ name: String, _ range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Failure("\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not “\(text)”")
    }
    return number
  }
}

/// Why there are no figures.
struct Failure: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
