import Domain
import HTTPTypes
import Hummingbird
import Testing

@testable import Server

@Suite("Who is let in")
struct AccessTests {
  private static let apiPaths: [(HTTPRequest.Method, String)] = [
    (.get, "/api/v1/customers"), (.get, "/api/v1/customers/acme"), (.get, "/api/v1/customers/acme/explanation"),
    (.get, "/api/v1/customers/acme/history"), (.get, "/api/v1/customers/acme/timeline"), (.get, "/api/v1/customers/acme/events"),
    (.get, "/api/v1/health"), (.get, "/api/v1/alerts"), (.get, "/api/v1/stats"), (.post, "/api/v1/import/customers"),
    (.get, "/api/v1/openapi.json"), (.get, "/api/v1/tasks"), (.post, "/api/v1/tasks"), (.get, "/api/v1/tasks/t"),
    (.patch, "/api/v1/tasks/t"), (.get, "/api/v1/customers/acme/notes"), (.post, "/api/v1/customers/acme/notes"),
    (.post, "/api/v1/alerts/a/snooze"), (.delete, "/api/v1/alerts/a/snooze"),
  ]

  @Test("Every address of the JSON API asks for an API key: none 401, a write key 403, a revoked one 401, the right one neither")
  func api() async throws {
    try await TestServer.run { server in
      let revoked = try await server.keys.create(scope: .api, name: "old")
      let id = try #require(try await server.keys.all().first { $0.name == "old" }?.id)
      #expect(try await server.keys.revoke(id: id))
      for (method, path) in Self.apiPaths {
        let cases: [(String?, Int)] = [
          (nil, 401), ("Bearer " + server.writeKey, 403), ("Bearer " + revoked, 401), ("Bearer hf_api_nonsense", 401),
          (server.basic(server.apiKey + ":"), 401), ("Bearer", 401),
        ]
        for (authorization, status) in cases {
          let headers: HTTPFields = authorization.map { [.authorization: $0] } ?? [:]
          let answer = try await server.send(method, path, headers: headers)
          #expect(answer.status == status, "\(method) \(path) with \(authorization ?? "nothing")")
          #expect(answer.headers[.contentType] == "application/problem+json")
          #expect(answer.json["status"] == .integer(Int64(status)))
        }
        let answer = try await server.api(method, path)
        #expect(answer.status != 401 && answer.status != 403, "\(method) \(path): \(answer.text)")
      }
    }
  }

  @Test("Every tracking address asks for a write key: none 401, an API key 403, a made-up one 401, the right one is answered 200")
  func tracking() async throws {
    try await TestServer.run { server in
      for endpoint in TrackingEndpoint.all {
        let path = endpoint.path.replacingOccurrences("{type}", "track")
        let body = Self.body(endpoint)
        let made = "hf_write_" + String(repeating: "A", count: 43)
        for (key, status) in [(nil, 401), (server.apiKey, 403), (made, 401), (server.writeKey, 200)] {
          let headers: HTTPFields = key.map { [.authorization: server.basic($0 + ":")] } ?? [:]
          let answer = try await server.send(.post, path, body: body, headers: headers)
          #expect(answer.status == status, "\(path) with \(key ?? "nothing"): \(answer.text)")
          #expect(answer.headers[.accessControlAllowOrigin] == "*")
          if status != 200 {
            #expect(answer.json["code"]?.string != nil && answer.json["message"]?.string != nil, "\(path): \(answer.text)")
          }
        }
      }
    }
  }

  private static func body(_ endpoint: TrackingEndpoint) -> String {
    switch endpoint.shape {
    case .postHog: #"{"batch":[{"event":"Signed In","distinct_id":"ann","uuid":"u1"}]}"#
    case .drop: "{}"
    default: #"{"type":"track","userId":"ann","event":"Signed In","batch":[]}"#
    }
  }

  @Test("An unknown address is a 404 that tells nothing, with a key and without")
  func unknown() async throws {
    try await TestServer.run { server in
      for path in ["/", "/nothing", "/api/v1/nothing", "/api", "/v1/nothing", "/healthz/deeper"] {
        let bare = try await server.send(.get, path)
        let known = try await server.api(.get, path)
        #expect(bare.status == 404, "\(path)")
        #expect(bare.text == known.text)
        #expect(bare.headers[.contentType] == "application/problem+json")
      }
    }
  }

  @Test(
    "A sender answered before its body was read is told that the connection will close; one without a body, or read to its end, may go on",
    arguments: [
      (.post, "/api/v1/import/customers", "id\nacme\n", 401, true), (.get, "/api/v1/customers", nil, 401, false),
      (.post, "/nowhere", "{}", 404, true), (.post, "/nowhere", nil, 404, false), (.put, "/v1/track", "{}", 405, true),
      (.get, "/healthz", "{}", 200, true), (.get, "/healthz", nil, 200, false), (.post, "/v1/track", "{", 400, false),
    ] as [(HTTPRequest.Method, String, String?, Int, Bool)])
  func hangUp(method: HTTPRequest.Method, path: String, body: String?, status: Int, closes: Bool) async throws {
    try await TestServer.run { server in
      let answer = try await server.send(method, path, body: body)
      #expect(answer.status == status)
      #expect((answer.headers[.connection] == "close") == closes)
    }
  }

  @Test("A wrong method is told the right ones, once the key is right")
  func methods() async throws {
    try await TestServer.run { server in
      let answer = try await server.api(.delete, "/api/v1/customers")
      #expect(answer.status == 405)
      #expect(answer.headers[.allow] == "GET")
      let answer1 = try await server.send(.delete, "/api/v1/customers")
      #expect(answer1.status == 401)
      let answer2 = try await server.send(.get, "/v1/track")
      #expect(answer2.status == 405)
    }
  }

  @Test("Health checks need no key; readiness says no with 503", arguments: [true, false])
  func health(isReady: Bool) async throws {
    try await TestServer.run(isReady: isReady) { server in
      let answer3 = try await server.send(.get, "/healthz")
      #expect(answer3.status == 200)
      let answer4 = try await server.send(.get, "/readyz")
      #expect(answer4.status == (isReady ? 200 : 503))
    }
  }
}

extension String {
  func replacingOccurrences(_ part: String, _ other: String) -> String { replacing(part, with: other) }
}
