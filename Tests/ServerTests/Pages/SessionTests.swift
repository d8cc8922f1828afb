import Domain
import HTTPTypes
import SQL
import Testing

@testable import Server

@Suite("Sessions")
struct SessionTests {
  @Test("A session lives on while it is used, ends after a week without use, and after thirty days in any case")
  func expiry() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUser(.viewer)
      let idle = try await server.browser(of: ann)
      let busy = try await server.browser(of: ann)
      for day in 1...29 {
        server.time.advance(by: .days(1))
        #expect(try await busy.get("/account").status == 200, "day \(day)")
      }
      #expect(try await idle.get("/account").status == 303)
      server.time.advance(by: .hours(23))
      #expect(try await busy.get("/account").status == 200)
      server.time.advance(by: .hours(1))
      #expect(try await busy.get("/account").status == 303)
    }
  }

  @Test("A week without use is counted from the last hour in which it was used")
  func idle() async throws {
    try await TestServer.run { server in
      let browser = try await server.browser(of: server.addUser(.viewer))
      server.time.advance(by: .days(7) - .seconds(1))
      #expect(try await browser.get("/account").status == 200)
      server.time.advance(by: .days(7) - .seconds(1))
      #expect(try await browser.get("/account").status == 200)
      server.time.advance(by: .days(7))
      #expect(try await browser.get("/account").status == 303)
    }
  }

  @Test("Only the hash of a session's secret is stored, and its use is written down at most once an hour")
  func stored() async throws {
    try await TestServer.run { server in
      let browser = try await server.browser(of: server.addUser(.viewer))
      let token = try #require(browser.session)
      let began = server.time.now()
      let stored = try await server.database.read { connection in
        try connection.rows("SELECT hash FROM session") { $0.blob(0) }
      }
      #expect(stored == [KeyText.hash(token)])
      for (span, seen) in [(TimeSpan.minutes(59), began), (.minutes(1), began + .hours(1)), (.minutes(30), began + .hours(1))] {
        server.time.advance(by: span)
        _ = try await browser.get("/account")
        let at = try await server.database.read { try $0.first("SELECT seen_at FROM session") { $0.integer(0) } }
        #expect(at == seen.microseconds)
      }
    }
  }

  @Test("A user ends one other session, all others, and this one; nobody ends another user's")
  func own() async throws {
    try await TestServer.run { server in
      let (ann, bob) = (try await server.addUser(.viewer), try await server.addUser(.viewer, "bob@example.com", name: "Bob"))
      let here = try await server.browser(of: ann)
      let there = try await server.browser(of: ann)
      let third = try await server.browser(of: ann)
      let bobs = try await server.browser(of: bob)
      let id = try #require(try await server.people.session(token: there.session ?? "")?.session.id)
      _ = try await bobs.submit("/account/sessions/\(id)/end")
      #expect(try await there.get("/account").status == 200)
      #expect(try await here.get("/account").text.contains("/account/sessions/\(id)/end"))
      #expect(try await here.submit("/account/sessions/\(id)/end").headers[.location] == "/account")
      #expect(try await there.get("/account").status == 303)
      #expect(try await here.submit("/account/sessions/end").status == 303)
      #expect(try await third.get("/account").status == 303)
      #expect(try await bobs.get("/account").status == 200)
      #expect(try await here.get("/account").text.contains("One other session is ended."))
      let own = try #require(try await server.people.session(token: here.session ?? "")?.session.id)
      #expect(try await here.submit("/account/sessions/\(own)/end").headers[.location] == "/sign-in?left=yes")
      #expect(here.session == nil)
      #expect(
        try await server.audited(.sessionRevoked).map(\.to).sorted { ($0 ?? "") < ($1 ?? "") } == ["all other sessions", "one session"])
    }
  }

  @Test("Another role, disabling and signing out from the page of all users take effect with the very next request")
  func atOnce() async throws {
    try await TestServer.run { server in
      let (ann, bob) = (try await server.addUser(.operations), try await server.addUser(.viewer, "bob@example.com", name: "Bob"))
      let (anns, bobs) = (try await server.browser(of: ann), try await server.browser(of: bob))
      #expect(try await bobs.get("/audit").status == 403)
      #expect(try await anns.submit("/people/\(bob.id)/role", ["role": "operations"]).status == 303)
      #expect(try await bobs.get("/audit").status == 200)
      #expect(try await anns.submit("/people/\(bob.id)/sign-out").status == 303)
      #expect(try await bobs.get("/audit").status == 303)
      let again = try await server.browser(of: bob)
      let link = try await server.people.makeLink(.signIn, for: bob, by: .commandLine)
      #expect(try await anns.submit("/people/\(bob.id)/disable").status == 303)
      #expect(try await again.get("/account").status == 303)
      #expect(try await Browser(server).post("/link/\(link.token)").status == 410)
      #expect(try await anns.submit("/people/\(bob.id)/link").status == 422)
      #expect(try await anns.submit("/people/\(bob.id)/enable").status == 303)
      #expect(try await again.get("/account").status == 303, "a session that was ended stays so")
      _ = try await server.browser(of: bob)
    }
  }

  @Test("A password that is being changed while its session ends, or its user is disabled, stays as it was, and nobody is let in")
  func changeTooLate() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUserWithPassword(.viewer)
      let visitor = People.Visitor(address: nil, agent: "", token: nil)
      let endings: [@Sendable (LiveSession) async throws -> Void] = [
        { try await server.people.end($0) },
        { _ = try await server.people.setDisabled(true, $0.user.id, by: .commandLine) },
      ]
      for ending in endings {
        let token = try await server.people.signIn(email: ann.email, password: TestServer.password, visitor)
        let live = try #require(try await server.people.session(token: token))
        try await ending(live)
        _ = try await server.people.setDisabled(false, ann.id, by: .commandLine)
        await #expect(throws: PeopleRefusal.signedOut) {
          _ = try await server.people.changePassword(of: live, from: TestServer.password, to: "eight blue windows", visitor)
        }
        #expect(try await server.people.sessions(of: ann).isEmpty)
      }
      #expect(try await server.audited(.passwordChanged).isEmpty)
      _ = try await server.people.signIn(email: ann.email, password: TestServer.password, visitor)
    }
  }

  @Test("Nobody changes their own role or disables themselves: somebody who administers is always left")
  func oneself() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUser(.operations)
      let browser = try await server.browser(of: ann)
      for (path, fields) in [("role", ["role": "viewer"]), ("disable", [:])] as [(String, KeyValuePairs<String, String>)] {
        let answer = try await browser.submit("/people/\(ann.id)/\(path)", fields)
        #expect(answer.status == 422 && answer.text.contains("your own role"), "\(path)")
      }
      #expect(try await browser.get("/people").status == 200)
    }
  }
}
