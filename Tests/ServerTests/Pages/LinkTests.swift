import Domain
import HTTPTypes
import SQL
import Testing

@testable import Server

@Suite("Links that let somebody in once")
struct LinkTests {
  private static let new = ["password": "seven green doors", "repeat": "seven green doors"] as KeyValuePairs

  @Test("Looking at a link uses nothing up; using it signs in, once")
  func once() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUser(.lead)
      let link = try await server.people.makeLink(.signIn, for: ann, by: .commandLine)
      for _ in 0..<3 {
        let page = try await Browser(server).get("/link/\(link.token)")
        #expect(page.status == 200 && page.text.contains("Hello <bdi>Ann Lee</bdi>. This link signs you in, once."))
        #expect(page.headers[values: .setCookie].isEmpty)
      }
      let browser = Browser(server)
      let answer = try await browser.post("/link/\(link.token)")
      #expect(answer.status == 303 && answer.headers[.location] == "/")
      #expect(try await browser.get("/account").status == 200)
      let second = Browser(server)
      let refused = try await second.post("/link/\(link.token)")
      #expect(refused.status == 410 && refused.text.contains("cannot be used") && second.session == nil)
      #expect(try await second.get("/link/\(link.token)").status == 410)
      #expect(try await server.audited(.sessionBegan).map(\.to) == ["sign-in link"])
      #expect(try await server.audited(.linkMade).map(\.actor) == ["command line"])
    }
  }

  @Test("Of many who use a link at the same time one gets in")
  func atOnce() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUser(.lead)
      let token = try await server.people.makeLink(.signIn, for: ann, by: .commandLine).token
      let people = server.people
      let count = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<10 {
          group.addTask { (try? await people.signIn(link: token, .init(address: "a", agent: "", token: nil))) != nil }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(count == 1)
    }
  }

  @Test(
    "A link has its time and no more",
    arguments: [(SignInLink.Kind.invitation, TimeSpan.days(7)), (.reset, .hours(1)), (.signIn, .hours(1))])
  func time(kind: SignInLink.Kind, span: TimeSpan) async throws {
    try await TestServer.run { server in
      let ann = try await server.addUser(.lead)
      let link = try await server.people.makeLink(kind, for: ann, by: .commandLine)
      #expect(link.expiresAt == server.time.now() + span)
      server.time.advance(by: span - .seconds(1))
      #expect(try await Browser(server).get("/link/\(link.token)").status == 200)
      server.time.advance(by: .seconds(1))
      #expect(try await Browser(server).get("/link/\(link.token)").status == 410)
      #expect(try await Browser(server).post("/link/\(link.token)", Self.new).status == 410)
    }
  }

  @Test("Behind an invitation one chooses a password that follows the rules, and is in; what was refused uses nothing up")
  func invitation() async throws {
    try await TestServer.run { server in
      let token = try await server.people.add(email: "ann@example.com", name: "Ann Lee", role: .lead, by: .commandLine).token
      let browser = Browser(server)
      #expect(try await browser.get("/link/\(token)").text.contains("ann@example.com"))
      for (password, again, word) in [
        ("short", "short", "at least 10"), ("password123", "password123", "first that others try"),
        ("ann@example.com", "ann@example.com", "your own address"), ("seven green doors", "seven green door", "not the same"),
        (String(repeating: "long ", count: 50), String(repeating: "long ", count: 50), "at most 200"), ("", "", "at least 10"),
      ] {
        let answer = try await browser.post("/link/\(token)", ["password": password, "repeat": again])
        #expect(answer.status == 422 && answer.text.contains(word), "\(word): \(answer.text)")
        #expect(password.count < 16 || !answer.text.contains(password))
      }
      let answer = try await browser.post("/link/\(token)", Self.new)
      #expect(answer.status == 303)
      #expect(try await browser.get("/account").text.contains("Your password is set"))
      #expect(try await server.audited(.passwordChosen).map(\.to) == ["invitation"])
      #expect(try await Browser(server).post("/link/\(token)", Self.new).status == 410)
      let signedIn = try await Browser(server).post("/sign-in", ["email": "ann@example.com", "password": "seven green doors"])
      #expect(signedIn.status == 303)
    }
  }

  @Test("A new password ends every other session and every other link, and the old one opens nothing")
  func reset() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUserWithPassword(.lead)
      let old = try await server.browser(of: ann)
      let first = try await server.people.makeLink(.reset, for: ann, by: .commandLine)
      let second = try await server.people.makeLink(.reset, for: ann, by: .commandLine)
      let other = try await server.people.makeLink(.signIn, for: ann, by: .commandLine)
      #expect(try await Browser(server).post("/link/\(first.token)", Self.new).status == 410, "a newer one took its place")
      let browser = Browser(server)
      #expect(try await browser.post("/link/\(second.token)", Self.new).status == 303)
      #expect(try await old.get("/account").status == 303)
      #expect(try await browser.get("/account").status == 200)
      #expect(try await Browser(server).post("/link/\(other.token)").status == 410)
      let before = try await Browser(server).post("/sign-in", ["email": "ann@example.com", "password": TestServer.password])
      #expect(before.status == 422)
    }
  }

  @Test("A link that chooses a password does not sign in without one, and what is no link is a page that says so")
  func wrong() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUserWithPassword(.lead)
      let reset = try await server.people.makeLink(.reset, for: ann, by: .commandLine)
      #expect(try await Browser(server).post("/link/\(reset.token)").status == 422)
      for token in ["x", String(repeating: "A", count: 43), "%00", "..%2f", String(repeating: "a", count: 3_000)] {
        let answer = try await Browser(server).get("/link/\(token)")
        #expect(answer.status == 410 && answer.headers[.contentType]?.hasPrefix("text/html") == true, "\(token.prefix(50))")
      }
    }
  }

  @Test("Links are stored only as hashes")
  func stored() async throws {
    try await TestServer.run { server in
      let token = try await server.people.add(email: "ann@example.com", name: "Ann Lee", role: .lead, by: .commandLine).token
      let hashes = try await server.database.read { try $0.rows("SELECT hash FROM sign_in_link") { $0.blob(0) } }
      #expect(hashes == [KeyText.hash(token)])
    }
  }
}
