import Domain
import HTTPTypes
import Testing

@testable import Server

@Suite("Forms from elsewhere")
struct FormTests {
  /// What a form changes here: the role of Bob.
  private static func role(_ server: TestServer) async throws -> Role { try await server.people.user(email: "bob@example.com").role }

  private static func prepared(_ server: TestServer) async throws -> (browser: Browser, path: String) {
    let ann = try await server.addUser(.operations)
    let bob = try await server.addUser(.viewer, "bob@example.com", name: "Bob")
    return (try await server.browser(of: ann), "/people/\(bob.id)/role")
  }

  @Test("A form without its token, with a wrong one, or with that of another session changes nothing")
  func tokens() async throws {
    try await TestServer.run { server in
      let (browser, path) = try await Self.prepared(server)
      let carl = try await server.addUser(.operations, "carl@example.com", name: "Carl")
      let others = try await server.browser(of: carl).csrf()
      let own = try await browser.csrf()
      #expect(own != others && own != browser.session)
      for wrong in [nil, "", "x", others, own + "x", String(own.dropLast())] {
        let answer = try await browser.post(path, ["role": "lead"], csrf: wrong)
        #expect(answer.status == 403, "\(wrong ?? "none")")
        #expect(answer.text.contains("out of date"))
        #expect(try await Self.role(server) == .viewer)
      }
      // In the address it is not looked for.
      #expect(try await browser.post(path + "?csrf=" + own, ["role": "lead"]).status == 403)
      #expect(try await browser.post(path, ["role": "lead"], csrf: own).status == 303)
      #expect(try await Self.role(server) == .lead)
    }
  }

  @Test("After signing in anew the tokens of before are void")
  func renewed() async throws {
    try await TestServer.run { server in
      let (browser, path) = try await Self.prepared(server)
      let before = try await browser.csrf()
      let link = try await server.people.makeLink(.signIn, for: server.people.user(email: "ann@example.com"), by: .commandLine)
      #expect(try await browser.post("/link/\(link.token)").status == 303)
      #expect(try await browser.post(path, ["role": "lead"], csrf: before).status == 403)
    }
  }

  @Test("A form that the browser says another site sent is refused even with the right token; one from here is taken")
  func origins() async throws {
    let cases: [(HTTPFields, Int)] = [
      ([.origin: "https://evil.example"], 403), ([.origin: "null"], 403), ([.origin: "http://localhost.evil.example"], 403),
      ([.origin: "http://localhost:81"], 403), ([.secFetchSite: "cross-site"], 403), ([.secFetchSite: "same-site"], 403),
      ([.secFetchSite: "cross-site", .origin: "http://localhost"], 403), ([.secFetchSite: "same-origin"], 303),
      ([.secFetchSite: "none"], 303), ([.origin: "http://localhost"], 303), ([.origin: "HTTPS://LocalHost"], 303),
      ([.origin: "https://success.example.com"], 303), ([:], 303),
    ]
    try await TestServer.run(publicURL: "https://success.example.com") { server in
      let ann = try await server.addUser(.operations)
      let bob = try await server.addUser(.viewer, "bob@example.com", name: "Bob")
      let browser = try await server.browser(of: ann)
      let csrf = try await browser.csrf()
      for (headers, status) in cases {
        let answer = try await browser.post(
          "/people/\(bob.id)/role", ["role": "lead"], csrf: csrf, origin: headers[.origin], headers: headers)
        #expect(answer.status == status, "\(headers)")
      }
    }
  }

  @Test("The sign-in, which has no token yet, is taken only from a browser that says it comes from here")
  func signIn() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.viewer)
      let cases: [(String?, String?, Int)] = [
        (nil, nil, 403), ("https://evil.example", nil, 403), ("null", nil, 403), (nil, "cross-site", 403), (nil, "same-site", 403),
        ("http://localhost", nil, 303), (nil, "same-origin", 303), ("http://127.0.0.1:8080", nil, 303),
      ]
      for (origin, site, status) in cases {
        let browser = Browser(server)
        let answer = try await browser.post(
          "/sign-in", ["email": "ann@example.com", "password": TestServer.password], origin: origin,
          headers: site.map { [.secFetchSite: $0] } ?? [:])
        #expect(answer.status == status, "\(origin ?? "no origin"), \(site ?? "no site")")
        #expect((browser.session != nil) == (status == 303))
      }
    }
  }

  @Test("Who is not signed in sends small forms, with room for the longest passwords; so it takes a crowd to fill the room for strangers")
  func strangers() async throws {
    try await TestServer.run { server in
      #expect(PageHouse.strangersInMemory / Form.maximumStrangersBytes >= 256)
      let link = try await server.people.add(email: "new@example.com", name: "New", role: .viewer, by: .commandLine)
      let long = (0..<PasswordRules.length.upperBound).map { ["🐙", "🦑", "🦐", "🐚"][$0 % 4] }.joined()
      let browser = Browser(server)
      let padding = String(repeating: "x", count: Form.maximumStrangersBytes)
      #expect(try await browser.post("/link/\(link.token)", ["password": long, "repeat": long, "more": padding]).status == 413)
      #expect(try await browser.post("/sign-in", ["email": padding]).status == 413)
      #expect(try await browser.post("/link/\(link.token)", ["password": long, "repeat": long]).status == 303)
      #expect(try await browser.submit("/account/sessions/end", ["more": padding]).status == 303, "who is in may send more")
    }
  }

  @Test("A body that is no form, too large, or of too many fields is refused in words")
  func bodies() async throws {
    try await TestServer.run { server in
      let cases: [(String, String, Int)] = [
        ("application/json", #"{"email":"x"}"#, 415), ("multipart/form-data; boundary=x", "--x--", 415),
        ("application/x-www-form-urlencoded", String(repeating: "a", count: Form.maximumBytes + 1), 413),
        ("application/x-www-form-urlencoded", String(repeating: "a=1&", count: Form.maximumFields), 400),
        ("application/x-www-form-urlencoded; charset=UTF-8", "email=x&password=y", 422),
      ]
      for (type, body, status) in cases {
        let answer = try await server.send(
          .post, "/sign-in", body: body, headers: [.contentType: type, .origin: Browser.origin])
        #expect(answer.status == status, "\(type): \(answer.text)")
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
      }
      let bytes = try await server.send(
        .post, "/sign-in", bytes: [0xFF, 0xFE],
        headers: [.contentType: "application/x-www-form-urlencoded", .origin: Browser.origin])
      #expect(bytes.status == 400)
    }
  }
}
