import Domain
import Foundation

/// One event at a time on a server that has nothing else to do.
struct SingleScenario {
  let stage: Stage

  func play(into report: inout Report) throws {
    try stage.withInstallation("single") { installation in
      let server = try installation.start()
      let answers = try answers(of: server, key: installation.writeKey)
      let scores = try scores(of: server, key: installation.writeKey)
      try server.stop()
      report.section("One event on an idle server")
      report.durations("idle_answer", "durable answer", answers)
      for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        report.ratio(
          "idle_answer_\(name)", "durable answer, \(name), × a bare append's", answers.percentile(share),
          to: stage.yardsticks.appends.percentile(share))
      }
      report.durations("idle_score", "score visible by the API", scores, note: "of a customer that was unknown")
    }
  }

  /// Times from a call to its durable answer.
  private func answers(of server: Server, key: String) throws -> Samples {
    let connection = try server.connect()
    var workload = Workload(customers: stage.options.customers, seed: stage.options.seed, stream: 0)
    var samples = Samples()
    for _ in 0..<stage.options.singles {
      samples.add(try connection.trackInTime(workload.batch(1, at: Clock.now()), key: key))
      // Long enough for the fold of this event to be over.
      try Clock.pause(0.015)
    }
    try server.waitForFold(on: connection)
    return samples
  }

  /// Times from a call about a customer that nobody knew to the moment the API shows the customer's score.
  private func scores(of server: Server, key: String) throws -> Samples {
    let connection = try server.connect()
    var samples = Samples()
    for number in 0..<stage.options.scores {
      let customer = "new-\(number)"
      let body = Workload.batch([Workload.track("score-\(number)", "Signed In", of: "person-\(number)", at: customer)])
      let start = Clock.seconds()
      _ = try connection.trackInTime(body, key: key)
      try Clock.wait(upTo: 60, for: "the score of a new customer", every: 0.0005) {
        try server.score(of: customer, on: connection) != nil
      }
      samples.add(Clock.seconds() - start)
      // Not in step with anything that the server does on a clock.
      try Clock.pause(0.02 + 0.0037 * Double(number % 10))
    }
    return samples
  }
}

extension HTTPConnection {
  /// Posts a batch that must be taken. - Returns: the seconds that the answer took.
  func trackInTime(_ body: [UInt8], key: String) throws -> Double {
    try Clock.time {
      let answer = try track(body, key: key)
      guard answer.status == 200 else { throw Failure("/v1/batch answered \(answer.status): \(answer.text)") }
    }
  }
}
