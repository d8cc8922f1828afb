import Domain

/// A message as an incoming webhook takes it: fallback text and blocks, within the limits of Block Kit.
public struct SlackMessage: Hashable, Sendable {
  enum Limit {
    static let header = 150
    static let blocks = 50
    static let fields = 10
    static let field = 2_000
    static let section = 3_000
    static let fallback = 3_000
    static let url = 3_000
    /// Ours, for a name within a line.
    static let name = 200
    static let reason = 600
  }

  /// For notifications and for screens that show no blocks.
  public let text: String
  public let blocks: [JSON]

  /// The body of the call.
  public var json: JSON { ["text": .string(text), "blocks": .array(blocks)] }

  /// A delivery's payload in Slack's form; `nil` where it is no message that this connector knows.
  public init?(payload: JSON) {
    if let message = AlertMessage(payload) {
      self.init(message)
    } else if let message = MailMessage(payload) {
      self.init(message)
    } else {
      return nil
    }
  }

  init(text: String, blocks: [JSON]) {
    self.text = text
    self.blocks = blocks
  }

  public init(_ message: AlertMessage) {
    text = Self.fallback(message)
    blocks = [Self.header(message), Self.facts(message), Self.reasons(message), Self.link(message), Self.context(message)].compactMap(
      \.self)
  }

  private static func fallback(_ message: AlertMessage) -> String {
    let name = SlackText.escaped(message.customerLabel, limit: Limit.name)
    let before = message.previous.map { " (was \($0.score))" } ?? ""
    let reasons = message.reasons.map { SlackText.escaped($0.words, limit: Limit.reason) }
    return SlackText.lines(["Critical: \(name), health score \(message.now.score)\(before)"] + reasons, limit: Limit.fallback)
  }

  private static func header(_ message: AlertMessage) -> JSON {
    ["type": "header", "text": plain("Critical: \(message.customerLabel)", limit: Limit.header)]
  }

  private static func facts(_ message: AlertMessage) -> JSON {
    var customer = SlackText.escaped(message.customerLabel, limit: Limit.name)
    if message.customerLabel != message.customer { customer += " (\(SlackText.escaped(message.customer, limit: Limit.name)))" }
    let score = "\(message.now.score) of 100" + (message.previous.map { ", was \($0.score)" } ?? "")
    let band = message.now.band.rawValue + (message.previous.map { ", was \($0.band.rawValue)" } ?? "")
    let fields = [("Customer", customer), ("Health score", score), ("Band", band)]
    return ["type": "section", "fields": .array(fields.map { markup("*\($0.0)*\n\($0.1)") })]
  }

  private static func reasons(_ message: AlertMessage) -> JSON? {
    guard !message.reasons.isEmpty else { return nil }
    let lines = message.reasons.map { "• \(SlackText.escaped($0.words, limit: Limit.reason))" }
    return ["type": "section", "text": markup(SlackText.lines(["*What weighs most*"] + lines, limit: Limit.section))]
  }

  /// A link in the text, not a button: a button of a webhook without an interactive app behind it answers a click with a warning.
  private static func link(_ message: AlertMessage) -> JSON? {
    link("Open \(message.customerLabel)", message.link).map { ["type": "section", "text": markup($0)] }
  }

  /// Markup; `nil` where the address is not one that Slack can link.
  static func link(_ label: String, _ link: String?) -> String? {
    guard let link, link.hasPrefix("http://") || link.hasPrefix("https://") else { return nil }
    let url = SlackText.escaped(link, limit: Limit.url)
    // Cut, or with what ends a link: no link then.
    guard !url.hasSuffix("…"), !link.unicodeScalars.contains(where: { $0 == "|" || $0.properties.isWhitespace }),
      url.utf16.count + 200 <= Limit.section
    else {
      return nil
    }
    return "<\(url)|\(SlackText.escaped(label, limit: 100).replacing(scalar: "|", with: "/"))>"
  }

  private static func context(_ message: AlertMessage) -> JSON {
    let company = SlackText.escaped(message.company, limit: Limit.name)
    return ["type": "context", "elements": [markup("Holdfast · \(company) · since \(message.since.iso8601)")]]
  }

  static func markup(_ text: String) -> JSON { ["type": "mrkdwn", "text": .string(text)] }
  static func plain(_ text: String, limit: Int) -> JSON {
    ["type": "plain_text", "text": .string(SlackText.plain(text, limit: limit))]
  }
}
