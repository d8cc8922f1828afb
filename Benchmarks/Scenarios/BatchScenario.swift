import Domain
import Foundation

/// The daily batch over all customers; beside it what a nightly query would take over the raw events that the roll-ups came from.
struct BatchScenario {
  let stage: Stage

  func play(into report: inout Report) throws {
    let customers = stage.options.customers
    var batch = Outcome()
    try stage.withInstallation("batch", isFilled: true) { batch = try run($0) }
    report.section("The daily batch")
    report.duration(
      "batch", "all scores derived anew", batch.seconds,
      note: "\(Report.grouped(Double(customers))) customers, \(Report.grouped(Double(customers * Filling.usagePerCustomer))) roll-ups")
    report.rate("batch_customers_per_second", "customers", Double(customers) / batch.seconds, "customers")
    report.memory("batch_memory_peak", "memory at most", batch.memoryPeak)
    let plain = try runPlainQuery()
    guard plain.bands == batch.bands else {
      throw Failure("the daily batch and the plain query disagree on the bands: \(batch.bands), \(plain.bands)")
    }
    let events = Report.grouped(Double(customers * Filling.usagePerCustomer * Filling.eventsPerUsage))
    report.duration("batch_yardstick", yardstick, plain.seconds, note: "of the procedure's query over \(events) raw events")
    report.ratio("batch", "the batch, × the \(yardstick)", batch.seconds, to: plain.seconds)
  }

  private struct Outcome {
    var seconds = 0.0
    var memoryPeak: Int?
    /// Customers that are healthy, at risk, critical.
    var bands: [Int] = []
  }

  /// There is no command for the batch: a server finds it due when it starts. The time at which each shard was checked is that at which
  /// the batch began.
  private func run(_ installation: Installation) throws -> Outcome {
    let database = try installation.place.connect()
    try database.run("UPDATE shard SET checked_at = 0")
    let server = try installation.start(environment: ["HOLDFAST_LOG": "info"])
    var line: Substring?
    try Clock.wait(upTo: 3_600, for: "the daily batch to be done", every: 0.01) {
      line = ProcessFiles.text(installation.log()).split(separator: "\n").first { $0.contains("daily batch done") }
      return line != nil
    }
    let end = Clock.now()
    let begin = Instant(microseconds: Int64(try database.number("SELECT MIN(checked_at) FROM shard")))
    let said = line ?? ""
    guard said.contains("customers=\(stage.options.customers) "), said.contains("differences=0 ") else {
      throw Failure("the daily batch did not find what it should: \(said)")
    }
    var outcome = Outcome(seconds: (end - begin).seconds, memoryPeak: server.memory?.peak)
    let bands = try server.api("/api/v1/health", on: server.connect())["bands"]
    outcome.bands = ["healthy", "at-risk", "critical"].map { Int(bands?[$0]?.double ?? -1) }
    try server.stop()
    return outcome
  }

  private var yardstick: String {
    switch stage.database {
    case .sqlite: "CREATE TABLE AS"
    case .postgres: "REFRESH MATERIALIZED VIEW"
    }
  }

  /// The query that stands in a procedure without Holdfast, as each database has it done every night.
  private func runPlainQuery() throws -> Outcome {
    Output.note("  a plain query over raw events …")
    var outcome = Outcome()
    try stage.withPlace("raw") { place in
      let connection = try place.connect()
      try connection.inBulk { try stage.filling.fillRaw(connection) }
      switch place {
      case .sqlite:
        try connection.run("PRAGMA synchronous = FULL")
        outcome.seconds = try Clock.time { try connection.run("CREATE TABLE score AS \(stage.filling.plainQuery)") }
      case .postgres:
        try connection.run("CREATE MATERIALIZED VIEW score AS \(stage.filling.plainQuery) WITH NO DATA")
        outcome.seconds = try Clock.time { try connection.run("REFRESH MATERIALIZED VIEW score") }
      }
      outcome.bands = try ["score >= 70", "score >= 40 AND score < 70", "score < 40"].map {
        try connection.number("SELECT COUNT(*) FROM score WHERE \($0)")
      }
    }
    return outcome
  }
}
