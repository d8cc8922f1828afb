import Domain
import HTTPTypes
import SQL
import Storage
import Testing

@testable import Server

@Suite("Signing in")
struct SignInTests {
  private static func signIn(
    _ browser: Browser, _ email: String = "ann@example.com", _ password: String = TestServer.password, next: String = "/"
  ) async throws -> TestServer.Answer {
    try await browser.post("/sign-in", ["email": email, "password": password, "next": next])
  }

  @Test("Address and password let in, whatever the case of the address; the log says so; signing out ends it")
  func inAndOut() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      let browser = Browser(server)
      let answer = try await Self.signIn(browser, " ANN@Example.com ", next: "/people?x=1")
      #expect(answer.status == 303 && answer.headers[.location] == "/people?x=1")
      #expect(try await browser.get("/account").text.contains("Ann Lee"))
      #expect(try await browser.get("/sign-in?next=/audit").headers[.location] == "/audit", "who is in already is led on")
      let began = try #require(try await server.audited(.sessionBegan).first { $0.to == "password" })
      #expect(began.actor == "ann@example.com" && began.subject == "ann@example.com")
      let kept = try #require(browser.session)
      let left = try await browser.submit("/sign-out")
      #expect(left.status == 303 && left.headers[.location] == "/sign-in?left=yes" && browser.session == nil)
      #expect(try await browser.get("/sign-in?left=yes").text.contains("You are signed out."))
      browser.setCookie(Browser.sessionName, kept)
      #expect(try await browser.get("/account").status == 303, "the secret of a session that was ended opens nothing")
      #expect(try await server.audited(.sessionEnded).count == 2)
    }
  }

  @Test("A wrong password, an unknown address, an address without a password and a disabled user all look the same")
  func sameRefusal() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      _ = try await server.addUser(.lead, "new@example.com", name: "New")
      let gone = try await server.addUserWithPassword(.lead, "gone@example.com", name: "Gone")
      _ = try await server.people.setDisabled(true, gone.id, by: .commandLine)
      for (email, password) in [
        ("ann@example.com", "wrong password"), ("nobody@example.com", TestServer.password), ("new@example.com", TestServer.password),
        ("gone@example.com", TestServer.password), ("ann@example.com", ""), ("", ""),
        ("ann@example.com", String(repeating: "x", count: 5_000)), ("no address", "x"),
      ] {
        let browser = Browser(server)
        let answer = try await Self.signIn(browser, email, password)
        #expect(answer.status == 422 && answer.text.contains("The address or the password is not right."), "\(email): \(answer.status)")
        #expect(browser.session == nil && answer.headers[values: .setCookie].isEmpty)
        #expect(password.count < 9 || !answer.text.contains(password))
      }
      let refused = try await server.audited(.signInRefused)
      #expect(
        refused.map { "\($0.actor): \($0.subject), \($0.to ?? "")" }.sorted() == [
          "Holdfast: ann@example.com, wrong password", "Holdfast: ann@example.com, wrong password",
          "Holdfast: ann@example.com, wrong password", "Holdfast: gone@example.com, disabled", "Holdfast: new@example.com, wrong password",
        ])
    }
  }

  @Test("Where nobody is a user yet the page says how to make one")
  func firstRun() async throws {
    try await TestServer.run { server in
      #expect(try await Browser(server).get("/sign-in").text.contains("holdfast user add"))
      _ = try await server.addUser(.lead)
      #expect(try await Browser(server).get("/sign-in").text.contains("holdfast user add") == false)
    }
  }

  @Test(
    "It leads to where one wanted to be, and never off this server or back to itself",
    arguments: [
      ("/audit?x=1", "/audit?x=1"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/"), ("", "/"),
      ("/sign-in?next=/x", "/"), ("/link/abc", "/"), ("/sign-out", "/"), ("javascript:alert(1)", "/"), ("/\r\nX: y", "/"),
    ])
  func next(asked: String, led: String) async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      #expect(try await Self.signIn(Browser(server), next: asked).headers[.location] == led)
      let inside = Browser(server)
      _ = try await Self.signIn(inside)
      #expect(try await inside.get("/sign-in?next=" + LocalPath.escaped(asked)).headers[.location] == led)
      let form = try await Browser(server).get("/sign-in?next=" + LocalPath.escaped(asked)).text
      #expect(form.contains("name=\"next\" value=\"\(led)\""))
    }
  }

  @Test("The session that a browser brings along is never the one that it leaves with: nobody can put one there beforehand")
  func fixation() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      let mallory = try await server.browser(of: server.addUser(.viewer, "mallory@example.com", name: "Mallory"))
      let planted = try #require(mallory.session)
      for token in [planted, String(repeating: "A", count: 43)] {
        let browser = Browser(server)
        browser.setCookie(Browser.sessionName, token)
        #expect(try await Self.signIn(browser).status == 303)
        #expect(browser.session != token && browser.session != nil)
        #expect(try await server.people.session(token: token) == nil)
      }
      let twice = Browser(server)
      _ = try await Self.signIn(twice)
      let first = try #require(twice.session)
      _ = try await Self.signIn(twice)
      #expect(try await server.people.session(token: first) == nil && twice.session != first)
      let ended = try await server.audited(.sessionEnded).filter { $0.to == "replaced at sign-in" }
      let told = ended.map { "\($0.actor) ended \($0.subject)" }.sorted()
      #expect(told == ["ann@example.com ended ann@example.com", "ann@example.com ended mallory@example.com"])
    }
  }

  @Test("After five wrong passwords one has to wait, twice as long each time; the right one is not looked at until then, and resets all")
  func throttle() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      let browser = Browser(server)
      for _ in 0..<5 { #expect(try await Self.signIn(browser, "ann@example.com", "wrong password").status == 422) }
      for (wait, sentence) in [(1, "wait 1 s"), (2, "wait 2 s"), (4, "wait 4 s")] {
        for password in ["wrong password", TestServer.password] {
          let answer = try await Self.signIn(browser, "ANN@example.com", password)
          #expect(answer.status == 429 && answer.headers[.retryAfter] == String(wait) && answer.text.contains(sentence), "\(wait)")
        }
        server.time.advance(by: .seconds(Int64(wait)))
        #expect(try await Self.signIn(browser, "ann@example.com", "wrong password").status == 422)
      }
      server.time.advance(by: .seconds(8))
      #expect(try await Self.signIn(browser).status == 303)
      for _ in 0..<5 { #expect(try await Self.signIn(Browser(server), "ann@example.com", "wrong password").status == 422) }
      #expect(try await server.audited(.signInRefused).count == 13, "what was not looked at is not written down either")
    }
  }

  @Test("An address that nobody has is throttled like any other")
  func unknown() async throws {
    try await TestServer.run { server in
      for _ in 0..<5 { #expect(try await Self.signIn(Browser(server), "nobody@example.com", "x").status == 422) }
      let throttled = try await Self.signIn(Browser(server), "nobody@example.com", "x")
      #expect(throttled.status == 429)
    }
  }

  @Test("Guesses at many accounts from one network address have to wait too; a right password in between gives no new ones")
  func throttleByAddress() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      func attempt(_ email: String, from address: String? = "192.0.2.1") async throws -> PeopleRefusal? {
        let password = email == "ann@example.com" ? TestServer.password : "wrong password"
        do {
          _ = try await server.people.signIn(email: email, password: password, .init(address: address, agent: "", token: nil))
          return nil
        } catch let refusal as PeopleRefusal { return refusal }
      }
      for number in 0..<20 {
        #expect(try await attempt("n\(number)@example.com") == .notRight, "\(number)")
        if number == 10 { #expect(try await attempt("ann@example.com") == nil) }
      }
      #expect(try await attempt("other@example.com") == .wait(.seconds(1)))
      #expect(try await attempt("ann@example.com") == .wait(.seconds(1)))
      #expect(try await attempt("ann@example.com", from: "192.0.2.2") == nil)
      #expect(try await attempt("ann@example.com", from: nil) == nil)
      server.time.advance(by: .seconds(1))
      // Who comes in makes nobody else behind that address wait anew.
      for _ in 0..<3 { #expect(try await attempt("ann@example.com") == nil) }
      #expect(try await attempt("other@example.com") == .notRight)
      #expect(try await attempt("ann@example.com") == .wait(.seconds(2)))
    }
  }

  @Test("Of many guesses at once no more than five are looked at")
  func atOnce() async throws {
    try await TestServer.run { server in
      _ = try await server.addUserWithPassword(.lead)
      let people = server.people
      let looked = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<30 {
          group.addTask {
            do {
              _ = try await people.signIn(
                email: "ann@example.com", password: "wrong \(number)", .init(address: "a\(number)", agent: "", token: nil))
              return true
            } catch PeopleRefusal.wait { return false } catch PeopleRefusal.notRight { return true }
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(looked == 5)
    }
  }

  @Test("What was typed into the field of the address is kept nowhere where nobody has that address: it may be a password")
  func typedPasswords() async throws {
    try await TestServer.run { server in
      _ = try await Self.signIn(Browser(server), "hunter2hunter2", "hunter2hunter2")
      let kept = try await server.database.read { connection in
        try connection.rows("SELECT subject FROM sign_in_failure UNION ALL SELECT subject FROM audit WHERE action NOT LIKE 'key.%'") {
          $0.text(0)
        }
      }
      #expect(kept.count == 1 && kept.allSatisfy { !$0.contains("hunter2") })
    }
  }
}
