import Domain
import Foundation

/// The JSON API while events come at half the speed that the server takes at most.
struct ReadScenario {
  let stage: Stage

  private enum Inquiry: String, CaseIterable {
    case customer
    case explanation
    case band
    case signal
    case rare
    case summary

    var title: String {
      switch self {
      case .customer: "a customer"
      case .explanation: "a customer's explanation"
      case .band: "50 by band, sorted by score"
      case .signal: "50 by a signal, sorted by score"
      case .rare: "a signal that nobody has, one page"
      case .summary: "the company's summary"
      }
    }

    func path(_ customer: Int) -> String {
      let list = "/api/v1/customers?limit=50&sort=score&where="
      switch self {
      case .customer: return "/api/v1/customers/" + Workload.customer(customer)
      case .explanation: return "/api/v1/customers/" + Workload.customer(customer) + "/explanation"
      case .band: return list + "band%20%3D%3D%20%22critical%22"
      case .signal: return list + "open_tickets%20%3E%200"
      case .rare: return list + "open_tickets%20%3E%201000"
      case .summary: return "/api/v1/health"
      }
    }
  }

  /// However slow one is, so many are timed.
  private static let fewest = 3

  func play(into report: inout Report) throws {
    try stage.withInstallation("reads", isFilled: true) { installation in
      let server = try installation.start()
      let most = try IntakeRun(installation, [server], stage.options, seconds: max(1, stage.options.seconds / 2)).run()
      let half = most.answeredRate / 2
      let connection = try server.connect()
      var random = SplitMix64(seed: stage.options.seed, stream: 0)
      var times: [Inquiry: Samples] = [:]
      var rest = Inquiry.allCases[...]
      let start = Clock.seconds()
      // Each kind has its share of the time; events come until all are done.
      let intake = try IntakeRun(installation, [server], stage.options, seconds: 7_200, rate: half, number: 1).run { crew in
        guard let inquiry = rest.first else {
          crew.stop()
          return try IntakeRun.pauseBetweenLooks(crew)
        }
        let path = inquiry.path(1 + random.below(stage.options.customers))
        times[inquiry, default: Samples()].add(try Clock.time { _ = try server.api(path, on: connection) })
        let share = Double(Inquiry.allCases.count - rest.count + 1) / Double(Inquiry.allCases.count)
        let isDone = Clock.seconds() > start + share * stage.options.seconds && times[inquiry, default: Samples()].count >= Self.fewest
        if isDone { rest.removeFirst() }
        try Clock.pause(0.005)
        return 0
      }
      try server.stop()
      report.section("Reads by the API at half of full speed")
      report.rate(
        "reads_intake_per_second", "events meanwhile", intake.answeredRate, "events", note: "at most \(Report.grouped(most.answeredRate))")
      for inquiry in Inquiry.allCases {
        report.durations("read_\(inquiry.rawValue)", inquiry.title, times[inquiry] ?? Samples())
      }
      report.durations("reads_intake_batch", "answer to a batch meanwhile", intake.sent.latency)
      report.durations("reads_fold_lag", "fold lag meanwhile", intake.lag, withMaximum: true)
    }
  }
}
