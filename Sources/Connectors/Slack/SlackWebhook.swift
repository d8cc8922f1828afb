import AsyncHTTPClient
import Domain

/// Posts to a Slack incoming webhook. The address is the secret: it appears in no message, error or log.
public struct SlackWebhook: Sendable {
  private let call: OutboundCall

  /// - Parameters:
  ///   - client: made with `Outbound.configuration`; its owner shuts it down.
  ///   - timeout: for the whole call.
  public init(client: HTTPClient, timeout: TimeSpan = Outbound.timeout) {
    call = OutboundCall(client: client, timeout: timeout)
  }

  /// One attempt.
  /// - Parameters:
  ///   - payload: a delivery's payload.
  ///   - now: to read a `Retry-After` that is a date.
  public func send(_ payload: JSON, to url: Secret, now: Instant) async -> DeliveryOutcome {
    guard let message = SlackMessage(payload: payload) else {
      return .refused(reason: "Holdfast has no Slack form for this message", breaksChannel: false)
    }
    switch await call.post(message.json.printedBytes(), to: url) {
    case .success(let answer): return Self.outcome(of: answer, url: url, now: now)
    case .failure(let failure) where failure.isBadAddress:
      return .refused(reason: "the webhook URL is not an address that can be called", breaksChannel: true)
    case .failure(let failure):
      let reason = "Slack: \(failure.reason)"
      return failure.mayHaveArrived ? .unknown(reason: reason) : .retry(reason: reason, after: nil)
    }
  }

  /// Final for the whole webhook, by Slack's documentation.
  private static let breaking: Set<String> = ["no_service", "channel_is_archived", "invalid_token", "action_prohibited"]

  static func outcome(of answer: OutboundAnswer, url: Secret, now: Instant) -> DeliveryOutcome {
    let word = word(in: answer.body, url: url)
    let reason = "Slack answered \(answer.status)" + (word.map { " \($0)" } ?? "")
    switch answer.status {
    case 200...299:
      return judge(answer)
    case 300...399:
      return .refused(reason: "\(reason): a redirect is not followed, check the webhook URL", breaksChannel: true)
    case 408, 425, 429, 500, 502...504, 506...599:
      let after = answer.retryAfter.flatMap { RetryAfter.span($0, date: answer.date, now: now) }
      return .retry(reason: reason, after: after)
    default:
      return .refused(reason: reason, breaksChannel: answer.status == 410 || word.map(breaking.contains) ?? false)
    }
  }

  /// Slack says `ok`. Other receivers of Slack's format say other things; only what is plainly no receipt is not taken as one.
  private static func judge(_ answer: OutboundAnswer) -> DeliveryOutcome {
    let body = answer.body.drop(while: \.isWhitespace)
    if body.first == "<" { return .unknown(reason: "a web page answered \(answer.status), not Slack: is a proxy in between?") }
    if let json = try? JSON.parse(answer.body), json["ok"] == .bool(false) {
      return .refused(reason: "the receiver answered \(answer.status), but not ok", breaksChannel: false)
    }
    return .sent
  }

  /// Slack's word for an error ("no_service"): letters and underscores. Anything else is not repeated, since an answer could echo the
  /// address.
  private static func word(in body: String, url: Secret) -> String? {
    let word = String(body.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    guard (2...60).contains(word.utf8.count), word.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F }),
      !url.reveal().contains(word)
    else { return nil }
    return word
  }
}
