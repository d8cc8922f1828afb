import Connectors
import Domain
import Testing

@Suite("An alert as Slack shows it")
struct SlackMessageTests {
  private func message(name: String? = "Acme & <Sons>", company: String = "Initech", reasons: [HealthReason] = [], link: String? = nil)
    -> AlertMessage
  {
    AlertMessage(
      company: company, customer: "acme-1", name: name, now: .init(score: 31, band: .critical), previous: .init(score: 52, band: .atRisk),
      reasons: reasons, link: link, since: Instant(microseconds: 1_764_000_000_000_000))
  }

  @Test("Customer, score, band, the heaviest reasons and a link, escaped")
  func snapshot() {
    let reasons = [
      HealthReason(title: "Open tickets", signal: "3", lost: 30, points: 0, max: 30),
      HealthReason(title: "Last login", signal: "12 d ago", lost: 20, points: 20, max: 40),
    ]
    let slack = SlackMessage(message(reasons: reasons, link: "https://cs.example.com/customers/acme-1"))
    let expected =
      #"{"text":"Critical: Acme &amp; &lt;Sons&gt;, health score 31 (was 52)\nOpen tickets: 3, 0 of 30 points\n"#
      + #"Last login: 12 d ago, 20 of 40 points","#
      + #""blocks":[{"type":"header","text":{"type":"plain_text","text":"Critical: Acme & <Sons>"}},"#
      + #"{"type":"section","fields":[{"type":"mrkdwn","text":"*Customer*\nAcme &amp; &lt;Sons&gt; (acme-1)"},"#
      + #"{"type":"mrkdwn","text":"*Health score*\n31 of 100, was 52"},{"type":"mrkdwn","text":"*Band*\ncritical, was at-risk"}]},"#
      + #"{"type":"section","text":{"type":"mrkdwn","text":"*What weighs most*\n• Open tickets: 3, 0 of 30 points\n"#
      + #"• Last login: 12 d ago, 20 of 40 points"}},"#
      + #"{"type":"section","text":{"type":"mrkdwn","text":"<https://cs.example.com/customers/acme-1|Open Acme &amp; &lt;Sons&gt;>"}},"#
      + #"{"type":"context","elements":[{"type":"mrkdwn","text":"Holdfast · Initech · since 2025-11-24T16:00:00Z"}]}]}"#
    #expect(slack.json.printed() == expected)
  }

  @Test("Without reasons, name or link those parts are left out")
  func bare() {
    let slack = SlackMessage(message(name: nil))
    #expect(slack.blocks.compactMap { $0["type"]?.string } == ["header", "section", "context"])
    #expect(slack.text == "Critical: acme-1, health score 31 (was 52)")
  }

  @Test("Names cannot mention anyone, break a link or break a line")
  func hostile() {
    let slack = SlackMessage(message(name: "<!channel>\n<https://evil.example|x>|y", link: "https://cs.example.com/customers/a"))
    let marked = slack.blocks.dropFirst().map { $0.printed() }.joined() + slack.text
    #expect(!marked.contains("<!") && !marked.contains("<https://evil"))
    #expect(marked.contains("<https://cs.example.com/customers/a|Open &lt;!channel&gt; &lt;https://evil.example/x&gt;/y>"))
    #expect(slack.blocks.first?["text"]?["text"]?.string == "Critical: <!channel> <https://evil.example|x>|y")
    #expect(SlackMessage(message(link: "javascript:alert(1)")).blocks.count == 3)
    #expect(SlackMessage(message(link: "https://x/a|b")).blocks.count == 3)
  }

  @Test("Whatever the lengths, every text stays within Slack's limits and is cut between characters, never inside an escape")
  func limits() {
    let family = "👨‍👩‍👧‍👦"
    for filler in ["a", "&", "<", family, "é", "\u{0}"] {
      for count in [1, 74, 150, 151, 300, 4_000] {
        let long = String(repeating: filler, count: count)
        let reasons = (0..<5).map { _ in HealthReason(title: long, signal: long, lost: 1) }
        let slack = SlackMessage(
          message(name: long, company: long, reasons: reasons, link: "https://x/" + String(repeating: "a", count: count)))
        check(slack, filler)
      }
    }
  }

  private func check(_ slack: SlackMessage, _ filler: String) {
    #expect(slack.text.utf16.count <= 3_000 && slack.blocks.count <= 50)
    #expect((slack.blocks.first?["text"]?["text"]?.string ?? "").utf16.count <= 150)
    for block in slack.blocks.dropFirst() {
      let limited =
        [(block["text"], 3_000)] + (block["fields"]?.array ?? []).map { ($0, 2_000) } + (block["elements"]?.array ?? []).map { ($0, 2_000) }
      for case (let part?, let limit) in limited {
        let text = part["text"]?.string ?? ""
        #expect(!text.isEmpty && text.utf16.count <= limit)
        let rest = text.replacing("&amp;", with: "").replacing("&lt;", with: "").replacing("&gt;", with: "")
        #expect(!rest.contains("&"), "a broken escape")
        if filler.count == 1, filler.unicodeScalars.count > 1 {
          #expect(rest.replacing(filler, with: "").unicodeScalars.allSatisfy { $0.value < 0x1F000 }, "a broken character")
        }
      }
    }
  }
}
