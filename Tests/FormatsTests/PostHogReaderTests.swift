import Domain
import Formats
import Testing

private func read(_ text: String, sentAt: Instant? = nil, groupType: String? = nil) throws -> TrackingBatch {
  PostHogReader.read(try JSON.parse(text), receivedAt: received, sentAt: sentAt, groupType: groupType) { "made" }
}

@Suite struct PostHogReaderTests {
  @Test("A single event with its aliases for token and id")
  func single() throws {
    let batch = try read(
      """
      {"api_key":"phc_1","event":"invoice sent","distinct_id":42,"timestamp":"2024-05-01T10:00:00Z","uuid":"0190",
       "properties":{"amount":3,"$groups":{"project":"p","company":"acc-9"}}}
      """
    )
    #expect(batch.writeKey == "phc_1")
    #expect(
      batch.entries == [
        LogEntry(
          messageID: "0190", at: time("2024-05-01T10:00:00Z"), version: time("2024-05-01T10:00:00Z"), receivedAt: received,
          actor: Actor(contact: "42", customer: "acc-9"), fact: .event(name: "invoice sent", properties: [.init("amount", 3)]))
      ])
    let old = try read(#"{"event":"x","properties":{"token":"phc_2","distinct_id":"u","$insert_id":"i"}}"#)
    #expect(old.writeKey == "phc_2" && old.entries.first?.actor.contact == "u" && old.entries.first?.messageID == "i")
    #expect(old.entries.first?.fact == .event(name: "x", properties: []))
  }

  @Test("A batch of the Python SDK, with its one send time")
  func batch() throws {
    let batch = try read(
      """
      {"batch":[
        {"properties":{"plan":"pro","$lib":"posthog-python","$groups":{"organization":"org-1"}},"timestamp":"2024-05-01T10:00:00+00:00",
         "distinct_id":"u-1","event":"Signed In","uuid":"e1"},
        {"event":"$set","$set":{"email":"a@b.example"},"properties":{"$lib":"posthog-python"},"distinct_id":"u-1","uuid":"e2"},
        {"event":"$groupidentify","properties":{"$group_type":"company","$group_key":"acc-1","$group_set":{"name":"Acme"}},
         "distinct_id":"$company_acc-1","uuid":"e3"}],
       "historical_migration":false,"sentAt":"2024-05-01T10:00:05+00:00","api_key":"phc_1"}
      """)
    #expect(batch.rejected.isEmpty && batch.entries.count == 3)
    #expect(batch.entries[0].at == time("2024-05-01T10:03:00Z"))
    #expect(batch.entries[0].actor == Actor(contact: "u-1", customer: "org-1"))
    #expect(batch.entries[1].fact == .contact(traits: [.init("email", "a@b.example")]))
    #expect(batch.entries[2].actor == Actor(customer: "acc-1"))
    #expect(batch.entries[2].fact == .customer(attributes: [.init("name", "Acme")]))
  }

  @Test("A bare array of the older browser SDK: waiting time in place of a timestamp")
  func array() throws {
    let batch = try read(
      """
      [{"uuid":"e1","event":"$pageview","offset":5000,
        "properties":{"token":"phc_1","distinct_id":"dev-1","$device_id":"dev-1","$current_url":"https://x.example/"}},
       {"uuid":"e2","event":"$identify","properties":{"token":"phc_1","distinct_id":"u-1","$anon_distinct_id":"dev-1","$device_id":"dev-1"},
        "$set":{"email":"a@b.example"},"$set_once":{"source":"ad","email":"old"},"offset":0}]
      """)
    #expect(batch.writeKey == "phc_1" && !batch.keysDiffer && batch.rejected.isEmpty)
    #expect(batch.entries[0].at == time("2024-05-01T10:03:00Z"))
    #expect(batch.entries[0].actor == Actor(anonymous: "dev-1"))
    #expect(batch.entries[0].fact.name == "Viewed Page")
    #expect(batch.entries[1].actor == Actor(contact: "u-1", anonymous: "dev-1"))
    #expect(batch.entries[1].fact == .contact(traits: [.init("email", "a@b.example"), .init("source", "ad")]))
    #expect(batch.entries[2].fact == .alias(previous: "dev-1") && batch.entries[2].actor == Actor(contact: "u-1"))
  }

  @Test("As many traits as a body holds are gathered in time that grows with their number", .timeLimit(.minutes(1)))
  func manyTraits() throws {
    let traits = (0..<80_000).map { "\"t\($0)\":1" }.joined(separator: ",")
    let batch = try read("{\"event\":\"$set\",\"distinct_id\":\"u\",\"$set\":{\(traits)},\"$set_once\":{\(traits)}}")
    #expect(batch.rejected.map(\.reason) == [.tooLarge])
  }

  @Test("Special names are translated, bookkeeping of the SDKs is passed over")
  func names() throws {
    func facts(_ text: String) throws -> [Fact] { try read(text).entries.map(\.fact) }
    #expect(try facts(#"{"event":"$create_alias","distinct_id":"u","properties":{"alias":"old"}}"#) == [.alias(previous: "old")])
    #expect(try facts(#"{"event":"$screen","distinct_id":"u","properties":{"$screen_name":"Home"}}"#).first?.name == "Viewed Home Screen")
    #expect(try facts(#"{"$distinct_id":"u","$token":"k","$set":{"a":1}}"#) == [.contact(traits: [.init("a", 1)])])
    #expect(try facts(#"{"event":"x","distinct_id":"u","properties":{"$set":{"a":1},"b":2}}"#).map(\.kind) == ["event", "contact"])
    #expect(try read(#"{"event":"$feature_flag_called","distinct_id":"u"}"#).ignored == 1)
    #expect(
      try read(#"{"event":"x","distinct_id":"u","properties":{"$groups":{"a":"1","b":"2"}}}"#, groupType: "b").entries[0].actor.customer
        == "2")
    #expect(
      try read(#"{"event":"$groupidentify","distinct_id":"u","properties":{"$group_type":"a","$group_key":"1"}}"#, groupType: "b").ignored
        == 1)
  }

  @Test("The send time may stand in the query; a migration is not corrected")
  func times() throws {
    let text = #"{"event":"x","distinct_id":"u","timestamp":"2024-05-01T10:00:00Z"}"#
    #expect(try read(text, sentAt: time("2024-05-01T10:00:05Z")).entries[0].at == time("2024-05-01T10:03:00Z"))
    let old = #"{"batch":[\#(text)],"historical_migration":true,"sent_at":"2024-05-01T10:00:05Z"}"#
    #expect(try read(old).entries[0].at == time("2024-05-01T10:00:00Z"))
  }

  @Test("A timestamp that cannot be read is refused, its neighbours are taken; an absent one is the arrival")
  func unreadableTime() throws {
    let batch = try read(
      #"[{"event":"x","distinct_id":"u","timestamp":"31/12/2020 10:00"},{"event":"y","distinct_id":"u","timestamp":null}]"#)
    #expect(batch.rejected.map(\.reason) == [.unreadableTime])
    #expect(batch.entries.map(\.fact.name) == ["y"] && batch.entries.first?.at == received)
  }

  @Test("Ids are cut at 200 characters; what names nobody or nothing is refused; different tokens are noticed")
  func limits() throws {
    let long = String(repeating: "x", count: 300)
    #expect(try read(#"{"event":"x","distinct_id":"\#(long)"}"#).entries[0].actor.contact?.utf8.count == 200)
    #expect(try read(#"{"event":"x"}"#).rejected.map(\.reason) == [.noID])
    #expect(try read(#"{"distinct_id":"u"}"#).rejected.map(\.reason) == [.noEventName])
    #expect(try read(#"[{"event":"x","distinct_id":"u","api_key":"a"},{"event":"x","distinct_id":"u","api_key":"b"}]"#).keysDiffer)
  }
}
