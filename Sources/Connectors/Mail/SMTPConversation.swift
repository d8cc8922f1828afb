import Domain

/// What a mail server has said so far, and how much it was told: from this it is judged what became of a message.
struct SMTPConversation: Sendable {
  /// A final line of an answer, with the lines before it.
  struct Reply: Hashable, Sendable {
    var code: Int
    /// The text of all its lines, without the code.
    var text: String
  }

  /// The answer that ended it: the last refusal that no further step followed.
  private(set) var refusal: Reply?
  /// Whether anything was said at all.
  private(set) var hasAnswered = false
  /// All of the message has left: from here on the server may have taken it.
  var isOut = false
  private var lines: [String] = []

  /// Takes one line in, as it came.
  mutating func hear(_ line: String) {
    let line = line.prefix { !$0.isNewline }
    guard let code = Int(line.prefix(3)), (200...599).contains(code) else { return }
    hasAnswered = true
    if lines.count < Self.lineLimit { lines.append(String(line.dropFirst(4))) }
    // A hyphen after the code says that more lines come.
    guard line.dropFirst(3).first != "-" else { return }
    let reply = Reply(code: code, text: lines.joined(separator: " "))
    lines = []
    // The farewell after a refusal is no step.
    if code >= 400 { refusal = reply } else if code != 221 { refusal = nil }
  }

  private static let lineLimit = 20
}

/// How libcurl's transfer ended, as far as it matters here.
enum SMTPEnd: Hashable, Sendable {
  case done
  /// The server does not let us in.
  case loginDenied
  /// TLS was asked for and is not to be had.
  case noTLS
  /// The certificate is not one that we trust; with the reason.
  case untrusted(String)
  case timedOut
  /// Holdfast was stopping.
  case stopped
  /// The address's host is not known, or nobody listens; with the reason.
  case unreachable(String)
  /// Anything else, in libcurl's words.
  case broken(String)
}

extension SMTPConversation {
  /// What became of the message.
  /// - Parameter secrets: texts that no reason may repeat, whatever the server says.
  func outcome(_ end: SMTPEnd, secrets: [String]) -> DeliveryOutcome {
    if end == .done { return .sent }
    if let refusal { return judge(refusal, end, secrets: secrets) }
    switch end {
    case .done: return .sent
    case .loginDenied:
      return .refused(reason: "the mail server knows no way of signing in that Holdfast knows (PLAIN, LOGIN)", breaksChannel: true)
    case .noTLS:
      return .refused(reason: "the mail server offers no STARTTLS, and \"tls: none\" is not set", breaksChannel: true)
    case .untrusted(let why): return .retry(reason: "the mail server's certificate is not trusted: \(why)", after: nil)
    case .unreachable(let why): return .retry(reason: "no connection to the mail server: \(why)", after: nil)
    case .timedOut: return lost(hasAnswered ? "the mail server stopped answering" : "the mail server did not answer in time")
    case .stopped: return lost("Holdfast was stopping")
    case .broken(let why): return lost("the connection to the mail server broke: \(why)")
    }
  }

  /// After all was said and before the answer nobody knows.
  private func lost(_ why: String) -> DeliveryOutcome {
    isOut ? .unknown(reason: "the message left, but no answer came: \(why)") : .retry(reason: why, after: nil)
  }

  private func judge(_ reply: Reply, _ end: SMTPEnd, secrets: [String]) -> DeliveryOutcome {
    let said = words(reply, secrets: end == .loginDenied ? nil : secrets)
    let reason = "the mail server answered \(said)"
    if reply.code < 500 { return .retry(reason: reason, after: nil) }
    switch end {
    case .loginDenied: return .refused(reason: "\(reason): user or password are wrong", breaksChannel: true)
    case .noTLS: return .refused(reason: "\(reason): it turns to no TLS", breaksChannel: true)
    // "Authentication required", "encryption required": nothing else will get through either.
    default: return .refused(reason: reason, breaksChannel: [530, 534, 535, 538].contains(reply.code))
    }
  }

  /// The code and what the server says beside it.
  /// - Parameter secrets: `nil`: an answer about signing in, of which only the numbers are told.
  private func words(_ reply: Reply, secrets: [String]?) -> String {
    let text = MailText.oneLine(reply.text, limit: 200).split(separator: " ").joined(separator: " ")
    guard let secrets, !secrets.contains(where: { !$0.isEmpty && reply.text.contains($0) }) else {
      let status = text.prefix { $0.isNumber || $0 == "." }
      return "\(reply.code)" + (status.contains(".") ? " \(status)" : "")
    }
    return text.isEmpty ? "\(reply.code)" : "\(reply.code) \(text)"
  }
}
