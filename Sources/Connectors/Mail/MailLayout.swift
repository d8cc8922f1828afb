import Domain

/// The one layout of all mails: both parts, made from the same message.
///
/// The part with markup is made for mail programs: tables for layout, 600 pixels wide, styles beside what they style, colours for light and
/// dark; no picture, no script, no style sheet from anywhere.
public struct MailLayout: Sendable {
  private let message: MailMessage

  private enum Limit {
    static let title = 200
    static let text = 600
  }

  public init(_ message: MailMessage) { self.message = message }

  private func line(_ text: String, _ limit: Int = Limit.text) -> String { MailText.oneLine(text, limit: limit) }

  /// An address that may be a link: of the web, without what could end it.
  private func address(_ url: String?) -> String? {
    guard let url, url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.count <= 2_000,
      url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" && $0 != "<" && $0 != ">" })
    else { return nil }
    return url
  }

  // MARK: Plain

  /// The part without markup, with line feeds.
  public var plain: String {
    var pieces = message.blocks.map(words).filter { !$0.isEmpty }
    pieces.append("-- \n" + plainFooter)
    return pieces.joined(separator: "\n\n") + "\n"
  }

  private var plainFooter: String {
    ["Holdfast for \(line(message.company, Limit.title))", line(message.footer)].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func words(_ block: MailMessage.Block) -> String {
    switch block {
    case .heading(let text): line(text, Limit.title).uppercased()
    case .text(let text), .note(let text): line(text)
    case .figures(let figures): figures.map(words).joined(separator: "\n")
    case .rows(let rows): rows.map(words).joined(separator: "\n")
    case .link(let link): address(link.url).map { "\(line(link.label, Limit.title)):\n\($0)" } ?? ""
    }
  }

  private func words(_ figure: MailMessage.Figure) -> String {
    "\(line(figure.label)): \(line(figure.value))" + (figure.detail.map { " (\(line($0)))" } ?? "")
  }

  private func words(_ row: MailMessage.Row) -> String {
    let standing = row.standing.map { "\($0.score) \($0.band.rawValue)" }
    let words = [standing, row.detail.map { line($0) }, row.side.map { line($0) }].compactMap(\.self)
    return "- \(line(row.title, Limit.title))" + (words.isEmpty ? "" : ": " + words.joined(separator: ", "))
      + (address(row.link).map { "\n  \($0)" } ?? "")
  }

  // MARK: HTML

  /// The part with markup: a whole page.
  public var html: String {
    let page: MailMarkup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="supported-color-schemes" content="light dark">
      <title>\(line(message.subject, Limit.title))</title>
      <style>
      \(MailStyle.sheet)
      </style>
      </head>
      <body class="page" style="margin:0;padding:0;\(MailStyle.page)">
      <div style="display:none;max-height:0;overflow:hidden">\(line(message.preview))</div>
      <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="\(MailStyle.page)">
      <tr><td align="center" style="padding:24px 12px">
      <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;\(MailStyle.font)">
      <tr><td class="soft" style="padding:0 4px 12px;font-size:13px;line-height:18px;\(MailStyle.soft)">\
      <strong class="ink" style="\(MailStyle.ink)">\(line(message.company, Limit.title))</strong> · Holdfast</td></tr>
      <tr><td class="card" style="padding:28px;word-break:break-word;\(MailStyle.card)">
      \(blocks)</td></tr>
      <tr><td class="soft" style="padding:14px 4px 0;font-size:12px;line-height:17px;\(MailStyle.soft)">\(line(message.footer))</td></tr>
      </table>
      </td></tr>
      </table>
      </body>
      </html>

      """
    return page.text
  }

  private var blocks: MailMarkup {
    message.blocks.enumerated().markup { index, block in view(block, isFirst: index == 0) }
  }

  private func view(_ block: MailMessage.Block, isFirst: Bool) -> MailMarkup {
    switch block {
    case .heading(let text):
      let size: MailMarkup =
        isFirst ? "margin:0 0 6px;font-size:22px;line-height:28px" : "margin:26px 0 4px;font-size:16px;line-height:22px"
      let level: MailMarkup = isFirst ? "h1" : "h2"
      return "<\(level) class=\"ink\" style=\"\(size);font-weight:600;\(MailStyle.ink)\">\(line(text, Limit.title))</\(level)>\n"
    case .text(let text):
      return "<p class=\"ink\" style=\"margin:0 0 12px;font-size:15px;line-height:22px;\(MailStyle.ink)\">\(line(text))</p>\n"
    case .note(let text):
      return "<p class=\"soft\" style=\"margin:12px 0 0;font-size:13px;line-height:18px;\(MailStyle.soft)\">\(line(text))</p>\n"
    case .figures(let figures): return view(figures)
    case .rows(let rows):
      return """
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;\(MailStyle.font)">
        \(rows.markup(view))</table>

        """
    case .link(let link): return view(link)
    }
  }

  private func view(_ figures: [MailMessage.Figure]) -> MailMarkup {
    let width = 100 / max(figures.count, 1)
    let cells = figures.markup { figure in
      """
      <td class="figure" valign="top" width="\(width)%" style="padding:10px 14px 4px 0">\
      <span class="soft" style="display:block;font-size:13px;line-height:18px;\(MailStyle.soft)">\(line(figure.label))</span>\
      <span class="\(MailStyle.name(figure.band))" style="display:block;font-size:26px;line-height:32px;font-weight:600;white-space:nowrap;\
      \(MailStyle.text(figure.band))">\(line(figure.value))</span>\
      <span class="soft" style="display:block;font-size:13px;line-height:18px;\(MailStyle.soft)">\(line(figure.detail ?? ""))</span></td>

      """
    }
    return """
      <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="\(MailStyle.font)"><tr>
      \(cells)</tr></table>

      """
  }

  private func view(_ row: MailMessage.Row) -> MailMarkup {
    let title = line(row.title, Limit.title)
    let named: MailMarkup =
      if let url = address(row.link) { "<a class=\"link\" href=\"\(url)\" style=\"\(MailStyle.link)\">\(title)</a>" } else { "\(title)" }
    let detail = row.detail.map { text -> MailMarkup in
      "<br><span class=\"soft\" style=\"font-size:13px;line-height:18px;\(MailStyle.soft)\">\(line(text))</span>"
    }
    let badge = row.standing.map { standing -> MailMarkup in
      """
      <span class="\(MailStyle.name(standing.band)) on-\(MailStyle.name(standing.band))" style="display:inline-block;padding:1px 9px;border-radius:10px;font-size:13px;\
      line-height:20px;white-space:nowrap;\(MailStyle.ground(standing.band))\(MailStyle.text(standing.band))">\(standing.score) \(standing.band.rawValue)</span>
      """
    }
    let side = row.side.map { text -> MailMarkup in
      let start: MailMarkup = row.standing == nil ? "" : "<br>"
      return
        "\(start)<span class=\"soft\" style=\"font-size:13px;line-height:20px;white-space:nowrap;\(MailStyle.soft)\">\(line(text))</span>"
    }
    return """
      <tr><td class="rule ink" valign="top" style="padding:9px 12px 9px 0;font-size:15px;line-height:21px;\
      \(MailStyle.rule)\(MailStyle.ink)">\(named)\(detail)</td>\
      <td class="rule" valign="top" align="right" style="padding:9px 0;\(MailStyle.rule)">\(badge)\(side)</td></tr>

      """
  }

  private func view(_ link: MailMessage.Link) -> MailMarkup {
    guard let url = address(link.url) else { return "" }
    return """
      <table role="presentation" cellpadding="0" cellspacing="0" style="margin:20px 0 0"><tr><td class="button" style="\(MailStyle.button)">\
      <a class="button" href="\(url)" style="display:inline-block;padding:9px 18px;font-size:15px;line-height:20px;text-decoration:none;\
      \(MailStyle.button)\(MailStyle.font)">\(line(link.label, Limit.title))</a></td></tr></table>

      """
  }
}
