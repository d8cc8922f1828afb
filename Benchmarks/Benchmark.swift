import Domain
import Foundation

/// Measures the real program end to end. Only this machine is spoken to; children end and files go, however the run ends.
@main
enum BenchmarkProgram {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    Interruption.listen()
    do {
      if arguments.contains("--help") || arguments.contains("-h") { return try Output.print(Options.usage) }
      var benchmark = try Benchmark(options: Options(arguments))
      try benchmark.run()
    } catch {
      Output.note("holdfast-benchmark: \(error)")
      exit(1)
    }
  }
}

/// One run of everything that was chosen.
struct Benchmark {
  let options: Options
  private var report = Report()
  private var problems: [String] = []

  init(options: Options) { self.options = options }

  /// - Throws: `Failure` where anything went wrong; the table has been printed then with all that was measured.
  mutating func run() throws {
    let program = try Self.program()
    let folder = try Self.makeFolder(in: options.directory)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let machine = Machine(directory: folder)
    Output.note("yardsticks …")
    let yardsticks = try Yardsticks.measure(in: folder, server: options.postgres.map(BareServer.init), options)
    yardsticks.report(to: &report)
    for database in options.databases {
      for customers in options.growth.isEmpty ? [options.customers] : options.growth where Interruption.cause == nil {
        let stage = Stage(
          options.with(customers: customers), on: database, yardsticks: yardsticks, program: program,
          folder: "\(folder)/\(database.rawValue)")
        report.column = Report.Column(database: database, customers: options.growth.isEmpty ? nil : customers)
        play(on: stage)
      }
    }
    try Output.print("Holdfast on \(machine.lines.joined(separator: "\n            "))")
    try Output.print(settings)
    try Output.print(Table(report).text)
    if let path = options.json { try write(path, machine) }
    try Interruption.check()
    guard problems.isEmpty else { throw Failure("not all could be measured:\n  " + problems.joined(separator: "\n  ")) }
  }

  /// What goes wrong with one scenario leaves the others to be measured.
  private mutating func play(on stage: Stage) {
    Output.note("\(stage.database.title), \(Report.grouped(Double(stage.options.customers))) customers:")
    for scenario in options.scenarios where scenario.isPossible(on: stage.database) && Interruption.cause == nil {
      Output.note("  \(scenario.rawValue) …")
      attempt("\(scenario.rawValue) on \(stage.database.title)") { try scenario.play(on: stage, into: &$0) }
    }
    attempt("tidying up on \(stage.database.title)") { _ in try stage.close() }
  }

  private mutating func attempt(_ name: String, _ body: (inout Report) throws -> Void) {
    do { try body(&report) } catch  where Interruption.cause == nil {
      Output.note("  \(name) failed: \(error)")
      problems.append("\(name): \(error)")
    } catch {}
  }

  private var settings: String {
    let customers = (options.growth.isEmpty ? [options.customers] : options.growth).map { Report.grouped(Double($0)) }
    let filled = options.isFilled ? " known before" : ""
    return "\(customers.joined(separator: ", ")) customers\(filled), \(options.connections) connections, batches of \(options.batch), "
      + "\(Int(options.seconds)) s"
  }

  private func write(_ path: String, _ machine: Machine) throws {
    let settings: JSON = [
      "customers": .integer(Int64(options.customers)), "growth": .array(options.growth.map { .integer(Int64($0)) }),
      "filled": .bool(options.isFilled), "seconds": .number(options.seconds), "connections": .integer(Int64(options.connections)),
      "batch": .integer(Int64(options.batch)), "import_rows": .integer(Int64(options.importRows)),
    ]
    let json: JSON = [
      "machine": machine.json, "settings": settings, "figures": report.json, "problems": .array(problems.map(JSON.string)),
    ]
    try Data(json.printedBytes()).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func program() throws -> String {
    let beside = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])).deletingLastPathComponent()
    let path = ProcessInfo.processInfo.environment["HOLDFAST_BINARY"] ?? beside.appendingPathComponent("holdfast").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Failure("\(path) is not there: build it (swift build -c release --product holdfast), or set HOLDFAST_BINARY")
    }
    return URL(fileURLWithPath: path).path
  }

  private static func makeFolder(in directory: String?) throws -> String {
    let parent = directory ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp"
    var template = Array((parent + "/holdfast-benchmark-").utf8CString.dropLast()) + Array("XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure("\(parent): \(String(cString: strerror(errno)))") }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
