import Domain
import HTTPTypes
import SQL
import Testing

@testable import Server

@Suite("What pages send along")
struct PageHeadersTests {
  @Test("Every answer of a page has every header of protection: pages, redirects, refusals, errors")
  func headers() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUser(.viewer)
      let browser = try await server.browser(of: ann)
      var answers = [
        try await browser.get("/account"), try await browser.get("/people"), try await browser.post("/sign-out"),
        try await Browser(server).get("/account"), try await Browser(server).get("/sign-in"), try await Browser(server).get("/link/x"),
        try await Browser(server).post("/sign-in", origin: nil), try await server.send(.put, "/account"),
      ]
      server.database.fail(with: DatabaseFailure(kind: .other, message: "odd", detail: "secret detail"))
      answers.append(try await browser.get("/account"))
      #expect(answers.map(\.status) == [200, 403, 403, 303, 200, 410, 403, 405, 500])
      for answer in answers {
        #expect(
          answer.headers[.contentSecurityPolicy]
            == "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
            + "frame-ancestors 'none'; base-uri 'none'")
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(answer.headers[.referrerPolicy] == "same-origin")
        #expect(answer.headers[.crossOriginOpenerPolicy] == "same-origin")
        #expect(answer.headers[.permissionsPolicy]?.contains("camera=()") == true)
        #expect(answer.headers[.cacheControl] == "no-store")
        #expect(!answer.text.contains("secret") && !answer.text.contains("odd"))
      }
      #expect(answers.last?.text.contains("Request ") == true, "an error of ours names the request")
    }
  }

  @Test("The session's cookie is out of reach of scripts and other sites; with https it is bound to this host and to https")
  func cookies() async throws {
    for (url, name, end) in [
      ("http://127.0.0.1:8080", "holdfast_session", "; SameSite=Lax"),
      ("https://success.example.com", "__Host-holdfast_session", "; SameSite=Lax; Secure"),
    ] {
      try await TestServer.run(publicURL: url) { server in
        let ann = try await server.addUser(.viewer)
        let link = try await server.people.makeLink(.signIn, for: ann, by: .commandLine)
        let browser = Browser(server)
        let answer = try await browser.post("/link/\(link.token)", origin: url)
        let cookie = try #require(answer.headers[values: .setCookie].first)
        #expect(cookie.hasPrefix(name + "=") && cookie.hasSuffix("; Path=/; Max-Age=2592000; HttpOnly" + end), "\(cookie)")
        #expect(!cookie.contains("Domain"))
        #expect(try await browser.get("/account").status == 200)
        // The name without the prefix, which another host name could set, opens nothing where https is used.
        let plain = Browser(server)
        plain.setCookie("holdfast_session", cookie.split(separator: ";")[0].split(separator: "=")[1].description)
        let isOpen = url.hasPrefix("http:")
        #expect(try await plain.get("/account").status == (isOpen ? 200 : 303))
      }
    }
  }

  @Test("What was just done is said once, to that session only, and nobody else can make a page say anything")
  func notices() async throws {
    try await TestServer.run { server in
      let (ann, bob) = (try await server.addUser(.operations), try await server.addUser(.viewer, "bob@example.com", name: "Bob <b>"))
      let browser = try await server.browser(of: ann)
      let answer = try await browser.submit("/people/\(bob.id)/role", ["role": "lead"])
      #expect(answer.status == 303 && answer.headers[.location] == "/people")
      let cookie = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix("holdfast_notice=") })
      #expect(cookie.hasSuffix("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
      let value = String(cookie.split(separator: ";")[0].dropFirst("holdfast_notice=".count))
      #expect(try await browser.get("/people").text.contains("Bob &lt;b&gt; has the role lead now."))
      #expect(try await browser.get("/people").text.contains("has the role lead now") == false)
      let other = try await server.browser(of: bob)
      for forged in [value, value + "x", "SGVsbG8.SGVsbG8", ".", ""] {
        other.setCookie("holdfast_notice", forged)
        let text = try await other.get("/account").text
        #expect(!text.contains("role=\"status\""), "\(forged)")
      }
    }
  }

  @Test("An asset is kept for ever under an address that changes with its content; another address is nothing")
  func assets() throws {
    let one = AssetShelf([
      Asset(name: "style.css", type: "text/css", bytes: [1]), Asset(name: "script.js", type: "text/javascript", bytes: [2]),
    ])
    let two = AssetShelf([Asset(name: "style.css", type: "text/css", bytes: [3])])
    #expect(one.links.style != two.links.style && one.links.style.hasSuffix(".css") && two.links.script.isEmpty)
    let answer = try one.answer(String(one.links.script.dropFirst("/assets/".count)))
    #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
    #expect(answer.headers[.contentType] == "text/javascript" && answer.headers[.xContentTypeOptions] == "nosniff")
    for wrong in ["style.css", "style.000000000000.css", "../style.css", ""] {
      #expect(throws: Problem.self) { try one.answer(wrong) }
    }
  }

  @Test("Pages link an asset that is there")
  func served() async throws {
    try await TestServer.run { server in
      let page = try await server.send(.get, "/sign-in")
      let start = try #require(page.text.firstRange(of: "href=\"/assets/"))
      let address = "/assets/" + page.text[start.upperBound...].prefix { $0 != "\"" }
      let asset = try await server.send(.get, address)
      #expect(asset.status == 200 && asset.headers[.contentType]?.hasPrefix("text/css") == true)
      let wrong = try await server.send(.get, "/assets/style.css")
      #expect(wrong.status == 404)
    }
  }

  @Test(
    "A path to lead to is one of this server or none",
    arguments: [
      ("/", true), ("/customers/a%20b?x=1&y=//z", true), ("/people#top", true), ("", false), ("customers", false),
      ("//evil.example", false),
      ("/\\evil.example", false), ("/\t/evil.example", false), ("/a\nSet-Cookie: x", false), ("https://evil.example/", false),
      ("javascript:alert(1)", false), ("/a\\b", false), ("/ä", false), ("/a b", false), ("/" + String(repeating: "a", count: 2_000), false),
    ])
  func localPaths(path: String, isLocal: Bool) {
    #expect(LocalPath.checked(path) == (isLocal ? path : nil))
  }

  @Test("People behind one prefix of IPv6 count as one address, IPv4 in its clothes as IPv4, private addresses as none")
  func addresses() {
    func six(_ start: [UInt8], _ end: [UInt8] = []) -> [UInt8] { start + [UInt8](repeating: 0, count: 16 - start.count - end.count) + end }
    let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    let cases: [([UInt8], String?)] = [
      ([192, 0, 2, 7], "192.0.2.7"), ([172, 32, 0, 1], "172.32.0.1"), ([100, 63, 0, 1], "100.63.0.1"), ([127, 0, 0, 1], nil),
      ([10, 1, 2, 3], nil), ([172, 16, 0, 1], nil), ([172, 31, 255, 1], nil), ([192, 168, 0, 1], nil), ([100, 64, 0, 1], nil),
      (six([0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2], [9, 9, 9]), "2001:0db8:0001:0002::/64"), (six([], [1]), nil), (six([0xFD, 1]), nil),
      (six([0xFE, 0x80]), nil), (mapped + [192, 0, 2, 7], "192.0.2.7"), (mapped + [10, 0, 0, 1], nil),
    ]
    for (bytes, text) in cases { #expect(ClientAddress.counted(bytes) == text, "\(bytes)") }
  }
}
