import Connectors
import Domain
import Testing

@Suite("What a mail server answers")
struct SMTPSenderTests {
  private func letter() throws -> Letter {
    let ann = try #require(MailAddress("Ann <ann@example.com>"))
    let from = try #require(MailAddress("holdfast@example.com"))
    let message = MailMessage(
      kind: .notice, company: "Initech", to: ann, subject: "Hello", blocks: [.text(".leading full stop"), .text("From here")])
    return try #require(Letter(message, from: from, key: "k", at: .epoch))
  }

  private func server(_ port: Int, _ login: MailServer.Login? = nil, _ security: MailServer.Security = .none) throws -> MailServer {
    MailServer(
      host: "127.0.0.1", port: port, security: security, login: login, from: try #require(MailAddress("holdfast@example.com")))
  }

  private func outcome(_ script: LocalMailServer.Script) async throws -> DeliveryOutcome {
    try await LocalMailServer.with(script) { local in
      let times = SMTPSender.Times(connect: .milliseconds(700), whole: .milliseconds(1_500))
      return await SMTPSender(try server(local.port), times: times).send(try letter())
    }
  }

  @Test("250 after the message is sent, and what arrived is the letter")
  func sent() async throws {
    try await LocalMailServer.with { local in
      let letter = try letter()
      #expect(await SMTPSender(try server(local.port)).send(letter) == .sent)
      let lines = local.lines
      #expect(lines.contains("MAIL FROM:<holdfast@example.com>") && lines.contains("RCPT TO:<ann@example.com>"))
      let data = try #require(lines.firstIndex(of: "DATA"))
      let end = try #require(lines[data...].firstIndex(of: "."))
      let body = lines[(data + 1)..<end].map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 }.joined(separator: "\r\n") + "\r\n"
      #expect(body == letter.text)
    }
  }

  @Test("The connection is kept for the next letter, and made anew after a refusal")
  func reuse() async throws {
    try await LocalMailServer.with { local in
      let sender = SMTPSender(try server(local.port))
      for _ in 0..<3 { #expect(await sender.send(try letter()) == .sent) }
      #expect(local.connections == 1)
    }
    try await LocalMailServer.with(["RCPT": "450 later"]) { local in
      let sender = SMTPSender(try server(local.port))
      for _ in 0..<2 { #expect(await sender.send(try letter()) == .retry(reason: "the mail server answered 450 later", after: nil)) }
      #expect(local.connections == 2)
    }
  }

  @Test(
    "A temporary refusal, wherever it comes, is tried again",
    arguments: [
      ("", "421 4.3.2 too busy"), ("MAIL", "451 4.3.0 no"), ("RCPT", "450-4.2.0 greylisted,\r\n450 4.2.0 come again"),
      ("DATA", "452 4.3.1 full"), (".", "451 4.7.1 try later"),
    ])
  func temporary(place: String, answer: String) async throws {
    let said = answer == "450-4.2.0 greylisted,\r\n450 4.2.0 come again" ? "450 4.2.0 greylisted, 4.2.0 come again" : answer
    #expect(try await outcome([place: answer]) == .retry(reason: "the mail server answered \(said)", after: nil))
  }

  @Test(
    "A final refusal is kept with the server's words",
    arguments: [
      ("MAIL", "553 5.1.8 sender unknown", false), ("RCPT", "550 5.1.1 no such user", false), ("DATA", "554 5.7.1 no", false),
      (".", "552 5.3.4 too large", false), ("MAIL", "530 5.7.0 Authentication required", true),
    ])
  func final(place: String, answer: String, breaks: Bool) async throws {
    #expect(try await outcome([place: answer]) == .refused(reason: "the mail server answered \(answer)", breaksChannel: breaks))
  }

  @Test("Whatever a server says fits on a line")
  func long() async throws {
    let outcome = try await outcome(["RCPT": "550 \u{1B}[31m" + String(repeating: "x", count: 400)])
    guard case .refused(let reason, false) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(reason.count < 260 && reason.hasSuffix("…") && !reason.contains("\u{1B}"))
  }

  @Test(
    "A server that falls silent before the end of the message has not taken it; after it, nobody knows; no farewell is waited for",
    .timeLimit(.minutes(1)), arguments: ["", "bye"])
  func silence(answer: String) async throws {
    for place in ["", "EHLO", "MAIL", "RCPT", "DATA"] {
      guard case .retry = try await outcome([place: answer, "QUIT": ""]) else {
        Issue.record("\(place): it may surely be tried again")
        continue
      }
    }
    guard case .unknown(let reason) = try await outcome([".": answer, "QUIT": ""]) else {
      Issue.record("it may have been taken")
      return
    }
    #expect(reason.hasPrefix("the message left, but no answer came: "))
  }

  @Test("Nobody there, or no such name, is tried again")
  func unreachable() async throws {
    let port = try await LocalMailServer.with { $0.port }
    guard case .retry(let refused, nil) = await SMTPSender(try server(port)).send(try letter()) else {
      Issue.record("refused")
      return
    }
    #expect(refused.hasPrefix("no connection to the mail server: "))
    var nowhere = try server(port)
    nowhere.host = "no-such-host.invalid"
    guard case .retry = await SMTPSender(nowhere).send(try letter()) else {
      Issue.record("no such name")
      return
    }
  }

  @Test("A password never goes over the wire in the open, and a server without STARTTLS breaks the channel")
  func noTLS() async throws {
    try await LocalMailServer.with(["EHLO": "250-mail.test\r\n250 AUTH PLAIN LOGIN"]) { local in
      let login = MailServer.Login(user: "ann", password: Secret("hunter2"))
      let outcome = await SMTPSender(try server(local.port, login, .startTLS)).send(try letter())
      #expect(
        outcome == .refused(reason: "the mail server offers no STARTTLS, and \"tls: none\" is not set", breaksChannel: true))
      #expect(await SMTPSender(try server(local.port, login, .none)).send(try letter()) == .sent)
      #expect(!local.lines.contains { $0.hasPrefix("AUTH") })
    }
  }

  @Test("A task that is cancelled does not wait for a silent server")
  func cancelled() async throws {
    try await LocalMailServer.with([".": ""]) { local in
      let sender = SMTPSender(try server(local.port))
      let letter = try letter()
      let task = Task { await sender.send(letter) }
      while !local.lines.contains(".") { await Task.yield() }
      task.cancel()
      #expect(await task.value == .unknown(reason: "the message left, but no answer came: Holdfast was stopping"))
    }
  }
}
