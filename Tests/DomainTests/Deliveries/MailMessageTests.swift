import Domain
import Testing

@Suite("What a mail says")
struct MailMessageTests {
  @Test("The stored form reads back as the same message, and anything else is refused")
  func roundTrip() {
    let message = MailMessage(
      kind: .digest, company: "Initech", to: MailAddress("Ann <ann@example.com>"), subject: "Digest", preview: "p",
      blocks: [
        .heading("h"), .text("t"), .note("n"), .link(.init(label: "l", url: "https://cs.example.com/")),
        .figures([.init(label: "At risk", value: "3", detail: "was 2", band: .atRisk), .init(label: "All", value: "9")]),
        .rows([
          .init(title: "Acme", link: "https://cs.example.com/a", detail: "d", standing: .init(score: 31, band: .critical), side: "MRR 5"),
          .init(title: "Bare"),
        ]),
      ], footer: "f")
    #expect(MailMessage(message.json) == message)
    #expect((try? JSON.parse(message.json.printed())).flatMap { MailMessage($0) } == message)
    #expect(MailMessage(message.addressed(to: nil).json)?.to == nil)
    #expect(MailMessage(.null) == nil && MailMessage(["message": "critical-alert"]) == nil)
  }

  @Test("An alert's mail names score, reasons, the way to read on, and times as the company reads them")
  func alert() {
    let reason = HealthReason(title: "Open tickets", signal: "3", lost: 30, points: 0, max: 30)
    let cap = HealthReason(title: "A payment failed", signal: "capped at 50", lost: 25)
    let alert = AlertMessage(
      company: "Initech", customer: "acme", name: "Acme", now: .init(score: 31, band: .critical), previous: .init(score: 52, band: .atRisk),
      reasons: [reason, cap], link: "https://cs.example.com/customers/acme", since: AlertFixture.start)
    let mail = alert.mail(to: MailAddress("ann@example.com"), footer: "why", calendar: LocalCalendar(timeZone: "Europe/Berlin"))
    #expect(mail.subject == "Critical: Acme, 31 of 100" && mail.kind == .alert && mail.to?.address == "ann@example.com")
    #expect(
      mail.blocks == [
        .heading("Acme is critical"),
        .figures([.init(label: "Health score", value: "31 of 100", detail: "was 52, at-risk", band: .critical)]),
        .heading("What weighs most"),
        .rows([
          .init(title: "Open tickets", detail: "3", side: "0 of 30 points"),
          .init(title: "A payment failed", detail: "capped at 50", side: "−25 points"),
        ]), .link(.init(label: "Open Acme", url: "https://cs.example.com/customers/acme")),
        .note("Customer acme · critical since 2025-11-24 17:00 (Europe/Berlin)"),
      ])
  }
}
