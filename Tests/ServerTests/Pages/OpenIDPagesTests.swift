import Domain
import Formats
import Synchronization
import Testing

@testable import Server

/// A provider that says who somebody is as it is told, and keeps what it was asked.
final class FakeProvider: IdentityProvider {
  static let settings = OpenIDSettings(
    name: "Acme", issuer: "https://id.example.com", clientID: "holdfast", clientSecret: Secret("s3cret"), domains: ["example.com"])

  private let who: Mutex<ExternalIdentity>
  private let asked = Mutex<[OpenIDAttempt]>([])

  init(_ email: String, isVerified: Bool = true) {
    who = Mutex(
      ExternalIdentity(issuer: Self.settings.issuer, subject: "sub of \(email)", email: email, isEmailVerified: isVerified, name: "Bo"))
  }

  /// The attempts whose codes it was shown.
  var attempts: [OpenIDAttempt] { asked.withLock { $0 } }

  /// From now on the account has another subject: another account with the same address.
  func change(subject: String) { who.withLock { $0.subject = subject } }

  func address(for attempt: OpenIDAttempt, now: Instant) async throws -> String {
    "https://id.example.com/authorize?state=" + attempt.state
  }

  func identity(code: String, _ attempt: OpenIDAttempt, now: Instant) async throws -> ExternalIdentity {
    asked.withLock { $0.append(attempt) }
    return who.withLock { $0 }
  }
}

@Suite("Coming in by the company's own sign-in")
struct OpenIDPagesTests {
  private static let cookie = "holdfast_openid"

  /// Leaves for the provider. - Returns: the state that it gets.
  private static func leave(_ browser: Browser, next: String = "/people") async throws -> String {
    let answer = try await browser.get("/sign-in/openid?next=" + LocalPath.escaped(next))
    #expect(answer.status == 303)
    let address = try #require(answer.headers[.location])
    let start = try #require(address.firstRange(of: "state="))
    return String(address[start.upperBound...])
  }

  private static func comeBack(_ browser: Browser, state: String?, code: String? = "c-1") async throws -> TestServer.Answer {
    let fields = [("state", state), ("code", code)].compactMap { name, value in value.map { "\(name)=\(LocalPath.escaped($0))" } }
    return try await browser.get("/sign-in/openid/back?" + fields.joined(separator: "&"))
  }

  @Test("Who left from this browser comes back to where she wanted to be; its attempt is good once")
  func inAndAgain() async throws {
    let provider = FakeProvider("bo@example.com")
    try await TestServer.run(provider: provider) { server in
      let browser = Browser(server)
      let state = try await Self.leave(browser, next: "/customers?x=1")
      let answer = try await Self.comeBack(browser, state: state)
      #expect(answer.status == 303 && answer.headers[.location] == "/customers?x=1" && browser.session != nil)
      #expect(provider.attempts.map(\.state) == [state])
      #expect(try await server.people.user(email: "bo@example.com").name == "Bo")
      #expect(try await Self.comeBack(browser, state: state).status == 403, "a second time")
      #expect(provider.attempts.count == 1)
    }
  }

  @Test("A state that is not this browser's lets nobody in and shows the provider no code, and the attempt is over")
  func wrongState() async throws {
    let provider = FakeProvider("bo@example.com")
    try await TestServer.run(provider: provider) { server in
      let others = try await Self.leave(Browser(server))
      for wrong in [nil, "", "x", others, "own and more", "own cut"] as [String?] {
        let browser = Browser(server)
        let own = try await Self.leave(browser)
        #expect(own != others)
        let state: String? = wrong == "own and more" ? own + "x" : wrong == "own cut" ? String(own.dropLast()) : wrong
        let answer = try await Self.comeBack(browser, state: state)
        #expect(answer.status == 403 && answer.text.contains("another browser"), "\(wrong ?? "none")")
        #expect(browser.session == nil)
        #expect(try await Self.comeBack(browser, state: own).status == 403, "the cookie is gone with the first try")
      }
      #expect(try await Self.comeBack(Browser(server), state: others).status == 403, "without a cookie")
      #expect(provider.attempts.isEmpty)
    }
  }

  @Test("Without a code, or with one of a size that none has, nobody is let in")
  func noCode() async throws {
    let provider = FakeProvider("bo@example.com")
    try await TestServer.run(provider: provider) { server in
      for code in [nil, "", String(repeating: "c", count: 4_001)] as [String?] {
        let browser = Browser(server)
        let state = try await Self.leave(browser)
        let answer = try await Self.comeBack(browser, state: state, code: code)
        #expect(answer.status == 403 && answer.text.contains("Acme did not let you in."))
        #expect(browser.session == nil)
      }
      #expect(provider.attempts.isEmpty)
    }
  }

  @Test(
    "It never leads off this server, neither by the address that one leaves from nor by a cookie that somebody else has put there",
    arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""])
  func next(hostile: String) async throws {
    try await TestServer.run(provider: FakeProvider("bo@example.com")) { server in
      let browser = Browser(server)
      let state = try await Self.leave(browser, next: hostile)
      #expect(try await Self.comeBack(browser, state: state).headers[.location] == "/")
      let planted = JSON.array([.string("state-1"), .string("nonce"), .string("verifier"), .string(hostile)]).printedBytes()
      let other = Browser(server)
      other.setCookie(Self.cookie, Base64.urlText(planted))
      #expect(try await Self.comeBack(other, state: "state-1").headers[.location] == "/")
      for broken in ["", "!", Base64.urlText("[]".utf8), Base64.urlText(#"["a",1,2,3]"#.utf8)] {
        let third = Browser(server)
        third.setCookie(Self.cookie, broken)
        #expect(try await Self.comeBack(third, state: "").status == 403)
      }
    }
  }

  @Test("A disabled user stays outside, and the log says that it was tried; of strangers it says nothing")
  func disabled() async throws {
    try await TestServer.run(provider: FakeProvider("ann@example.com")) { server in
      let ann = try await server.addUser(.operations)
      _ = try await server.people.setDisabled(true, ann.id, by: .commandLine)
      let browser = Browser(server)
      let answer = try await Self.comeBack(browser, state: Self.leave(browser))
      #expect(answer.status == 403 && answer.text.contains("This account is closed here.") && browser.session == nil)
      let refused = try await server.audited(.signInRefused)
      #expect(refused.map { "\($0.actor): \($0.subject), \($0.to ?? "")" } == ["Holdfast: ann@example.com, Acme: disabled"])
    }
    try await TestServer.run(provider: FakeProvider("eve@evil.example")) { server in
      let browser = Browser(server)
      let answer = try await Self.comeBack(browser, state: Self.leave(browser))
      let refused = try await server.audited(.signInRefused)
      #expect(answer.status == 403 && refused.isEmpty)
    }
  }

  @Test("An address that nobody has checked opens nobody's door, and its owner's log says so")
  func unverified() async throws {
    try await TestServer.run(provider: FakeProvider("ann@example.com", isVerified: false)) { server in
      _ = try await server.addUser(.operations)
      let browser = Browser(server)
      #expect(try await Self.comeBack(browser, state: Self.leave(browser)).status == 403)
      #expect(browser.session == nil)
      #expect(try await server.audited(.signInRefused).map(\.subject) == ["ann@example.com"])
    }
  }

  @Test("Another account with the same address is let in only after the first one was untied")
  func untie() async throws {
    let provider = FakeProvider("ann@example.com")
    try await TestServer.run(provider: provider) { server in
      let ann = try await server.addUser(.operations)
      func comes() async throws -> TestServer.Answer {
        let browser = Browser(server)
        return try await Self.comeBack(browser, state: Self.leave(browser))
      }
      #expect(try await server.people.untie(ann, by: .commandLine) == false)
      #expect(try await comes().status == 303)
      provider.change(subject: "another")
      let refused = try await comes()
      #expect(refused.status == 403 && refused.text.contains("holdfast user untie"))
      #expect(try await server.people.untie(ann, by: .commandLine))
      #expect(try await comes().status == 303)
      #expect(try await server.audited(.identityTied).count == 2)
      #expect(try await server.audited(.identityUntied).map { "\($0.actor): \($0.subject)" } == ["command line: ann@example.com"])
    }
  }
}
