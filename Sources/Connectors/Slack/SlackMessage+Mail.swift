import Domain

/// What is written for mail, as Slack shows it: a digest.
extension SlackMessage {
  public init(_ message: MailMessage) {
    let company = SlackText.escaped(message.company, limit: Limit.name)
    let foot: JSON = ["type": "context", "elements": [Self.markup("Holdfast · \(company)")]]
    var blocks = message.blocks.enumerated().flatMap { Self.blocks($1, isFirst: $0 == 0) }
    blocks = blocks.prefix(Limit.blocks - 1) + [foot]
    self.init(text: SlackText.escaped(message.subject, limit: Limit.fallback), blocks: blocks)
  }

  private static func blocks(_ block: MailMessage.Block, isFirst: Bool) -> [JSON] {
    switch block {
    case .heading(let text) where isFirst: [["type": "header", "text": plain(text, limit: Limit.header)]]
    case .heading(let text): section("*\(SlackText.escaped(text, limit: Limit.name))*")
    case .text(let text): section(SlackText.escaped(text, limit: Limit.section))
    case .note(let text): [["type": "context", "elements": [markup(SlackText.escaped(text, limit: Limit.reason))]]]
    case .figures(let figures): [["type": "section", "fields": .array(figures.prefix(Limit.fields).map(field))]]
    case .rows(let rows): sections(rows.map(line)).flatMap(section)
    case .link(let link): self.link(link.label, link.url).map(section) ?? []
    }
  }

  private static func section(_ text: String) -> [JSON] { text.isEmpty ? [] : [["type": "section", "text": markup(text)]] }

  private static func field(_ figure: MailMessage.Figure) -> JSON {
    let detail = figure.detail.map { " (\(SlackText.escaped($0, limit: Limit.name)))" } ?? ""
    return markup("*\(SlackText.escaped(figure.label, limit: Limit.name))*\n\(SlackText.escaped(figure.value, limit: Limit.name))\(detail)")
  }

  private static func line(_ row: MailMessage.Row) -> String {
    let title = link(row.title, row.link) ?? SlackText.escaped(row.title, limit: Limit.name)
    let words = [row.standing.map { "\($0.score) \($0.band.rawValue)" }, row.detail, row.side].compactMap(\.self)
      .map { SlackText.escaped($0, limit: Limit.name) }
    return "• \(title)" + (words.isEmpty ? "" : ": " + words.joined(separator: ", "))
  }

  /// Lines in texts of the length that a section takes.
  private static func sections(_ lines: [String]) -> [String] {
    var sections: [String] = []
    for line in lines where line.utf16.count <= Limit.section {
      if let last = sections.last, last.utf16.count + 1 + line.utf16.count <= Limit.section {
        sections[sections.count - 1] = last + "\n" + line
      } else {
        sections.append(line)
      }
    }
    return sections
  }
}
