import Domain
import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Server

@Suite("Tracking calls as SDKs make them")
struct TrackingTests {
  @Test("The write key is found wherever SDKs put it")
  func places() async throws {
    try await TestServer.run { server in
      let key = server.writeKey
      let cases: [(String, HTTPFields, String)] = [
        ("/v1/track", [.authorization: server.basic(key + ":")], "{}"), ("/v1/track", [.authorization: server.basic(key)], "{}"),
        ("/v1/track", [.authorization: "basic " + server.basic(key + ":x").dropFirst(6)], "{}"),
        ("/v1/track", [.writeKey: key], "{}"), ("/v1/track", [.writeKey: key + ":secret"], "{}"),
        ("/v1/track", [.authorization: "Bearer " + key], "{}"), ("/beacon/v1/batch?writeKey=\(key)", [:], #"{"batch":[]}"#),
        ("/v1/track", [:], #"{"writeKey":"\#(key)"}"#), ("/v1/batch", [:], #"{"batch":[],"writeKey":"\#(key)"}"#),
        ("/v1/track", [.authorization: server.basic("proxy:secret")], #"{"writeKey":"\#(key)"}"#),
        ("/capture/", [:], #"{"api_key":"\#(key)","event":"a","distinct_id":"ann"}"#),
        ("/e/", [:], #"[{"properties":{"token":"\#(key)"},"event":"a","distinct_id":"ann"}]"#),
        ("/flags/?v=2", [:], #"{"token":"\#(key)","distinct_id":"ann"}"#),
      ]
      for (path, headers, body) in cases {
        let answer = try await server.send(.post, path, body: body, headers: headers)
        #expect(answer.status == 200, "\(path) \(headers) \(body): \(answer.text)")
      }
    }
  }

  @Test("Answers are those that the SDKs wait for, and text/plain is read as JSON")
  func answers() async throws {
    try await TestServer.run { server in
      let call = #"{"userId":"ann","event":"Signed In","messageId":"m1"}"#
      let answer1 = try await server.track("/v1/t", call, headers: [.contentType: "text/plain"])
      #expect(answer1.text == #"{"success":true}"#)
      let event = #"{"event":"Signed In","distinct_id":"ann","uuid":"u1"}"#
      let answer2 = try await server.track("/i/v0/e/", event)
      #expect(answer2.text == #"{"status":1}"#)
      let results = try await server.track("/i/v1/analytics/events", #"{"batch":[\#(event),{"event":"a","uuid":"u2"}]}"#)
      #expect(results.json["results"]?["u1"]?["result"] == "ok")
      #expect(results.json["results"]?["u2"]?["result"] == "drop")
      let names = await server.sink.entries.map(\.messageID)
      #expect(names == ["m1", "u1"])
      let answer3 = try await server.send(.get, "/v1/projects/\(server.writeKey)/settings")
      #expect(answer3.json["integrations"]?["Segment.io"] != nil)
      let answer4 = try await server.send(.get, "/v1/projects/\(server.apiKey)/settings")
      #expect(answer4.status == 404)
    }
  }

  @Test("A picture's address is a call, its fields in the query")
  func pixel() async throws {
    try await TestServer.run { server in
      let path = "/pixel/v1/track?writeKey=\(server.writeKey)&userId=ann&event=Mail%20opened&properties.mail=welcome"
      let answer = try await server.send(.get, path)
      #expect(answer.status == 200)
      #expect(answer.headers[.contentType] == "image/gif")
      let entry = try #require(await server.sink.entries.first)
      #expect(entry.fact == .event(name: "Mail opened", properties: [.init("mail", "welcome")]))
      let answer5 = try await server.send(.get, "/pixel/v1/track?userId=ann&event=x")
      #expect(answer5.status == 401)
    }
  }

  @Test(
    "Rule 10: One bad message stays one bad message: its neighbours are taken, it is set aside without the key, the call is answered 200")
  func rejected() async throws {
    try await TestServer.run { server in
      let bad = #"{"type":"track","userId":"bob","writeKey":"\#(server.writeKey)"}"#
      let answer = try await server.track("/v1/batch", #"{"batch":[{"type":"track","userId":"ann","event":"a"},\#(bad),7]}"#)
      #expect(answer.status == 200)
      #expect(await server.sink.entries.count == 1)
      let refused = await server.sink.refused
      #expect(refused.map { $0.reason.prefix { $0 != ":" } } == ["no_event_name", "not_an_object"])
      #expect(refused.allSatisfy { !$0.excerpt.contains(server.writeKey) })
    }
  }

  @Test("What is beyond a batch's limit is set aside as one, with its number, and answered item by item")
  func beyondTheLimit() async throws {
    var limits = ServerLimits()
    limits.postHogMessages = 2
    try await TestServer.run(limits: limits) { server in
      let items = (0..<5).map { #"{"event":"a","distinct_id":"ann","uuid":"u\#($0)"}"# }.joined(separator: ",")
      let answer = try await server.track("/i/v1/analytics/events", #"{"batch":[\#(items)]}"#)
      #expect((0..<5).map { answer.json["results"]?["u\($0)"]?["result"] } == ["ok", "ok", "drop", "drop", "drop"])
      #expect(await server.sink.entries.count == 2)
      #expect(await server.sink.refused.map(\.count) == [3])
    }
  }

  @Test("While the queue is nearly full a call is refused unread, and told when to come again")
  func refusedUnread() async throws {
    try await TestServer.run { server in
      server.sink.setNearlyFull(true)
      let refused = try await server.track("/v1/batch", "no JSON")
      #expect(refused.status == 429 && refused.headers[.retryAfter] == "1")
      server.sink.setNearlyFull(false)
      #expect(try await server.track("/v1/batch", "no JSON").status == 400)
    }
  }

  @Test("A rejection counts once however often its call is sent again; it never has entries sent again that are durable")
  func rejectedOnce() async throws {
    try await TestServer.run { server in
      let body = #"{"batch":[{"type":"track","userId":"ann","event":"a","messageId":"m1"},7]}"#
      await server.sink.refuse(with: [.overloaded(retryAfter: 1), .unavailable("full")])
      for status in [429, 503, 200] {
        let answer = try await server.track("/v1/batch", body)
        #expect(answer.status == status)
      }
      #expect(await server.sink.refused.count == 1)
      await server.sink.refuseSetAside(with: .overloaded(retryAfter: 1))
      let taken = try await server.track("/v1/batch", #"{"batch":[{"type":"track","userId":"ann","event":"a","messageId":"m2"},7]}"#)
      #expect(taken.status == 200)
      #expect(await server.sink.entries.map(\.messageID) == ["m1", "m2"])
      let nothingTaken = try await server.track("/v1/batch", #"{"batch":[7]}"#)
      #expect(nothingTaken.status == 429)
    }
  }

  @Test("Broken JSON is a 400 with the place")
  func broken() async throws {
    try await TestServer.run { server in
      for (path, body) in [("/v1/track", "{broken"), ("/v1/batch", ""), ("/capture/", "[1,")] {
        let answer = try await server.track(path, body)
        #expect(answer.status == 400, "\(path)")
        #expect(answer.json["code"] == "invalid-json")
        #expect(answer.json["message"]?.string?.contains("line 1") == true)
      }
    }
  }

  @Test("gzip is read by its first bytes; damage is a 400")
  func gzip() async throws {
    try await TestServer.run { server in
      let headers: HTTPFields = [.authorization: server.basic(server.writeKey)]
      let good = try await server.send(.post, "/v1/track", bytes: gzippedTrack, headers: headers)
      #expect(good.status == 200, "\(good.text)")
      #expect(await server.sink.entries.map(\.messageID) == ["zipped"])
      let answer6 = try await server.send(.post, "/v1/track", bytes: Array(gzippedTrack.dropLast(9)), headers: headers)
      #expect(answer6.status == 400)
    }
  }

  @Test("Decompressed bytes are charged too: without room a call is a 429 that can be sent again")
  func decompressed() async throws {
    var limits = ServerLimits()
    // Room for the call that waits and for this body as it comes, not for what it becomes.
    limits.bodiesInMemory = 400
    try await TestServer.run(limits: limits) { server in
      let headers: HTTPFields = [.writeKey: server.writeKey]
      await server.sink.onNextAppend {
        await #expect(throws: Never.self) {
          let crowded = try await server.send(.post, "/v1/track", bytes: gzippedTrack, headers: headers)
          #expect(crowded.status == 429, "\(crowded.text)")
        }
      }
      let waiting = #"{"userId":"ann","event":"\#(String(repeating: "x", count: 70))"}"#
      let first = try await server.track("/v1/track", waiting)
      #expect(first.status == 200, "\(first.text)")
      let again = try await server.send(.post, "/v1/track", bytes: gzippedTrack, headers: headers)
      #expect(again.status == 200, "\(again.text)")
      #expect(await server.sink.entries.count == 2)
    }
  }

  @Test("A key in a header is checked before the body is unpacked")
  func keyBeforeBody() async throws {
    try await TestServer.run { server in
      let unknown = "hf_write_" + String(repeating: "k", count: 43)
      let damaged = Array(gzippedTrack.dropLast(9))
      let refused = try await server.send(.post, "/v1/track", bytes: damaged, headers: [.writeKey: unknown])
      #expect(refused.status == 401, "\(refused.text)")
      let read = try await server.send(.post, "/v1/track", bytes: damaged, headers: [.writeKey: server.writeKey])
      #expect(read.status == 400, "\(read.text)")
    }
  }

  @Test("Bodies above the limit are a 413, announced or not, compressed or not")
  func sizes() async throws {
    var limits = ServerLimits()
    limits.call = 120
    try await TestServer.run(limits: limits) { server in
      let long = #"{"userId":"ann","event":"\#(String(repeating: "x", count: 100))"}"#
      let answer7 = try await server.track("/v1/track", long)
      #expect(answer7.status == 413)
      let answer10 = try await server.send(.post, "/v1/track", body: long)
      #expect(answer10.status == 413)
      let zipped = try await server.send(.post, "/v1/track", bytes: gzippedTrack, headers: [.writeKey: server.writeKey])
      #expect(gzippedTrack.count < 120 && zipped.status == 413)
      #expect(zipped.json["code"] == "too-large")
      #expect(await server.sink.entries.isEmpty)
    }
  }

  @Test("A body that announces too much is refused before it is read")
  func announced() throws {
    func request(_ length: String) -> Request {
      let fields: HTTPFields = [.contentLength: length]
      return Request(
        head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/v1/track", headerFields: fields),
        body: RequestBody(buffer: ByteBuffer()))
    }
    #expect(try BodyReader.declaredLength(request("100"), limit: 100) == 100)
    #expect(try BodyReader.declaredLength(request("-1"), limit: 100) == nil)
    #expect(throws: Problem.self) { try BodyReader.declaredLength(request("101"), limit: 100) }
  }

  @Test("A large body without any key is refused before it is parsed")
  func strangers() async throws {
    try await TestServer.run { server in
      let garbage = "[" + String(repeating: "[", count: 100_000)
      let answer = try await server.send(.post, "/batch/", body: garbage)
      #expect(answer.status == 401)
    }
  }

  @Test("A full queue is a 429 with the seconds to wait, a database that takes nothing a 503, and nothing was stored")
  func overload() async throws {
    try await TestServer.run { server in
      await server.sink.refuse(with: [.overloaded(retryAfter: 7), .unavailable("no space is left"), .overloaded(retryAfter: 0)])
      let call = #"{"userId":"ann","event":"Signed In"}"#
      let full = try await server.track("/v1/track", call)
      #expect(full.status == 429)
      #expect(full.headers[.retryAfter] == "7")
      #expect(full.headers[.rateLimitReset] == "7")
      #expect(full.headers[.accessControlExposeHeaders]?.contains("Retry-After") == true)
      let refused = try await server.track("/v1/track", call)
      #expect(refused.status == 503)
      #expect(refused.json["message"] == "no space is left")
      let answer11 = try await server.track("/v1/track", call)
      #expect(answer11.headers[.retryAfter] == "1")
      #expect(await server.sink.entries.isEmpty)
      let answer12 = try await server.track("/v1/track", call)
      #expect(answer12.status == 200)
    }
  }

  @Test("Browsers of any origin are told that they may send, on tracking addresses only")
  func preflight() async throws {
    try await TestServer.run { server in
      let headers: HTTPFields = [.origin: "https://shop.example", .accessControlRequestHeaders: "content-type,x-new-header"]
      for endpoint in TrackingEndpoint.all {
        let answer = try await server.send(.options, endpoint.path.replacingOccurrences("{type}", "track"), headers: headers)
        #expect(answer.status == 204)
        #expect(answer.headers[.accessControlAllowOrigin] == "*")
        #expect(answer.headers[.accessControlAllowMethods]?.contains("POST") == true)
        #expect(answer.headers[.accessControlAllowHeaders] == "content-type,x-new-header")
      }
      let odd: HTTPFields = [.accessControlRequestHeaders: "<script>"]
      let answer13 = try await server.send(.options, "/v1/track", headers: odd)
      #expect(answer13.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
      let api = try await server.send(.options, "/api/v1/customers", headers: headers)
      #expect(api.status == 404)
      #expect(api.headers[.accessControlAllowOrigin] == nil)
    }
  }
}

/// A track call with the message id "zipped", compressed.
let gzippedTrack: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0x2A, 0x2D, 0x4E, 0x2D, 0xF2, 0x4C, 0x51, 0xB2,
  0x52, 0x4A, 0xCC, 0xCB, 0x53, 0xD2, 0x51, 0x4A, 0x2D, 0x4B, 0xCD, 0x2B, 0x01, 0xF2, 0x82, 0x33, 0xD3, 0xF3, 0x52, 0x53,
  0x14, 0x3C, 0x41, 0x62, 0xB9, 0xA9, 0xC5, 0xC5, 0x89, 0xE9, 0xA9, 0x60, 0x55, 0x55, 0x99, 0x05, 0x05, 0xA9, 0x29, 0x40,
  0xC1, 0x82, 0xA2, 0xFC, 0x82, 0xD4, 0xA2, 0x92, 0xCC, 0xD4, 0x62, 0x25, 0xAB, 0x6A, 0xA5, 0x44, 0xA0, 0x54, 0xC5, 0x28,
  0x20, 0x1A, 0x28, 0xD5, 0xD6, 0x02, 0x00, 0xC6, 0x11, 0x1F, 0x98, 0x7B, 0x01, 0x00, 0x00,
]
