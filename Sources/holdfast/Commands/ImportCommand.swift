import ArgumentParser
import Domain
import Engine
import Formats
import Foundation
import Settings

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in records from CSV or NDJSON files, plain or gzip.",
    discussion: "Repeating an import doubles nothing. A running server goes on meanwhile and scores what comes in. See docs/import.md.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @Argument(help: "\(RecordKind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: String?
  @Argument(help: "The file.") var file: String?
  @Option(help: "A plan: several files with their column maps, in order.") var plan: String?
  @Option(help: "The folder the plan's files are in.") var from: String?
  @Option(help: ArgumentHelp("Where a field comes from, FIELD=COLUMN; may be given several times.", valueName: "field=column")) var map:
    [String] = []
  @Option(name: .customLong("where"), help: ArgumentHelp("Take only rows with this value.", valueName: "column=value")) var conditions:
    [String] = []
  @Option(help: "A column map as a YAML or JSON file.") var mapFile: String?
  @Flag(help: "Stop at the first bad line.") var strict = false
  @Option(help: "Where bad lines go [FILE.rejected.ndjson, in the current folder].") var rejected: String?

  func validate() throws {
    if plan == nil {
      guard let kind, file != nil else { throw ValidationError("say what to import: holdfast import KIND FILE, or --plan FILE --from DIR") }
      guard RecordKind(rawValue: kind) != nil else {
        throw ValidationError("there is no kind “\(kind)”; there are \(RecordKind.allCases.map(\.rawValue).joined(separator: ", "))")
      }
    } else if kind != nil || file != nil || !map.isEmpty || mapFile != nil {
      throw ValidationError("--plan names kinds, files and maps itself")
    }
  }

  func run() async throws {
    let steps = try steps()
    try await House.with(database, config, mayCreate: true) { house in
      try await house.takeIn { sink in try await take(steps, by: sink, time: house.time) }
    }
  }

  private func take(_ steps: [(ImportPlan.Step, String)], by sink: any IntakeSink, time: SystemClock) async throws {
    var useless: [String] = []
    for (step, path) in steps {
      let rejects = self.rejected ?? URL(fileURLWithPath: path).lastPathComponent + ".rejected.ndjson"
      let result = try await FileImport(
        step: step, path: path, tables: loadTables(step, near: path), isStrict: strict, rejectsPath: rejects, sink: sink, time: time
      ).run()
      if result.isUseless {
        useless.append(path + (result.columns.isEmpty ? "" : " (its columns: \(result.columns.joined(separator: ", ")))"))
      }
      report(result, step: step, rejects: rejects)
    }
    guard useless.isEmpty else { throw Refusal("no line of \(useless.joined(separator: ", ")) could be taken") }
  }

  private func report(_ result: FileImport.Result, step: ImportPlan.Step, rejects: String) {
    let passed = result.passedOver > 0 ? ", \(result.passedOver) passed over" : ""
    print(
      "\(step.kind.rawValue) (\(step.title)): \(result.accepted) accepted, \(result.duplicate) duplicate, "
        + "\(result.rejected) rejected\(passed)"
    )
    guard result.rejected > 0 else { return }
    for reason in result.firstReasons { Terminal.note("  \(reason)") }
    if result.rejected > result.firstReasons.count { Terminal.note("  … and \(result.rejected - result.firstReasons.count) more") }
    Terminal.note("  all of them with their reasons: \(rejects)")
  }

  private func steps() throws -> [(ImportPlan.Step, String)] {
    do {
      if let plan {
        let folder = from ?? URL(fileURLWithPath: plan).deletingLastPathComponent().path
        return try ImportPlan(json: Self.yaml(plan)).steps.map { ($0, folder + "/" + $0.file) }
      }
      guard let file, let kind = kind.flatMap(RecordKind.init(rawValue:)) else { return [] }
      var columns = try ColumnMap(mapFlags: map, whereFlags: conditions)
      if let mapFile {
        guard map.isEmpty, conditions.isEmpty else { throw Refusal("--map-file stands alone, without --map and --where") }
        columns = try ColumnMap(json: Self.yaml(mapFile))
      }
      return [(ImportPlan.Step(kind: kind, file: file, map: columns), file)]
    } catch let error as ColumnMapError {
      throw Refusal("\(plan ?? mapFile ?? "--map"): \(error)")
    }
  }

  private static func yaml(_ path: String) throws -> JSON {
    guard let handle = FileHandle(forReadingAtPath: path), let data = try handle.read(upToCount: 1 << 20),
      let text = String(data: data, encoding: .utf8)
    else { throw Refusal("\(path) cannot be read") }
    switch YAMLDocument.json(text, file: path) {
    case .success(let json): return json
    case .failure(let problem): throw Refusal("\(problem)")
    }
  }

  /// The other files that this step looks values up in; they are beside the step's file.
  private func loadTables(_ step: ImportPlan.Step, near path: String) throws -> [Lookup: LookupTable] {
    var tables: [Lookup: LookupTable] = [:]
    let folder = plan == nil ? "." : URL(fileURLWithPath: path).deletingLastPathComponent().path
    for lookup in step.map.lookups {
      let file = lookup.file.hasPrefix("/") ? lookup.file : folder + "/" + lookup.file
      guard let handle = FileHandle(forReadingAtPath: file) else { throw Refusal("\(file), where values are looked up, cannot be opened") }
      defer { try? handle.close() }
      var table = LookupTable()
      let rows = RowReader()
      while let data = try handle.read(upToCount: 256 << 10), !data.isEmpty {
        try rows.feed(Array(data)) { if case .row(let row) = $0 { table.add(row, for: lookup) } }
      }
      try rows.finish { if case .row(let row) = $0 { table.add(row, for: lookup) } }
      tables[lookup] = table
    }
    return tables
  }
}
