import Foundation

/// `holdfast import events` of a made-up file into a new database, scoring included.
struct ImportScenario {
  let stage: Stage

  func play(into report: inout Report) throws {
    try stage.withInstallation("import", isFilled: false) { installation in
      let path = installation.folder + "/events.ndjson"
      let rows = stage.options.importRows
      let size = try write(rows, to: path)
      var output = ""
      var peak: Int?
      let seconds = try Clock.time { (output, peak) = try installation.command(["import", "events", path], limit: 7_200) }
      guard output.contains("\(rows) accepted, 0 duplicate, 0 rejected") else { throw Failure("not all was imported: \(output)") }
      let perSecond = Double(rows) / seconds
      let megabytes = String(format: "%.0f", Double(size) / Double(1 << 20))
      report.section("holdfast import events, scored")
      report.rate("import_rows_per_second", "rows", perSecond, "rows", note: "\(Report.grouped(Double(rows))) lines, \(megabytes) MiB")
      if let bare = stage.yardsticks.rows[stage.database] {
        report.share("import", "share of the bare database", perSecond, of: bare, note: "of \(stage.database.yardstick)")
      }
      report.memory("import_memory_peak", "memory at most", peak)
    }
  }

  /// - Returns: the file's size in bytes.
  private func write(_ rows: Int, to path: String) throws -> Int {
    var workload = Workload(customers: stage.options.customers, seed: stage.options.seed, stream: 0)
    let now = Clock.now()
    guard let file = fopen(path, "w") else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    var size = 0
    for _ in 0..<rows {
      let line = Array(workload.line(before: now).utf8)
      guard fwrite(line, 1, line.count, file) == line.count else {
        fclose(file)
        throw Failure("\(path): \(String(cString: strerror(errno)))")
      }
      size += line.count
    }
    guard fclose(file) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
    return size
  }
}
