import Connectors
import Domain
import Testing

@Suite("A digest as Slack shows it")
struct SlackDigestTests {
  private func message(_ blocks: [MailMessage.Block]) -> MailMessage {
    MailMessage(kind: .digest, company: "Initech & Co", subject: "Digest: <3>", blocks: blocks)
  }

  @Test("Headings, numbers, customers with links, and what leads on, escaped")
  func snapshot() {
    let slack = SlackMessage(
      message([
        .heading("At-risk digest"), .text("Initech"),
        .figures([.init(label: "At risk", value: "3", detail: "was 2", band: .atRisk), .init(label: "Customers", value: "9")]),
        .heading("Slid this week: 2"),
        .rows([
          .init(
            title: "Acme <1>", link: "https://cs.example.com/customers/a", detail: "was 52, at-risk",
            standing: .init(score: 31, band: .critical),
            side: "MRR 5"), .init(title: "b"),
        ]), .note("and 1 more"), .link(.init(label: "All", url: "https://cs.example.com/customers")),
      ]))
    let expected =
      #"{"text":"Digest: &lt;3&gt;","blocks":[{"type":"header","text":{"type":"plain_text","text":"At-risk digest"}},"#
      + #"{"type":"section","text":{"type":"mrkdwn","text":"Initech"}},"#
      + #"{"type":"section","fields":[{"type":"mrkdwn","text":"*At risk*\n3 (was 2)"},{"type":"mrkdwn","text":"*Customers*\n9"}]},"#
      + #"{"type":"section","text":{"type":"mrkdwn","text":"*Slid this week: 2*"}},"#
      + #"{"type":"section","text":{"type":"mrkdwn","text":"• <https://cs.example.com/customers/a|Acme &lt;1&gt;>: 31 critical, "#
      + #"was 52, at-risk, MRR 5\n• b"}},"#
      + #"{"type":"context","elements":[{"type":"mrkdwn","text":"and 1 more"}]},"#
      + #"{"type":"section","text":{"type":"mrkdwn","text":"<https://cs.example.com/customers|All>"}},"#
      + #"{"type":"context","elements":[{"type":"mrkdwn","text":"Holdfast · Initech &amp; Co"}]}]}"#
    #expect(slack.json.printed() == expected)
  }

  @Test("Whatever the lengths, it stays within Slack's limits", arguments: ["a", "&", "<", "👨‍👩‍👧‍👦", "\u{0}"])
  func limits(filler: String) {
    for count in [1, 200, 4_000] {
      let long = String(repeating: filler, count: count)
      let rows = (0..<60).map { _ in
        MailMessage.Row(title: long, link: "https://x/" + String(repeating: "a", count: count), detail: long, side: long)
      }
      let figures = (0..<20).map { _ in MailMessage.Figure(label: long, value: long, detail: long) }
      let slack = SlackMessage(
        message([
          .heading(long), .heading(long), .text(long), .note(long), .figures(figures), .rows(rows), .link(.init(label: long, url: long)),
        ]))
      #expect(slack.blocks.count <= 50 && slack.blocks.last?["type"] == "context")
      for block in slack.blocks.dropFirst() {
        let fields = block["fields"]?.array ?? []
        #expect(fields.count <= 10)
        let texts =
          [(block["text"], 3_000)] + fields.map { ($0, 2_000) } + (block["elements"]?.array ?? []).map { ($0, 2_000) }
        for case (let part?, let limit) in texts {
          let text = part["text"]?.string ?? ""
          #expect(!text.isEmpty && text.utf16.count <= limit)
        }
      }
    }
  }
}
