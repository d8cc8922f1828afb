import Domain
import Engine
import Formats
import HTTPTypes
import Hummingbird
import Testing

@testable import Server

@Suite("The JSON API")
struct APITests {
  @Test("A wrong condition is a 400 with the place and what was meant")
  func conditions() async throws {
    try await TestServer.run { server in
      let answer = try await server.api(.get, "/api/v1/customers?where=age(logn)%20%3E%2014d")
      #expect(answer.status == 400)
      #expect(answer.json["type"] == "urn:holdfast:problem:invalid-expression")
      let error = try #require(answer.json["errors"]?.array?.first)
      #expect(error["position"] == 5)
      #expect(error["suggestion"]?.string?.contains("login") == true)
    }
  }

  @Test("A cursor that no list gave out is a 400 that names the parameter")
  func cursors() async throws {
    try await TestServer.run { server in
      for path in ["alerts?cursor=zz", "alerts?state=open&cursor=1", "customers?cursor=zz"] {
        let answer = try await server.api(.get, "/api/v1/" + path)
        #expect(answer.status == 400, "\(path): \(answer.text)")
        #expect(answer.json["title"]?.string?.contains("cursor") == true, "\(path): \(answer.text)")
      }
    }
  }

  @Test("A wrong parameter is a 400 that says what is right")
  func parameters() async throws {
    try await TestServer.run { server in
      let wrong = [
        "customers?limit=0": "1000", "customers?limit=many": "1000", "customers?sort=size": "score", "customers?at=yesterday": "ISO 8601",
        "alerts?state=loud": "open", "health?at=2026-02-30": "ISO 8601",
      ]
      for (path, word) in wrong {
        let answer = try await server.api(.get, "/api/v1/" + path)
        #expect(answer.status == 400, "\(path)")
        #expect(answer.json["detail"]?.string?.contains(word) == true, "\(path): \(answer.text)")
      }
    }
  }

  @Test("A customer that is not there is a 404 with its id, cut where it is long, at every address about it")
  func noCustomer() async throws {
    try await TestServer.run { server in
      for suffix in ["", "/explanation", "/history", "/timeline", "/events", "/notes"] {
        let answer = try await server.api(.get, "/api/v1/customers/a%2Fb%20c" + suffix)
        #expect(answer.status == 404, "\(suffix)")
        #expect(answer.json["detail"] == "There is no customer with the id \"a/b c\".")
      }
      let long = try await server.api(.get, "/api/v1/customers/" + String(repeating: "x", count: 5_000))
      #expect(long.text.utf8.count < 500)
    }
  }

  @Test("An offset's plus may have become a blank")
  func offsets() throws {
    let expected = Instant(iso8601: "2026-03-01T08:30:00Z")
    #expect(try Query("at=2026-03-01T09:30:00+01:00").instant("at") == expected)
    #expect(try Query("at=2026-03-01T09:30:00%2B01:00").instant("at") == expected)
    #expect(try Query("").instant("at") == nil)
  }

  @Test("A trickle is cut off after its grace, a slow but honest sender is not")
  func pace() throws {
    let began = TestServer.noon
    var trickle = Pace(began: began)
    try trickle.count(10, now: began + .seconds(59))
    #expect(throws: Problem.self) { try trickle.count(10, now: began + .seconds(70)) }
    var slow = Pace(began: began)
    try slow.count(10_000, now: began + .seconds(70))
  }
}

@Suite("Views")
struct ViewTests {
  @Test(
    "Lengths of time are told in their two largest units",
    arguments: [
      (TimeSpan.zero, "0 s"), (.seconds(59), "59 s"), (.seconds(125), "2 min 5 s"), (.hours(25), "1 d 1 h"),
      (.days(3) + .hours(4), "3 d 4 h"),
      (.days(2) + .minutes(5), "2 d"), (.never, "never"), (.zero - .days(2), "−2 d"), (TimeSpan(microseconds: -5), "0 s"),
    ])
  func durations(span: TimeSpan, text: String) { #expect(durationText(span) == text) }

  @Test("Signals are JSON that programs can use, and text that people can read")
  func signals() {
    let cases: [(Value?, JSON, String)] = [
      (nil, .null, "missing"), (.duration(.never), .null, "never"), (.duration(.hours(1)), 3_600, "1 h"), (.number(3), 3, "3"),
      (.number(0.125), 0.125, "0.13"), (.boolean(true), true, "yes"), (.text("pro"), "pro", "pro"),
      (.instant(.epoch), "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ]
    for (value, json, text) in cases {
      #expect(signalJSON(value) == json)
      #expect(signalText(value) == text)
    }
  }
}
