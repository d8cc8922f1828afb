import AsyncHTTPClient
import Connectors
import Domain
import Testing

@Suite("A Slack webhook's answers")
struct SlackWebhookTests {
  private let now = Instant(microseconds: 1_764_000_000_000_000)
  private let payload = AlertMessage(
    company: "Initech", customer: "acme", name: "Acme", now: .init(score: 31, band: .critical), previous: nil, reasons: [],
    link: "https://cs.example.com/customers/acme", since: Instant(microseconds: 1_764_000_000_000_000)
  ).json

  private func send(to url: String, timeout: TimeSpan = .seconds(20), payload: JSON? = nil) async throws -> DeliveryOutcome {
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Outbound.configuration)
    let outcome = await SlackWebhook(client: client, timeout: timeout).send(payload ?? self.payload, to: Secret(url), now: now)
    try await client.shutdown()
    return outcome
  }

  private func outcome(of answer: LocalServer.Answer, timeout: TimeSpan = .seconds(20)) async throws -> DeliveryOutcome {
    try await LocalServer.with(answer) { try await send(to: $0.url, timeout: timeout) }
  }

  private func outcome(_ status: Int, _ body: String = "", _ headers: [(String, String)] = []) async throws -> DeliveryOutcome {
    try await outcome(of: .status(status, headers: headers, body: body))
  }

  @Test("200 ok is sent, and the call is the message as JSON")
  func sent() async throws {
    try await LocalServer.with(.status(200, body: "ok")) { server in
      let outcome = try await send(to: server.url)
      let call = server.received.first
      #expect(outcome == .sent)
      #expect(server.received.count == 1)
      #expect(call?.headers["content-type"] == "application/json; charset=utf-8")
      #expect(call?.uri == "/services/T0AA/B0BB/verysecrettoken")
      #expect((try? JSON.parse(call?.body ?? "")) == SlackMessage(payload: payload)?.json)
    }
  }

  @Test("A 200 that is plainly no receipt is not taken as one")
  func noReceipt() async throws {
    let page = try await outcome(200, " <html>Sign in</html>")
    #expect(page == .unknown(reason: "a web page answered 200, not Slack: is a proxy in between?"))
    let refusal = try await outcome(200, #"{"ok":false,"error":"x"}"#)
    #expect(refusal == .refused(reason: "the receiver answered 200, but not ok", breaksChannel: false))
    #expect(try await outcome(200) == .sent)
  }

  @Test(
    "What Slack refuses for good is kept with its word; some words break the whole channel",
    arguments: [
      (400, "invalid_payload", false), (400, "no_text", false), (403, "action_prohibited", true), (403, "invalid_token", true),
      (404, "channel_not_found", false), (404, "no_service", true), (410, "channel_is_archived", true), (501, "", false), (505, "", false),
      (401, "", false),
    ])
  func refused(status: Int, word: String, breaks: Bool) async throws {
    let reason = word.isEmpty ? "Slack answered \(status)" : "Slack answered \(status) \(word)"
    #expect(try await outcome(status, word + "\n") == .refused(reason: reason, breaksChannel: breaks))
  }

  @Test("What may pass is tried again", arguments: [408, 425, 429, 500, 502, 503, 504])
  func retried(status: Int) async throws {
    #expect(try await outcome(status) == .retry(reason: "Slack answered \(status)", after: nil))
  }

  @Test("Retry-After counts in seconds and as a date; nonsense is as if it were not there")
  func retryAfter() async throws {
    func after(_ text: String, _ more: [(String, String)] = []) async throws -> TimeSpan? {
      guard case .retry(_, let after) = try await outcome(429, "rate_limited", [("Retry-After", text)] + more) else { return .never }
      return after
    }
    #expect(try await after("30") == .seconds(30))
    #expect(try await after("Mon, 24 Nov 2025 16:01:30 GMT") == .seconds(90))
    #expect(try await after("Monday, 24-Nov-25 16:01:30 GMT") == .seconds(90))
    #expect(try await after("Mon Nov 24 16:01:30 2025") == .seconds(90))
    #expect(try await after("Mon, 24 Nov 2025 15:00:00 GMT") == .zero)
    #expect(try await after("Mon, 24 Nov 2025 16:01:30 GMT", [("Date", "Mon, 24 Nov 2025 16:01:20 GMT")]) == .seconds(10))
    #expect(try await after("99999999999999999999") == .days(365))
    for nonsense in ["soon", "-5", "1.5", "Mon, 31 Feb 2025 16:01:30 GMT", "Mon, 24 Nov 2025 25:01:30 GMT"] {
      #expect(try await after(nonsense) == nil, "\(nonsense)")
    }
  }

  @Test("A redirect is not followed and breaks the channel")
  func redirect() async throws {
    try await LocalServer.with(.status(200, body: "ok")) { elsewhere in
      let outcome = try await outcome(302, "", [("Location", elsewhere.url)])
      #expect(outcome == .refused(reason: "Slack answered 302: a redirect is not followed, check the webhook URL", breaksChannel: true))
      #expect(elsewhere.received.isEmpty)
    }
  }

  @Test("Nobody there or no such name: nothing has left, so it is tried again")
  func unreachable() async throws {
    let closed = try await LocalServer(.silence)
    try await closed.close()
    for url in [closed.url, "http://no-such-host.invalid/services/verysecrettoken"] {
      let outcome = try await send(to: url)
      guard case .retry(let reason, nil) = outcome else {
        Issue.record("\(outcome)")
        continue
      }
      #expect(reason.hasPrefix("Slack: no connection: ") && !reason.contains("verysecrettoken") && !reason.contains("no-such-host"))
    }
  }

  @Test("A call that left and got no answer has an unknown outcome")
  func unknown() async throws {
    let closed = try await outcome(of: .hangUp)
    #expect(closed == .unknown(reason: "Slack: the call left, but no answer came: the connection was closed"))
    let silent = try await outcome(of: .silence, timeout: .milliseconds(700))
    #expect(silent == .unknown(reason: "Slack: the call left, but no answer came: the time was up"))
  }

  @Test("An answer whose body never comes is judged by its status, in bounded time")
  func headOnly() async throws {
    #expect(try await outcome(of: .headOnly) == .sent)
  }

  @Test("An error body is bounded, and what could echo the address is not repeated")
  func body() async throws {
    for text in [String(repeating: "x", count: 5_000_000), "see /services/T0AA/B0BB/verysecrettoken", "verysecrettoken", "Öops", "a b"] {
      #expect(try await outcome(400, text) == .refused(reason: "Slack answered 400", breaksChannel: false))
    }
  }

  @Test("An address that is none breaks the channel; a payload that is none fails alone", arguments: ["", "hooks", "ftp://x/y", "http://"])
  func badAddress(url: String) async throws {
    let outcome = try await send(to: url)
    #expect(outcome == .refused(reason: "the webhook URL is not an address that can be called", breaksChannel: true))
    let other = try await send(to: "http://127.0.0.1:1/", payload: .null)
    #expect(other == .refused(reason: "Holdfast has no Slack form for this message", breaksChannel: false))
  }
}
