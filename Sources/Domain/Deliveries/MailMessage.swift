/// What is said to people by mail, apart from how a mail looks: a subject and blocks, the payload of a delivery. A connector makes its own
/// form of it when it sends; Slack can show one too.
public struct MailMessage: Hashable, Sendable {
  /// The payload's `message` member, by which a connector knows what it has before it.
  public static let label = "mail"

  /// What sort of mail it is, for the marks that mail programs go by.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// About something that happened now.
    case alert
    /// A summary on a schedule.
    case digest
    /// For this one person: an invitation, a test.
    case notice
  }

  public var kind: Kind
  /// The company's name.
  public var company: String
  /// `nil` where the channel itself is the place (Slack), or where nobody is known.
  public var to: MailAddress?
  public var subject: String
  /// What mail programs show beside the subject.
  public var preview: String
  public var blocks: [Block]
  /// At the foot: why the reader gets it.
  public var footer: String

  public init(
    kind: Kind, company: String, to: MailAddress? = nil, subject: String, preview: String = "", blocks: [Block], footer: String = ""
  ) {
    self.kind = kind
    self.company = company
    self.to = to
    self.subject = subject
    self.preview = preview
    self.blocks = blocks
    self.footer = footer
  }

  /// The same for another receiver.
  public func addressed(to receiver: MailAddress?) -> MailMessage {
    var message = self
    message.to = receiver
    return message
  }
}

extension MailMessage {
  /// A piece of a message. Texts are plain, on one line, of any length; whoever shows them cuts them.
  public enum Block: Hashable, Sendable {
    case heading(String)
    case text(String)
    /// A few numbers beside each other.
    case figures([Figure])
    /// Things one below the other.
    case rows([Row])
    case link(Link)
    /// An aside in small letters.
    case note(String)
  }

  /// A number with its name.
  public struct Figure: Hashable, Sendable {
    public var label: String
    public var value: String
    /// What it was before, or the like.
    public var detail: String?
    public var band: Band?
    public init(label: String, value: String, detail: String? = nil, band: Band? = nil) {
      self.label = label
      self.value = value
      self.detail = detail
      self.band = band
    }
  }

  /// One thing of several: a customer, a reason.
  public struct Row: Hashable, Sendable {
    public var title: String
    /// Where people read on; an address that begins with http:// or https://.
    public var link: String?
    public var detail: String?
    /// A health score in its band.
    public var standing: AlertMessage.Standing?
    /// At the other end of the line: an amount.
    public var side: String?
    public init(title: String, link: String? = nil, detail: String? = nil, standing: AlertMessage.Standing? = nil, side: String? = nil) {
      self.title = title
      self.link = link
      self.detail = detail
      self.standing = standing
      self.side = side
    }
  }

  /// Where people read on.
  public struct Link: Hashable, Sendable {
    public var label: String
    /// Begins with http:// or https://.
    public var url: String
    public init(label: String, url: String) {
      self.label = label
      self.url = url
    }
  }
}

extension MailMessage {
  /// The stored form.
  public var json: JSON {
    [
      "message": .string(Self.label), "kind": .string(kind.rawValue), "company": .string(company),
      "to": (to?.description).map(JSON.string) ?? .null, "subject": .string(subject), "preview": .string(preview),
      "blocks": .array(blocks.map(\.json)), "footer": .string(footer),
    ]
  }

  /// Reads the stored form; `nil` where it is none.
  public init?(_ json: JSON) {
    guard json["message"]?.string == Self.label, let kind = json["kind"]?.string.flatMap(Kind.init), let company = json["company"]?.string,
      let subject = json["subject"]?.string, let blocks = json["blocks"]?.array
    else { return nil }
    self.init(
      kind: kind, company: company, to: json["to"]?.string.flatMap(MailAddress.init), subject: subject,
      preview: json["preview"]?.string ?? "", blocks: blocks.compactMap(Block.init), footer: json["footer"]?.string ?? "")
  }
}

extension MailMessage.Block {
  fileprivate var json: JSON {
    switch self {
    case .heading(let text): ["block": "heading", "text": .string(text)]
    case .text(let text): ["block": "text", "text": .string(text)]
    case .figures(let figures): ["block": "figures", "figures": .array(figures.map(\.json))]
    case .rows(let rows): ["block": "rows", "rows": .array(rows.map(\.json))]
    case .link(let link): ["block": "link", "text": .string(link.label), "url": .string(link.url)]
    case .note(let text): ["block": "note", "text": .string(text)]
    }
  }

  fileprivate init?(_ json: JSON) {
    let text = json["text"]?.string ?? ""
    switch json["block"]?.string {
    case "heading": self = .heading(text)
    case "text": self = .text(text)
    case "figures": self = .figures((json["figures"]?.array ?? []).compactMap(MailMessage.Figure.init))
    case "rows": self = .rows((json["rows"]?.array ?? []).compactMap(MailMessage.Row.init))
    case "link": self = .link(MailMessage.Link(label: text, url: json["url"]?.string ?? ""))
    case "note": self = .note(text)
    default: return nil
    }
  }
}

extension MailMessage.Figure {
  fileprivate var json: JSON {
    .object(
      members([("label", label), ("value", value), ("detail", detail), ("band", band?.rawValue)]))
  }

  fileprivate init?(_ json: JSON) {
    guard let label = json["label"]?.string, let value = json["value"]?.string else { return nil }
    self.init(label: label, value: value, detail: json["detail"]?.string, band: json["band"]?.string.flatMap(Band.init))
  }
}

extension MailMessage.Row {
  fileprivate var json: JSON {
    var all = members([("title", title), ("link", link), ("detail", detail), ("side", side), ("band", standing?.band.rawValue)])
    if let standing { all.append(.init("score", .integer(Int64(standing.score)))) }
    return .object(all)
  }

  fileprivate init?(_ json: JSON) {
    guard let title = json["title"]?.string else { return nil }
    self.init(
      title: title, link: json["link"]?.string, detail: json["detail"]?.string, standing: AlertMessage.Standing(json),
      side: json["side"]?.string)
  }
}

/// Members for what is there.
private func members(_ texts: [(String, String?)]) -> [JSON.Member] {
  texts.compactMap { name, text in text.map { JSON.Member(name, .string($0)) } }
}
