import Domain

/// A message as it goes over the wire: header, and two parts that say the same (RFC 5322, RFC 2046). The same delivery gives the same
/// bytes, however often it is tried.
public struct Letter: Hashable, Sendable {
  public let from: MailAddress
  public let to: MailAddress
  /// The part without markup, with line feeds.
  public let plain: String
  public let html: String
  /// All of it, with CRLF; plain ASCII.
  public let text: String

  /// - Parameters:
  ///   - key: the delivery's; the message's id is made of it.
  ///   - at: what stands as its date.
  /// - Returns: `nil` where the message names no receiver.
  public init?(_ message: MailMessage, from: MailAddress, key: String, at: Instant) {
    guard let to = message.to else { return nil }
    self.from = from
    self.to = to
    let layout = MailLayout(message)
    plain = layout.plain
    html = layout.html
    let digest = StableHash.fnv1a128Hex(Array("\(key) \(to.address)".utf8))
    var text = HeaderText.field("Date", Self.date(at).split(separator: " ").map(String.init))
    text += HeaderText.field("From", Self.words(from))
    text += HeaderText.field("To", Self.words(to))
    text += HeaderText.field("Subject", HeaderText.words(message.subject))
    text += HeaderText.field("Message-ID", ["<\(digest)@\(from.domain)>"])
    text += HeaderText.field("MIME-Version", ["1.0"])
    text += HeaderText.field("Auto-Submitted", ["auto-generated"])
    if message.kind == .digest {
      text += HeaderText.field("Precedence", ["bulk"])
      text += HeaderText.field("List-Unsubscribe", ["<mailto:\(Self.escaped(from.address))?subject=unsubscribe>"])
    }
    // "=_" stands in no part, because "=" is encoded there.
    let boundary = "=_\(digest)"
    text += HeaderText.field("Content-Type", ["multipart/alternative;", "boundary=\"\(boundary)\""])
    text += "\r\n"
    for (kind, part) in [("plain", plain), ("html", html)] {
      text += "--\(boundary)\r\n"
      text += HeaderText.field("Content-Type", ["text/\(kind);", "charset=utf-8"])
      text += HeaderText.field("Content-Transfer-Encoding", ["quoted-printable"])
      text += "\r\n" + QuotedPrintable.encoded(part)
    }
    self.text = text + "--\(boundary)--\r\n"
  }

  private static func words(_ address: MailAddress) -> [String] {
    guard let name = address.name else { return ["<\(address.address)>"] }
    return HeaderText.phrase(name) + ["<\(address.address)>"]
  }

  /// For a `mailto:` address (RFC 6068): of the letters an address may have here, those that mean something there.
  private static func escaped(_ address: String) -> String {
    address.utf8.map { byte in
      let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || Array("@.-_+".utf8).contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + QuotedPrintable.hex(byte).dropFirst()
    }.joined()
  }

  /// "Mon, 30 Nov 2026 09:00:00 +0000" (RFC 5322, section 3.3).
  static func date(_ instant: Instant) -> String {
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let day = instant.day
    let date = CivilDate(day)
    let seconds = Int((instant - day.start).microseconds / 1_000_000)
    let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    let weekday = Int(day.number - Week(containing: day).monday.number)
    return "\(names[weekday]), \(date.day) \(months[date.month - 1]) \(date.year) \(clock) +0000"
  }
}
