import Domain
import Foundation

/// From the record that turns a customer critical to the message at a local stand-in for Slack.
struct AlertScenario {
  let stage: Stage

  /// Alerts a second at most while the server is busy.
  private static let rate = 4.0

  func play(into report: inout Report) throws {
    let webhook = try Webhook()
    try stage.withInstallation("alerts") { installation in
      let server = try installation.start(environment: webhook.environment)
      let whileBusy = Int(stage.options.seconds * Self.rate)
      let slides = try prepare(stage.options.alerts + whileBusy, server, installation.writeKey)
      let connection = try server.connect()
      var (idle, busy) = (Samples(), Samples())
      for slide in slides.prefix(stage.options.alerts) {
        idle.add(try slide.run(on: connection, key: installation.apiKey, webhook))
        // Not in step with anything that the server does on a clock.
        try Clock.pause(0.02 + 0.0037 * Double(idle.count % 10))
      }
      var rest = slides.dropFirst(stage.options.alerts)
      let intake = try IntakeRun(installation, [server], stage.options).run { crew in
        guard let slide = rest.popFirst() else { return try IntakeRun.pauseBetweenLooks(crew) }
        busy.add(try slide.run(on: connection, key: installation.apiKey, webhook))
        try Clock.pause(1 / Self.rate)
        return 1
      }
      try server.stop()
      report.section("A critical alert at a local webhook")
      report.durations("alert_idle", "idle server", idle, withMaximum: true)
      report.durations("alert_busy", "at full speed", busy, withMaximum: true)
      report.rate("alert_busy_folded_per_second", "full speed meanwhile", intake.foldedRate, "events")
    }
  }

  /// Makes customers at 45 of 100, whom a ticket turns critical: three features used, no sign-in.
  private func prepare(_ count: Int, _ server: Server, _ key: String) throws -> [Slide] {
    let slides = (1...count).map { Slide(customer: "slide-\($0)") }
    let connection = try server.connect()
    for start in stride(from: 0, to: count, by: 30) {
      let calls = slides[start..<min(start + 30, count)].flatMap { slide in
        Workload.events[1...3].map { Workload.track("\(slide.customer) \($0)", $0, of: "user-of-\(slide.customer)", at: slide.customer) }
      }
      _ = try connection.trackInTime(Workload.batch(calls), key: key)
    }
    for slide in [slides.first, slides.last].compactMap(\.self) {
      try Clock.wait(upTo: 60, for: "\(slide.customer) to have 45 points", every: 0.01) {
        try server.score(of: slide.customer, on: connection) == 45
      }
    }
    return slides
  }

  private struct Slide {
    let customer: String

    /// Opens a ticket. - Returns: the seconds until the message about it came.
    func run(on connection: HTTPConnection, key: String, _ webhook: Webhook) throws -> Double {
      let now = Clock.now().iso8601
      let ticket: JSON = [
        "id": .string("ticket-of-\(customer)"), "customer": .string(customer), "status": "open", "opened_at": .string(now),
        "updated_at": .string(now),
      ]
      let start = Clock.seconds()
      while true {
        let answer = try connection.importLines("tickets", ticket.printedBytes() + [0x0a], key: key)
        if answer.status == 200 { break }
        guard answer.status == 429 else { throw Failure("/api/v1/import/tickets answered \(answer.status): \(answer.text)") }
        try Clock.pause(Double(answer.retryAfter ?? 1))
      }
      return try webhook.arrival(of: customer) - start
    }
  }
}
