import Foundation

/// From starting the program to being ready, and memory at rest.
struct StartScenario {
  let stage: Stage

  func play(into report: inout Report) throws {
    try stage.withInstallation("new", isFilled: false) { installation in
      let server = try installation.start()
      try Self.rest()
      report.section("Start and rest")
      report.duration("start_empty", "start to ready, new database", server.startTime)
      report.memory("memory_empty", "memory at rest, new database", server.memory?.now)
      try server.stop()
    }
    let firstStart = try stage.firstStart()
    report.duration("start_first", "start to ready, all to be scored", firstStart, note: "customers without a score, as after a new model")
    try stage.withInstallation("start", isFilled: true) { installation in
      let clean = try installation.start()
      try Self.rest()
      report.duration("start_clean", "start to ready, after a clean stop", clean.startTime)
      report.memory("memory_filled", "memory at rest, all customers stored", clean.memory?.now)
      let killed = try kill(clean, under: installation)
      let again = try installation.start()
      let readyAt = Clock.seconds()
      let connection = try again.connect()
      try again.waitForFold(on: connection)
      let accepted = try again.statistics(on: connection).accepted
      let atMost = killed.answered + stage.options.connections * stage.options.batch
      guard killed.answered...atMost ~= accepted else {
        throw Failure("\(killed.answered) events were answered 200 before kill -9, but \(accepted) are stored")
      }
      report.duration(
        "start_killed", "start to ready, after kill -9 under load", again.startTime,
        note: "\(Report.grouped(Double(accepted))) events in \(Int(stage.options.seconds)) s before")
      report.duration("start_killed_folded", "ready to all folded, after kill -9", Clock.seconds() - readyAt)
      try again.stop()
    }
  }

  /// `kill -9` in the midst of events at full speed. - Returns: what the senders had answers for.
  private func kill(_ server: Server, under installation: Installation) throws -> Sender.Tally {
    var load = IntakeRun(installation, [server], stage.options, seconds: 2 * stage.options.seconds).load
    load.mayBeCutOff = true
    let crew = Crew(load)
    try Clock.pause(stage.options.seconds)
    server.kill()
    let tally = try crew.tally()
    guard tally.cutOff > 0, tally.answered > 0 else { throw Failure("no sender was cut off by kill -9") }
    return tally
  }

  private static func rest() throws { try Clock.pause(1) }
}
