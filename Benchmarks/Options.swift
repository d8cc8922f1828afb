import Foundation

/// What to measure, and for how long.
struct Options {
  /// Distinct customers that events are about; who is busy follows Zipf's law.
  var customers = 10_000
  /// Numbers of customers to compare; empty: none.
  var growth: [Int] = []
  /// What to measure, in the order in which it is done.
  var scenarios: [Scenario]
  /// The database knows all customers before the first event.
  var isFilled = false
  /// How long events are sent at full speed.
  var seconds = 20.0
  /// Senders, each with one connection and one batch under way.
  var connections = 8
  /// Events in a batch.
  var batch = 100
  /// Lines of the imported file.
  var importRows = 200_000
  /// On an idle server: how many answers, waits for a score and waits for an alert are timed.
  var singles = 300
  var scores = 100
  var alerts = 100
  /// How often each page is opened.
  var visits = 20
  /// How long each yardstick is measured.
  var yardstickSeconds = 3.0
  var seed: UInt64 = 1
  /// Where the temporary directory is made; `nil`: TMPDIR, else /var/tmp, which unlike /tmp is on a disk.
  var directory: String?
  var json: String?
  /// On which databases.
  var databases: [DatabaseKind]
  /// The address of a PostgreSQL database on whose server databases may be made.
  var postgres = ProcessInfo.processInfo.environment["HOLDFAST_POSTGRES"]

  static let usage = """
    Measures the `holdfast` program beside this one (or HOLDFAST_BINARY) over HTTP on this machine, and prints a table.

    usage: holdfast-benchmark [--only NAME,…] [--customers 10000] [--filled] [--growth N,N,…] [--seconds 20] [--connections 8]
                              [--batch 100] [--import-rows 200000] [--seed 1] [--directory DIR] [--json FILE]
                              [--database sqlite|postgres] [--postgres URL] [--quick]

      --only NAME,…     measures only this:
    \(Scenario.allCases.map { "                          " + $0.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0) + $0.meaning }
      .joined(separator: "\n"))
      --filled          all customers are known before the first event (reads, pages, start and batch do so always)
      --growth N,N,…    one table for several numbers of customers, and what ten times as many cost; implies --filled
      --directory DIR   where its temporary directory is made [TMPDIR, else /var/tmp]
      --json FILE       writes the figures as JSON, too
      --database NAME   measures on this database only
      --postgres URL    measures on PostgreSQL too, on databases that it makes there [HOLDFAST_POSTGRES; make bench starts one]
      --quick           a short run: it shows that all works, its figures mean little
    """

  /// - Throws: `Failure` that names the argument.
  init(_ arguments: [String]) throws {
    scenarios = []
    databases = DatabaseKind.allCases
    var rest = arguments[...]
    if rest.contains("--quick") { makeQuick() }
    while let name = rest.popFirst() {
      if name == "--quick" { continue }
      if name == "--filled" {
        isFilled = true
        continue
      }
      guard let value = rest.popFirst() else { throw Failure("\(name): unknown, or without its value\n\n\(Self.usage)") }
      switch name {
      case "--only": scenarios = try Self.words(value, name, as: Scenario.self)
      case "--customers": customers = try Self.whole(value, name, 1...10_000_000)
      case "--growth": growth = try value.split(separator: ",").map { try Self.whole(String($0), name, 1...10_000_000) }.distinct.sorted()
      case "--seconds": seconds = Double(try Self.whole(value, name, 1...3_600))
      case "--connections": connections = try Self.whole(value, name, 1...256)
      case "--batch": batch = try Self.whole(value, name, 1...1_000)
      case "--import-rows": importRows = try Self.whole(value, name, 1...10_000_000)
      case "--seed": seed = UInt64(try Self.whole(value, name, 0...Int.max))
      case "--directory": directory = value
      case "--json": json = value
      case "--database": databases = try Self.words(value, name, as: DatabaseKind.self)
      case "--postgres": postgres = value
      default: throw Failure("there is no option \(name)\n\n\(Self.usage)")
      }
    }
    if postgres == nil { databases.removeAll { $0 == .postgres } }
    guard !databases.isEmpty else { throw Failure("--database postgres needs --postgres URL, or HOLDFAST_POSTGRES") }
    isFilled = isFilled || !growth.isEmpty
    if scenarios.isEmpty { scenarios = Scenario.allCases.filter { growth.isEmpty || $0.growsWithCustomers } }
  }

  /// These options for another number of customers.
  func with(customers: Int) -> Options {
    var options = self
    options.customers = customers
    return options
  }

  private mutating func makeQuick() {
    customers = 500
    seconds = 2
    importRows = 5_000
    singles = 30
    scores = 10
    alerts = 10
    visits = 3
    yardstickSeconds = 0.5
  }

  private static func whole(_ text: String, _ name: String, _ range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Failure("\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not “\(text)”")
    }
    return number
  }

  /// Words of a list, in the list's order.
  private static func words<Word: RawRepresentable & CaseIterable & Equatable>(
    _ text: String, _ name: String, as type: Word.Type
  ) throws -> [Word] where Word.RawValue == String {
    let named = try text.split(separator: ",").map { word in
      guard let known = Word(rawValue: String(word)) else {
        throw Failure("\(name) takes some of \(Word.allCases.map(\.rawValue).joined(separator: ", ")), not “\(word)”")
      }
      return known
    }
    return Word.allCases.filter(named.contains)
  }
}

/// A database that Holdfast can keep its data in.
enum DatabaseKind: String, CaseIterable, Hashable, Sendable {
  case sqlite
  case postgres

  var title: String {
    switch self {
    case .sqlite: "SQLite"
    case .postgres: "PostgreSQL"
    }
  }

  /// What rows a second are held against.
  var yardstick: String {
    switch self {
    case .sqlite: "bare inserts"
    case .postgres: "COPY"
    }
  }
}
