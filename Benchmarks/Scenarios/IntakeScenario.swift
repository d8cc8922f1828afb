import Foundation

/// Events as fast as the server takes them, until they are scored.
struct IntakeScenario {
  let stage: Stage

  func play(into report: inout Report) throws {
    try stage.withInstallation("intake") { installation in
      let server = try installation.start()
      let result = try IntakeRun(installation, [server], stage.options).run()
      try server.stop()
      self.report(result, to: &report)
    }
  }

  private func report(_ result: IntakeRun.Result, to report: inout Report) {
    let answered = Double(result.sent.answered)
    report.section("Intake over HTTP at full speed")
    report.rate("intake_answered_per_second", "answered 200", result.answeredRate, "events")
    report.rate("intake_folded_per_second", "answered and scored", result.foldedRate, "events")
    if let rows = stage.yardsticks.rows[stage.database] {
      report.share("intake", "share of the bare database", result.foldedRate, of: rows, note: "of \(stage.database.yardstick)")
    }
    report.durations("intake_batch", "answer to a batch", result.sent.latency)
    report.durations("intake_fold_lag", "fold lag", result.lag, withMaximum: true)
    report.duration("intake_catch_up", "fold after the last answer", result.folding - result.sending)
    report.count("intake_refused", "refused for now (429)", result.sent.refused)
    report.duration("intake_processor_per_event", "server processor time per event", result.serverTime.map { $0 / answered })
    report.duration("intake_sender_per_event", "sender processor time per event", result.senderTime / answered)
    report.bytes("intake_database_per_event", "database growth per event", Double(result.databaseGrowth) / answered)
    report.memory("intake_memory_end", "server memory at the end", result.memory.mean(from: 0.9, to: 1).map { Int($0) })
    report.memory("intake_memory_peak", "server memory at most", result.memoryPeak)
    if let middle = result.memory.mean(from: 0.5, to: 0.6), let end = result.memory.mean(from: 0.9, to: 1) {
      report.memory("intake_memory_growth", "memory growth, second half", Int(end - middle), note: "in \(Int(stage.options.seconds / 2)) s")
    }
  }
}
