import Domain
import Testing

@Suite("A critical alert by mail")
struct AlertMailTests {
  private static func server(_ to: [String] = []) -> MailServer {
    MailServer(
      host: "mail.example.com", port: 587, from: MailAddress("holdfast@example.com") ?? address("x@y"), to: to.map { address($0) })
  }

  private static func address(_ text: String) -> MailAddress {
    guard let address = MailAddress(text) else { preconditionFailure("an address") }
    return address
  }

  private func deliveries(_ to: [String], owner: String?, channels: [(String, MailServer?)]) -> [Delivery] {
    let blueprint = Blueprint(
      company: "Initech", catalog: Catalog(), model: HealthModel(pillars: [], version: "m1"),
      alerts: AlertRules(critical: CriticalAlert(channels: to)),
      channels: channels.map { Channel(name: $0.0, kind: $0.1.map(Channel.Kind.smtp) ?? .slackWebhook(url: nil)) }, version: "b1")
    let move = CriticalAlertDecision.Move(
      before: AlertFixture.health(80), after: AlertFixture.health(31), cause: .data, isHistory: false)
    let subject = CriticalAlertDecision.Subject(customer: "acme", name: "Acme", owner: owner)
    let effects = CriticalAlertDecision(blueprint)?.decide(move, of: subject, present: nil, now: AlertFixture.start) { nil } ?? []
    return effects.compactMap { if case .deliver(let delivery) = $0 { delivery } else { nil } }
  }

  private let prefix = "alert/critical/acme/\(AlertFixture.start.microseconds)/"

  @Test("goes to the owner, beside the Slack channel's message")
  func owner() {
    let found = deliveries(
      ["team", "mail"], owner: "ann@example.com", channels: [("team", nil), ("mail", Self.server(["all@example.com"]))])
    #expect(found.map(\.key) == [prefix + "team", prefix + "ann@example.com"])
    #expect(found.map(\.channel) == ["team", "mail"])
    #expect(AlertMessage(found[0].payload) != nil)
    let mail = MailMessage(found[1].payload)
    #expect(mail?.to == Self.address("ann@example.com") && mail?.footer == "You get this because you own this customer.")
  }

  @Test("goes to whom the channel names where the customer has no owner, each once")
  func noOwner() {
    let found = deliveries(
      ["mail", "other"], owner: nil,
      channels: [("mail", Self.server(["a@example.com", "b@example.com"])), ("other", Self.server(["b@example.com", "c@example.com"]))])
    #expect(found.map(\.key) == ["a", "b", "c"].map { prefix + $0 + "@example.com" })
    #expect(found.allSatisfy { $0.state == .pending })
  }

  @Test("is kept as failed, in words for a person, where there is nobody to send it to")
  func nobody() {
    let found = deliveries(["mail"], owner: nil, channels: [("mail", Self.server())])
    #expect(found.map(\.key) == [prefix + "mail"] && found.map(\.state) == [.failed] && found[0].finishedAt == AlertFixture.start)
    #expect(
      found[0].lastError
        == "nobody to send it to: the customer has no owner with a mail address, and the channel mail names no \"to\"")
  }
}
