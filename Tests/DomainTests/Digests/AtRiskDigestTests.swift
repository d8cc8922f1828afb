import Domain
import Testing

@Suite("The digest of customers at risk")
struct AtRiskDigestTests {
  private static let day = (Instant(iso8601: "2026-11-30") ?? .epoch).day
  private static let week = Week(containing: day)

  private static func customer(
    _ id: String, _ score: Int, from before: Int? = nil, name: String? = nil, mrr: Double? = nil
  ) -> AtRiskDigest.Customer {
    let standing = { (score: Int) in AlertMessage.Standing(score: score, band: Bands().band(of: score)) }
    return AtRiskDigest.Customer(id: id, name: name, now: standing(score), before: before.map(standing), mrr: mrr)
  }

  private static func digest(_ change: (inout AtRiskDigest) -> Void = { _ in }) -> AtRiskDigest {
    var digest = AtRiskDigest(
      company: "Initech", week: week, day: day,
      now: .init(customers: 1_234, average: 71.27, bands: [.healthy: 1_195, .atRisk: 34, .critical: 5]),
      before: .init(customers: 1_200, average: 70.9, bands: [.healthy: 1_165, .atRisk: 31, .critical: 4]),
      slid: .init(count: 22, largest: [customer("a/1", 31, from: 74, name: "Acme", mrr: 1_999.6), customer("b", 52, from: 70)]),
      recovered: .init(count: 1, largest: [customer("c", 80, from: 35, name: " ", mrr: 40)]),
      reasons: [.init(title: "Open tickets", customers: 20), .init(title: "Last login", customers: 1)],
      largest: [customer("a/1", 31, name: "Acme", mrr: 1_999.6)], publicURL: "https://cs.example.com")
    change(&digest)
    return digest
  }

  @Test("says in its subject how many are at risk and how many moved")
  func subject() {
    #expect(
      Self.digest().title == "At-risk digest, 2026-11-30: 39 customers at risk or critical, 22 slid, 1 recovered")
    let calm = Self.digest {
      $0.now.bands = [.healthy: 9, .critical: 1]
      ($0.slid, $0.recovered) = (.init(), .init())
    }
    #expect(calm.title == "At-risk digest, 2026-11-30: 1 customer at risk or critical")
  }

  @Test("tells numbers with what they were, names with links, and how many are left off")
  func blocks() {
    let message = Self.digest().message(footer: "why")
    let acme = MailMessage.Row(
      title: "Acme", link: "https://cs.example.com/customers/a%2F1", detail: "was 74, healthy", standing: .init(score: 31, band: .critical),
      side: "MRR 2\u{202F}000")
    #expect(
      message.blocks.prefix(6) == [
        .heading("At-risk digest"), .text("Initech, the seven days to 2026-11-30"),
        .figures([
          .init(label: "Customers", value: "1\u{202F}234"), .init(label: "Average health", value: "71.3", detail: "+0.4 in a week"),
          .init(label: "At risk", value: "34", detail: "was 31", band: .atRisk),
          .init(label: "Critical", value: "5", detail: "was 4", band: .critical),
        ]), .heading("Slid in seven days: 22"),
        .rows([
          acme,
          .init(
            title: "b", link: "https://cs.example.com/customers/b", detail: "was 70, healthy", standing: .init(score: 52, band: .atRisk)),
        ]), .note("and 20 more"),
      ])
    #expect(
      message.blocks.contains(.rows([.init(title: "Open tickets", side: "20 customers"), .init(title: "Last login", side: "1 customer")])))
    #expect(message.blocks.contains(.note("and 38 more")))
    #expect(
      message.blocks.suffix(2) == [
        .link(
          .init(label: "See all customers at risk", url: "https://cs.example.com/customers?where=band%20%21%3D%20%22healthy%22&sort=-mrr")),
        .link(.init(label: "Health of the company", url: "https://cs.example.com/health")),
      ])
    #expect(message.kind == .digest && message.preview == "Slid: Acme, b")
  }

  @Test("Without an address of the pages there are no links")
  func noLinks() {
    let message = Self.digest { $0.publicURL = "" }.message()
    for block in message.blocks {
      if case .link = block { Issue.record("a link") }
      if case .rows(let rows) = block { #expect(rows.allSatisfy { $0.link == nil }) }
    }
  }

  @Test("A company without customers or without a past is told so plainly")
  func empty() {
    let none = AtRiskDigest.Movement()
    let digest = AtRiskDigest(
      company: "New", week: Self.week, day: Self.day, now: .init(customers: 0, average: nil, bands: [:]), before: nil, slid: none,
      recovered: none,
      reasons: [], largest: [], publicURL: "")
    #expect(
      digest.message().blocks == [
        .heading("At-risk digest"), .text("New, the seven days to 2026-11-30"),
        .figures([
          .init(label: "Customers", value: "0"), .init(label: "Average health", value: "–"),
          .init(label: "At risk", value: "0", band: .atRisk), .init(label: "Critical", value: "0", band: .critical),
        ]), .heading("Slid in seven days"), .text("Nobody slid into at-risk or critical in these seven days."),
        .text("Nobody is at risk or critical."),
      ])
    #expect(digest.message().preview == "Nobody is at risk.")
  }

  @Test("Each receiver gets one, by the week's key, however many channels name it")
  func deliveries() {
    guard let from = MailAddress("h@example.com"), let ann = MailAddress("ann@example.com"), let bob = MailAddress("bob@example.com") else {
      return
    }
    func mail(_ to: [MailAddress]) -> Channel.Kind { .smtp(MailServer(host: "mail", port: 25, security: .none, from: from, to: to)) }
    let channels = [
      Channel(name: "team", kind: .slackWebhook(url: nil)), Channel(name: "one", kind: mail([ann, bob])),
      Channel(name: "two", kind: mail([bob])),
    ]
    let rule = AtRiskDigestRule(channels: ["team", "one", "two", "gone"])
    let found = Self.digest().deliveries(rule, channels: channels, at: AlertFixture.start)
    #expect(
      found.map(\.key) == [
        "digest/at_risk/2026-W49/team", "digest/at_risk/2026-W49/ann@example.com", "digest/at_risk/2026-W49/bob@example.com",
      ])
    #expect(found.map(\.channel) == ["team", "one", "one"] && found.allSatisfy { $0.customer == nil && $0.state == .pending })
    #expect(found.map { MailMessage($0.payload)?.to } == [nil, ann, bob])
    #expect(MailMessage(found[1].payload)?.footer == "You get this every week because the channel one names you.")
  }

  @Test("The reason that weighs most is counted for each customer, equals by the model's order, unknown names not at all")
  func reasons() {
    func measure(_ name: String, _ max: Int) -> Measure {
      let term = Formula(source: "open_tickets", type: .number, term: .signal(.openTickets))
      return Measure(name: name, title: name.uppercased(), signal: term, rule: .share, max: max)
    }
    let cap = Cap(
      name: "unpaid", limit: 10, when: Formula(source: "payment_failed", type: .boolean, term: .signal(.paymentFailed)), reason: "Unpaid")
    let model = HealthModel(
      pillars: [Pillar(name: "p", max: 100, measures: [measure("a", 40), measure("b", 60)])], caps: [cap], version: "m")
    var tally = ReasonTally(model: model)
    for (a, b, c) in [(40, 20, nil), (0, 20, nil), (0, 60, -50), (40, 60, nil), (40, 60, -1)] as [(Int, Int, Int?)] {
      let parts = [("a", a), ("b", b), ("gone", -99)] + (c.map { [("unpaid", $0)] } ?? [])
      tally.add(parts.map { MeasurePoints(name: $0.0, points: $0.1) })
    }
    // 40 of b; 40 of a and 40 of b, the first counts; the cap's 50; nothing; the cap's 1.
    #expect(
      tally.parts(5) == [
        .init(title: "Unpaid", customers: 2), .init(title: "A", customers: 1), .init(title: "B", customers: 1),
      ])
    #expect(tally.parts(1).map(\.title) == ["Unpaid"])
  }
}
