import Domain
import Foundation

/// Measures the real program end to end. Only this machine is spoken to; children end and files go, however the run ends.
@main
enum BenchmarkProgram {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.contains("--help") || arguments.contains("-h") { return print(Options.usage) }
    Interruption.listen()
    do {
      var benchmark = try Benchmark(options: Options(arguments))
      try benchmark.run()
    } catch {
      note("holdfast-benchmark: \(error)")
      exit(1)
    }
  }

  /// Progress and problems go to standard error, the table alone to standard output.
  static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// One run of everything.
struct Benchmark {
  let options: Options
  private var report = Report()

  init(options: Options) { self.options = options }

  mutating func run() throws {
    let binary = try Self.binary()
    let folder = try Self.makeFolder(in: options.directory)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let machine = Machine(directory: folder)
    let server = options.postgres.map(BareServer.init)
    let (flush, inserts, copies) = try measureYardsticks(in: folder, server)
    let insertsOfFile = Yardstick(rate: inserts, name: "bare inserts")
    try measure(on: { .sqlite }, folder, binary, flush: flush, rows: insertsOfFile) { _ in }
    if let server {
      try measure(
        on: { .postgres(server, database: try server.makeDatabase()) }, folder + "/postgres", binary, flush: flush,
        rows: Yardstick(rate: copies, name: "COPY")
      ) { place in
        if case .postgres(let server, let database) = place { try server.drop(database) }
      }
    }
    print("Holdfast on \(machine.lines.joined(separator: "\n            "))")
    print(settings)
    print(report.text)
    if let path = options.json { try write(path, machine) }
  }

  /// What rows a second are held against.
  private struct Yardstick {
    var rate: Double
    var name: String
    func share(_ value: Double) -> String { Report.share(value, of: rate, named: name) }
  }

  /// Measures the server and the import, each on a database of its own.
  private mutating func measure(
    on makePlace: () throws -> Place, _ folder: String, _ binary: String, flush: Samples, rows: Yardstick,
    tidy: (Place) throws -> Void
  ) throws {
    for part in ["serve", "import"] {
      let place = try makePlace()
      report.column = place.title
      BenchmarkProgram.note("\(place.title):")
      let outcome: Result<Void, any Error>
      do {
        let installation = try Installation(folder: "\(folder)/\(part)", binary: binary, place: place)
        if part == "serve" {
          try measureServer(installation, flush: flush, rows: rows)
        } else {
          try measureImport(installation, rows: rows)
        }
        outcome = .success(())
      } catch {
        outcome = .failure(error)
      }
      try tidy(place)
      try outcome.get()
    }
  }

  private var settings: String {
    let customers = Report.grouped(Double(options.customers))
    return "\(customers) customers, \(options.connections) connections, batches of \(options.batch), \(Int(options.seconds)) s"
  }

  private mutating func measureYardsticks(
    in folder: String, _ server: BareServer?
  ) throws -> (flush: Samples, inserts: Double, copies: Double) {
    BenchmarkProgram.note("yardsticks …")
    let flush = try Yardsticks.durableAppends(in: folder, seconds: options.yardstickSeconds)
    let workload = Workload(customers: options.customers, seed: options.seed, stream: 0)
    let inserts = try Yardsticks.bareInserts(in: folder, seconds: options.yardstickSeconds, workload: workload)
    report.section("Yardsticks: this machine")
    report.rate("yardstick_appends_per_second", "4 KiB append + fdatasync", Double(flush.count) / flush.values.reduce(0, +), "writes")
    report.durations("yardstick_append", "4 KiB append + fdatasync", flush)
    report.rate("yardstick_inserts_per_second", "bare SQLite inserts", inserts, "rows", note: "1 000 a transaction, WAL, synchronous=FULL")
    guard let server else { return (flush, inserts, 0) }
    let copies = try server.copies(seconds: options.yardstickSeconds, workload: workload)
    report.rate("yardstick_copies_per_second", "bare PostgreSQL COPY", copies, "rows", note: "10 000 a transaction, synchronous_commit=on")
    return (flush, inserts, copies)
  }

  private mutating func measureServer(_ installation: Installation, flush: Samples, rows: Yardstick) throws {
    defer { installation.kill() }
    BenchmarkProgram.note("  single events on an idle server …")
    let first = try installation.start()
    try installation.makeKeys()
    let fresh = ProcessFiles.memory(installation.process)?.now
    let idle = IdleRun(installation: installation, options: options)
    let answers = try idle.answers()
    let scores = try idle.scores()
    BenchmarkProgram.note("  \(Int(options.seconds)) s of events at full speed …")
    let intake = try IntakeRun(installation: installation, options: options).run()
    report(intake, rows: rows)
    report.section("One event on an idle server")
    report.durations("idle_answer", "durable answer", answers, note: ratio(answers, to: flush))
    report.durations("idle_score", "score visible by the API", scores, note: "of a customer that was unknown")
    BenchmarkProgram.note("  restart …")
    try installation.stop()
    let events = intake.sent.answered + answers.count + scores.count
    let restart = try installation.start()
    try Clock.pause(1)
    report.section("Start and rest")
    report.duration("start_empty", "start to ready, new database", first)
    report.duration("start_full", "start to ready, after this run", restart, note: "\(Report.grouped(Double(events))) events stored")
    report.memory("memory_empty", "memory at rest, new database", fresh)
    report.memory("memory_full", "memory at rest, after the restart", ProcessFiles.memory(installation.process)?.now)
    try installation.stop()
  }

  private func ratio(_ samples: Samples, to flush: Samples) -> String {
    guard let ours = samples.percentile(0.5), let yardstick = flush.percentile(0.5), yardstick > 0 else { return "" }
    return String(format: "%.1f × the bare append", ours / yardstick)
  }

  private mutating func report(_ intake: IntakeRun.Result, rows: Yardstick) {
    let answered = Double(intake.sent.answered)
    let perSecond = answered / intake.sending
    report.section("Intake over HTTP at full speed")
    report.rate(
      "intake_answered_per_second", "answered 200", perSecond, "events", note: rows.share(perSecond))
    report.rate(
      "intake_folded_per_second", "answered and folded", answered / intake.folding, "events",
      note: rows.share(answered / intake.folding))
    report.durations("intake_batch", "answer to a batch", intake.sent.latency)
    report.durations("intake_fold_lag", "fold lag", intake.lag, withMaximum: true)
    report.duration("intake_catch_up", "fold after the last answer", intake.folding - intake.sending)
    report.count("intake_refused", "refused for now (429)", intake.sent.refused)
    if let time = intake.serverTime { report.duration("intake_processor_per_event", "server processor time per event", time / answered) }
    report.duration("intake_sender_per_event", "sender processor time per event", intake.senderTime / answered)
    report.bytes("intake_database_per_event", "database growth per event", Double(intake.databaseGrowth) / answered)
    report.memory("intake_memory_end", "server memory at the end", intake.memory?.now)
    report.memory("intake_memory_peak", "server memory at most", intake.memory?.peak)
  }

  private mutating func measureImport(_ installation: Installation, rows: Yardstick) throws {
    BenchmarkProgram.note("  import of \(options.importRows) events …")
    let result = try ImportRun(installation: installation, options: options).run()
    let perSecond = Double(options.importRows) / result.seconds
    let size = String(format: "%.0f", Double(result.fileSize) / Double(1 << 20))
    report.section("holdfast import events, scored")
    report.rate(
      "import_rows_per_second", "rows", perSecond, "rows",
      note:
        "\(Report.grouped(Double(options.importRows))) rows, \(size) MiB; \(rows.share(perSecond))")
    report.memory("import_memory_peak", "memory at most", result.peakMemory)
  }

  private func write(_ path: String, _ machine: Machine) throws {
    let settings: JSON = [
      "customers": .integer(Int64(options.customers)), "seconds": .number(options.seconds),
      "connections": .integer(Int64(options.connections)),
      "batch": .integer(Int64(options.batch)), "import_rows": .integer(Int64(options.importRows)),
    ]
    let json: JSON = ["machine": machine.json, "settings": settings, "figures": report.json]
    try Data(json.printedBytes()).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func binary() throws -> String {
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
