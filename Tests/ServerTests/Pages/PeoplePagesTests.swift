import Domain
import HTTPTypes
import SQL
import Testing

@testable import Server

@Suite("People and the audit log")
struct PeoplePagesTests {
  @Test("An invitation is shown once, on a page that nothing keeps; the person comes in with the role that was chosen")
  func invite() async throws {
    try await TestServer.run(publicURL: "http://localhost") { server in
      let browser = try await server.browser(of: server.addUser(.operations))
      let page = try await browser.submit("/people", ["email": "Bob@Example.com", "name": "Bob", "role": "success_manager"])
      #expect(page.status == 200 && page.headers[.cacheControl] == "no-store")
      #expect(page.headers[values: .setCookie].isEmpty)
      let start = try #require(page.text.firstRange(of: "http://localhost/link/"))
      let token = String(page.text[start.upperBound...].prefix { $0 != "<" })
      #expect(try await browser.get("/people").text.contains(token) == false)
      let bobs = Browser(server)
      #expect(try await bobs.post("/link/\(token)", ["password": "seven green doors", "repeat": "seven green doors"]).status == 303)
      #expect(try await server.people.user(email: "bob@example.com").role == .successManager)
      let added = try #require(try await server.audited(.userAdded).first)
      #expect(added.actor == "ann@example.com" && added.subject == "bob@example.com" && added.to == "Bob, success manager")
    }
  }

  @Test("What is typed wrong is told, and stands in the form again, escaped")
  func refusals() async throws {
    try await TestServer.run { server in
      let browser = try await server.browser(of: server.addUser(.operations))
      for (email, name, role, status, word) in [
        ("bob", "Bob", "lead", 422, "no email address"), ("ann@example.com", "Ann", "lead", 422, "already"),
        ("bob@example.com", " ", "lead", 422, "1 to 100"), ("bob@example.com", "Bob", "emperor", 400, "success_manager"),
        ("\"><script>alert(1)</script>", "<img src=x>", "lead", 422, "&lt;script&gt;"),
      ] {
        let answer = try await browser.submit("/people", ["email": email, "name": name, "role": role])
        #expect(answer.status == status && answer.text.contains(word), "\(email): \(answer.status)")
        #expect(!answer.text.contains("<script>") && !answer.text.contains("<img"))
      }
      for path in ["role", "disable", "enable", "link", "sign-out"] {
        #expect(try await browser.submit("/people/nobody/\(path)", ["role": "lead"]).status == 404, "\(path)")
      }
    }
  }

  @Test("Every change of people is in the log: who, what, from, to")
  func audit() async throws {
    try await TestServer.run { server in
      let (ann, bob) = (try await server.addUser(.operations), try await server.addUser(.viewer, "bob@example.com", name: "Bob"))
      let browser = try await server.browser(of: ann)
      _ = try await server.browser(of: bob)
      for (path, fields) in [
        ("role", ["role": "lead"]), ("role", ["role": "lead"]), ("link", [:]), ("sign-out", [:]), ("disable", [:]),
        ("disable", [:]), ("enable", [:]),
      ] as [(String, KeyValuePairs<String, String>)] {
        server.time.advance(by: .seconds(1))
        _ = try await browser.submit("/people/\(bob.id)/\(path)", fields)
      }
      let entries = try await server.audited().filter { $0.actor == "ann@example.com" && $0.subject == "bob@example.com" }
      #expect(
        entries.reversed().map { [$0.action, $0.from ?? "–", $0.to ?? "–"] } == [
          ["user.role_changed", "viewer", "lead"], ["user.link_made", "–", "invitation"], ["session.revoked", "–", "all sessions"],
          ["user.disabled", "–", "–"], ["user.enabled", "–", "–"],
        ])
      let page = try await browser.get("/audit")
      #expect(page.status == 200 && page.text.contains("user.role_changed"))
      let filtered = try await browser.get("/audit?action=user.disabled&actor=ann%40example.com").text
      #expect(filtered.contains("<code>user.disabled</code>") && !filtered.contains("<code>user.role_changed</code>"))
      #expect(try await browser.get("/audit?cursor=zz").status == 400)
    }
  }

  @Test("A user changes the own password with the current one, stays in, and is out everywhere else")
  func password() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUserWithPassword(.lead)
      let (here, there) = (try await server.browser(of: ann), try await server.browser(of: ann))
      let before = here.session
      for (current, new, again, status, word) in [
        ("wrong", "seven green doors", "seven green doors", 422, "The present password is not right."),
        (TestServer.password, "seven green doors", "seven", 422, "not the same"),
        (TestServer.password, "short", "short", 422, "at least 10"),
      ] {
        let answer = try await here.submit("/account/password", ["current": current, "password": new, "repeat": again])
        #expect(answer.status == status && answer.text.contains(word), "\(word)")
      }
      let answer = try await here.submit(
        "/account/password", ["current": TestServer.password, "password": "seven green doors", "repeat": "seven green doors"])
      #expect(answer.status == 303 && here.session != before)
      #expect(try await here.get("/account").text.contains("Your password is changed."))
      #expect(try await there.get("/account").status == 303)
      #expect(try await server.audited(.passwordChanged).count == 1)
      for _ in 0..<5 {
        _ = try await here.submit("/account/password", ["current": "x", "password": "eight green doors", "repeat": "eight green doors"])
      }
      let throttled = try await here.submit(
        "/account/password", ["current": "seven green doors", "password": "eight green doors", "repeat": "eight green doors"])
      #expect(throttled.status == 429 && throttled.headers[.retryAfter] == "1", "guessing here is no way around the throttle")
    }
  }

  @Test("No password, link or session is in a log, whatever goes wrong")
  func logs() async throws {
    let log = LogCapture()
    try await TestServer.run(log: log) { server in
      let ann = try await server.addUserWithPassword(.operations)
      let link = try await server.people.makeLink(.reset, for: ann, by: .commandLine)
      let browser = try await server.browser(of: ann)
      let secrets = [TestServer.password, "mistyped secret", link.token, try #require(browser.session), try await browser.csrf()]
      let csrf = secrets[4]
      func all() async throws {
        _ = try await Browser(server).post("/sign-in", ["email": "ann@example.com", "password": "mistyped secret"])
        _ = try await Browser(server).post("/sign-in", ["email": "mistyped secret", "password": TestServer.password])
        _ = try await Browser(server).get("/link/\(link.token)")
        _ = try await browser.get("/account")
        _ = try await browser.post("/account/password", ["current": TestServer.password, "password": "x"], csrf: csrf)
        _ = try await browser.post("/nowhere", ["password": "mistyped secret"], csrf: csrf)
      }
      try await all()
      for kind in [DatabaseFailure.Kind.other, .busy, .lost] {
        server.database.fail(with: DatabaseFailure(kind: kind, message: "odd", detail: "detail"))
        try await all()
      }
      #expect(log.lines.contains { $0.text.contains("odd") }, "what goes wrong is logged")
      for line in log.lines { for secret in secrets { #expect(!line.text.contains(secret), "\(line.text)") } }
    }
  }
}
