import Domain
import Formats
import Testing

let received = Instant(iso8601: "2024-05-01T10:03:05Z")!

func time(_ text: String) -> Instant { Instant(iso8601: text)! }

private func read(_ text: String, _ route: TrackingRoute = .track) throws -> TrackingBatch {
  var count = 0
  return TrackingReader.read(try JSON.parse(text), route: route, receivedAt: received) {
    count += 1
    return "made-\(count)"
  }
}

@Suite struct TrackingReaderTests {
  @Test("A track call of the browser SDK becomes an event with its corrected time")
  func track() throws {
    let batch = try read(
      """
      {"timestamp":"2024-05-01T10:00:00.000Z","integrations":{},"userId":"u-1","anonymousId":"a-1","event":"Report Shared","type":"track",
       "properties":{"count":3,"list":[1,null]},"context":{"page":{"path":"/x"},"userAgent":"Mozilla","locale":"de","groupId":"acc-9",
       "library":{"name":"analytics.js","version":"npm:next-1.70.0"}},"messageId":"ajs-next-1714557600000-9f","writeKey":"wk",
       "sentAt":"2024-05-01T10:00:05.000Z","_metadata":{"bundled":[]}}
      """)
    let at = time("2024-05-01T10:03:00Z")
    #expect(batch.writeKey == "wk" && batch.rejected.isEmpty)
    #expect(
      batch.entries == [
        LogEntry(
          messageID: "ajs-next-1714557600000-9f", at: at, version: at, receivedAt: received,
          actor: Actor(contact: "u-1", anonymous: "a-1", customer: "acc-9"),
          fact: .event(name: "Report Shared", properties: [.init("count", 3), .init("list", [1, nil])]))
      ])
  }

  @Test("A batch of the Python SDK: body key, one sentAt, context of the batch under that of the message")
  func batch() throws {
    let batch = try read(
      """
      {"batch":[
        {"type":"identify","userId":12345,"timestamp":"2024-05-01T10:00:00.000000+00:00","messageId":"m1","traits":{"email":"a@b.example"},
         "context":{"library":{"name":"analytics-python"}},"integrations":{},"anonymousId":null},
        {"type":"group","userId":"12345","groupId":77,"traits":{"name":"Acme"},"messageId":"m2","timestamp":"2024-05-01T10:00:00+00:00"},
        {"type":"track","userId":"12345","event":"Signed In","messageId":"m3","context":{"groupId":"own"}},
        {"type":"track","userId":"12345","event":"Signed In","messageId":"m4"}],
       "context":{"groupId":"shared"},"writeKey":"wk","sentAt":"2024-05-01T10:00:05Z"}
      """, .batch)
    #expect(batch.rejected.isEmpty && batch.writeKey == "wk" && !batch.keysDiffer)
    #expect(batch.entries.map(\.messageID) == ["m1", "m2", "m3", "m4"])
    #expect(batch.entries.map(\.actor.contact) == ["12345", "12345", "12345", "12345"])
    #expect(batch.entries.map(\.actor.customer) == ["shared", "77", "own", "shared"])
    #expect(batch.entries.map(\.at) == [time("2024-05-01T10:03:00Z"), time("2024-05-01T10:03:00Z"), received, received])
    #expect(batch.entries[0].fact == .contact(traits: [.init("email", "a@b.example")]))
    #expect(batch.entries[1].fact == .customer(attributes: [.init("name", "Acme")]))
  }

  @Test("A batch of the RudderStack browser SDK: traits in the context, channel, merge passed over")
  func rudderStack() throws {
    let batch = try read(
      """
      {"batch":[
        {"channel":"web","type":"identify","userId":"u-1","anonymousId":"a-1","rudderId":"r","messageId":"m1",
         "originalTimestamp":"2024-05-01T10:00:00.000Z","context":{"traits":{"email":"a@b.example","company":{"id":"acc-1","name":"Acme"}},
         "timezone":"Europe/Berlin"},"integrations":{"All":true}},
        {"channel":"web","type":"track","event":"Signed In","userId":"","anonymousId":"a-1","messageId":"m2","properties":{},
         "context":{"traits":{"email":"a@b.example"}}},
        {"channel":"server","type":"merge","mergeProperties":[]}],
       "sentAt":"2024-05-01T10:00:05.000Z"}
      """, .batch)
    #expect(batch.rejected.isEmpty && batch.ignored == 1 && batch.entries.count == 2)
    #expect(batch.entries[0].actor == Actor(contact: "u-1", anonymous: "a-1", customer: "acc-1"))
    #expect(batch.entries[0].at == time("2024-05-01T10:03:00Z"))
    guard case .contact(let traits) = batch.entries[0].fact else { return #expect(Bool(false), "no contact") }
    #expect(traits.map(\.name) == ["email", "company", "timezone"])
    #expect(batch.entries[1].actor == Actor(anonymous: "a-1"))
  }

  @Test("Traits in the context of a track call are stated as well")
  func contextTraits() throws {
    let batch = try read(#"{"userId":"u","event":"E","messageId":"m","context":{"traits":{"plan":"pro","company":{"id":5}}}}"#)
    #expect(batch.entries.map(\.messageID) == ["m", "m:traits"])
    #expect(batch.entries.map(\.actor.customer) == ["5", "5"])
    #expect(batch.entries[1].fact.kind == "contact")
  }

  @Test("Pages and screens become events named for what was viewed")
  func views() throws {
    func name(_ text: String, _ route: TrackingRoute) throws -> Fact? { try read(text, route).entries.first?.fact }
    #expect(
      try name(#"{"userId":"u","name":"Pricing","category":"Docs","properties":{"path":"/p"}}"#, .page)
        == .event(name: "Viewed Pricing Page", properties: [.init("path", "/p"), .init("name", "Pricing"), .init("category", "Docs")]))
    #expect(try name(#"{"userId":"u"}"#, .page) == .event(name: "Viewed Page", properties: []))
    #expect(try name(#"{"userId":"u","name":"Home"}"#, .screen) == .event(name: "Viewed Home Screen", properties: [.init("name", "Home")]))
    #expect(try name(#"{"userId":"u","name":null}"#, .screen) == .event(name: "Viewed Screen", properties: []))
  }

  @Test("Alias joins the previous id to the user")
  func alias() throws {
    let batch = try read(#"{"previousId":"a-1","userId":"u-1"}"#, .alias)
    #expect(batch.entries.map(\.fact) == [.alias(previous: "a-1")])
    #expect(batch.entries.map(\.messageID) == ["made-1"])
  }

  @Test(
    "What cannot be taken is refused with its reason",
    arguments: [
      (#"{"event":"x"}"#, .track, .noID), (#"{"userId":"","anonymousId":null,"event":"x"}"#, .track, .noID),
      (#"{"userId":"undefined","event":"x"}"#, .track, .noID), (#"{"userId":"u"}"#, .track, .noEventName),
      (#"{"userId":"u","event":" "}"#, .track, .noEventName), (#"{"userId":"u"}"#, .group, .noGroupID),
      (#"{"userId":"u"}"#, .alias, .noPreviousID),
      (#"{"previousId":"p"}"#, .alias, .noPreviousID), (#"{"traits":{}}"#, .identify, .noID), ("[]", .track, .notAnObject),
      ("3", .batch, .notAnObject),
      (#"{"batch":[{"userId":"u"}]}"#, .batch, .unknownType), (#"{"batch":[{"type":"batch"}]}"#, .batch, .unknownType),
      (#"{"userId":"u","event":"x","timestamp":"1969-12-31T23:59:59Z"}"#, .track, .impossibleTime),
      (#"{"userId":"u\u0000","event":"x"}"#, .track, .invalidText), (#"{"userId":"u","event":"\u0000"}"#, .track, .noEventName),
      (#"{"userId":"u","event":"x\u0000"}"#, .track, .invalidText),
    ] as [(String, TrackingRoute, RejectionReason)])
  func rejected(text: String, route: TrackingRoute, reason: RejectionReason) throws {
    let batch = try read(text, route)
    #expect(batch.entries.isEmpty)
    #expect(batch.rejected.map(\.reason) == [reason])
  }

  @Test("Rule 10: one bad message in a batch does not disturb its neighbours")
  func neighbours() throws {
    let large = String(repeating: "x", count: 40_000)
    let batch = try read(
      #"{"batch":[{"type":"track","userId":"u","event":"A"},7,{"type":"track","userId":"u","event":"B","properties":{"x":""# + large
        + #""}},{"type":"track","userId":"u","event":"C"}]}"#, .batch)
    #expect(batch.entries.compactMap(\.fact.name) == ["A", "C"])
    #expect(batch.rejected.map(\.index) == [1, 2])
    #expect(batch.rejected.map(\.reason) == [.notAnObject, .tooLarge])
    #expect(batch.rejected.allSatisfy { $0.excerpt.utf8.count < 210 })
  }

  @Test("Sizes: ids up to 200 characters, message ids up to 100 bytes, batches up to 2,500 messages")
  func sizes() throws {
    let id = String(repeating: "ä", count: 200)
    #expect(try read(#"{"userId":"\#(id)","event":"x"}"#).entries.first?.actor.contact == id)
    #expect(try read(#"{"userId":"\#(id)x","event":"x"}"#).rejected.map(\.reason) == [.idTooLong])
    #expect(try read(#"{"userId":"u","event":"\#(id)x"}"#).rejected.map(\.reason) == [.nameTooLong])
    let message = String(repeating: "m", count: 100)
    #expect(try read(#"{"userId":"u","event":"x","messageId":"\#(message)"}"#).entries.first?.messageID == message)
    let hashed = try #require(try read(#"{"userId":"u","event":"x","messageId":"\#(message)m"}"#).entries.first?.messageID)
    #expect(hashed.hasPrefix("h:") && hashed.utf8.count == 34)
    let many = Array(repeating: #"{"type":"track","userId":"u","event":"x"}"#, count: 2_502).joined(separator: ",")
    let batch = try read(#"{"batch":[\#(many)]}"#, .batch)
    #expect(batch.entries.count == 2_500)
    // What is beyond is told once, and counted.
    #expect(batch.rejected.map(\.reason) == [.tooMany] && batch.rejected.map(\.index) == [2_500] && batch.rejected.map(\.count) == [2])
  }

  @Test("Different keys in one body are noticed")
  func keys() throws {
    #expect(try read(#"{"writeKey":"a","batch":[{"type":"track","userId":"u","event":"x","writeKey":"b"}]}"#, .batch).keysDiffer)
    #expect(try read(#"{"batch":[{"type":"track","userId":"u","event":"x","writeKey":"b"}]}"#, .batch).writeKey == "b")
  }

  @Test(
    "Clock correction",
    arguments: [
      ("10:00:00", "10:00:05", "10:03:00"), ("10:00:00", nil, "10:00:00"), (nil, "10:00:05", "10:03:05"),
      ("10:02:00", "10:00:00", "10:02:00"),
      ("10:05:00", nil, "10:03:05"), ("10:05:00", "10:04:00", "10:03:05"), ("10:00:00", "10:00:00", "10:03:05"),
    ] as [(String?, String?, String)])
  func clock(original: String?, sent: String?, expected: String) {
    func on(_ time: String) -> Instant { Instant(iso8601: "2024-05-01T\(time)Z")! }
    #expect(TrackingTime.corrected(original: original.map(on), sentAt: sent.map(on), receivedAt: received) == on(expected))
  }

  @Test("A timestamp that cannot be read is refused, never taken for now; an absent one is the arrival")
  func unreadable() throws {
    for value in [#""yesterday""#, #""31/12/2020 10:00""#, "2020", "true", "{}"] {
      let batch = try read(#"{"userId":"u","event":"x","timestamp":\#(value)}"#)
      #expect(batch.entries.isEmpty && batch.rejected.map(\.reason) == [.unreadableTime], "\(value)")
    }
    #expect(try read(#"{"userId":"u","event":"x","originalTimestamp":"soon"}"#).rejected.map(\.reason) == [.unreadableTime])
    for rest in ["", #","timestamp":null"#, #","timestamp":" ""#] {
      #expect(try read(#"{"userId":"u","event":"x"\#(rest)}"#).entries.first?.at == received, "\(rest)")
    }
    #expect(try read(#"{"userId":"u","event":"x","timestamp":1714557600}"#).entries.first?.at == time("2024-05-01T10:00:00Z"))
  }

  @Test("Paths in short and long form name their call")
  func routes() {
    #expect(TrackingRoute(pathComponent: "t") == .track)
    #expect(TrackingRoute(pathComponent: "b") == .batch)
    #expect(TrackingRoute(pathComponent: "import") == .batch)
    #expect(TrackingRoute(pathComponent: "group") == .group)
    #expect(TrackingRoute(pathComponent: "m") == nil)
  }

  @Test("Any JSON at all is read without a crash, and every item is accounted for")
  func hostile() throws {
    var random = SplitMix64(seed: 11)
    let names = [
      "type", "userId", "anonymousId", "event", "traits", "context", "timestamp", "sentAt", "groupId", "previousId", "batch", "properties",
    ]
    let values: [JSON] = [
      nil, 1, "track", "identify", "group", [], [:], -1e300, true, "2024-05-01", ["id": 1], ["company": ["id": []]], ["traits": 3],
    ]
    for _ in 0..<3_000 {
      let items = (0..<3).map { _ in
        JSON.object((0..<6).map { _ in JSON.Member(names.randomElement(using: &random)!, values.randomElement(using: &random)!) })
      }
      let batch = TrackingReader.read(["batch": .array(items)], route: .batch, receivedAt: received) { "id" }
      #expect(Set(batch.rejected.map(\.index)).count == batch.rejected.count)
      #expect(batch.entries.count + batch.rejected.count + batch.ignored >= 3)
      for route in TrackingRoute.allCases { _ = TrackingReader.read(items[0], route: route, receivedAt: received) { "id" } }
      _ = PostHogReader.read(.array(items), receivedAt: received) { "id" }
    }
  }

  @Test("A body read straight from its bytes comes to the same as one parsed before")
  func fromBytes() throws {
    let seed = UInt64.random(in: 0..<1 << 32)
    var random = SplitMix64(seed: seed)
    let names = [
      "type", "action", "userId", "anonymousId", "event", "traits", "context", "timestamp", "sentAt", "groupId", "previousId", "batch",
      "properties", "messageId", "writeKey", "channel", "name", "category", "originalTimestamp", "library",
    ]
    let values: [JSON] = [
      nil, 1, "track", "track", "identify", "group", "page", "alias", "screen", "x", [], [:], -1e300, true, "2024-05-01", ["id": 1],
      ["company": ["id": "c"]], ["traits": ["plan": "pro"], "groupId": "g", "timezone": "Europe/Vienna", "page": ["path": "/"]],
      ["traits": 3], [[[[]]]], .string(String(repeating: "é", count: 1_000)),
    ]
    func message() -> JSON {
      if Int.random(in: 0..<12, using: &random) == 0 { return values.randomElement(using: &random)! }
      return .object(
        (0..<Int.random(in: 0..<9, using: &random)).map { _ in
          JSON.Member(names.randomElement(using: &random)!, values.randomElement(using: &random)!)
        })
    }
    for round in 0..<2_000 {
      let messages = JSON.array((0..<Int.random(in: 0..<4, using: &random)).map { _ in message() })
      let around = [JSON.Member("batch", messages)] + (message().members ?? [])
      let body = [message(), messages, .object(around.shuffled(using: &random))].randomElement(using: &random)!
      for route in TrackingRoute.allCases {
        let limits = TrackingLimits(messageBytes: 1_500, messages: 3)
        let parsed = TrackingReader.read(body, route: route, receivedAt: received, limits: limits) { "id" }
        let read = try TrackingReader.read(body.printedBytes(), route: route, receivedAt: received, limits: limits) { "id" }
        #expect(read == parsed, "seed \(seed), round \(round), \(route): \(body.printed())")
      }
    }
  }
}
