import Domain
import Formats
import Testing

/// The same word with a composed é (NFC) and with an e and a combining accent (NFD): equal to Swift, different bytes.
private let composed = "caf\u{E9}"
private let decomposed = "cafe\u{301}"

private func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }

private func expectComposed(_ texts: [String?], _ place: Comment, _ location: SourceLocation = #_sourceLocation) {
  for text in texts { #expect(bytes(text) == bytes(composed), place, sourceLocation: location) }
}

@Suite("Ids and names in both Unicode forms come to the same bytes")
struct CanonicalTextTests {
  @Test("Segment's shape", arguments: [composed, decomposed])
  func segment(text: String) throws {
    func read(_ json: JSON, _ route: TrackingRoute) -> LogEntry? {
      TrackingReader.read(json, route: route, receivedAt: received) { "made" }.entries.first
    }
    let track = try #require(
      read(
        [
          "userId": .string(text), "anonymousId": .string(text), "event": .string(text), "messageId": .string(text),
          "context": ["groupId": .string(text)],
        ], .track))
    expectComposed([track.actor.contact, track.actor.anonymous, track.actor.customer, track.fact.name, track.messageID], "track")
    let alias = try #require(read(["userId": .string(text), "previousId": .string(text)], .alias))
    #expect(alias.actor.contact.map { Array($0.utf8) } == bytes(composed))
    guard case .alias(let previous) = alias.fact else { return #expect(Bool(false), "no alias") }
    expectComposed([previous], "alias")
  }

  @Test("PostHog's shape", arguments: [composed, decomposed])
  func postHog(text: String) throws {
    let json: JSON = [
      "event": .string(text), "distinct_id": .string(text), "uuid": .string(text),
      "properties": ["$groups": ["company": .string(text)]],
    ]
    let entry = try #require(PostHogReader.read(json, receivedAt: received) { "made" }.entries.first)
    expectComposed([entry.actor.contact, entry.actor.customer, entry.fact.name, entry.messageID], "event")
    let long = String(repeating: text, count: 100)
    let cut = PostHogReader.read(["event": "x", "distinct_id": .string(long)], receivedAt: received) { "made" }.entries.first
    #expect(bytes(cut?.actor.contact) == bytes(String(repeating: composed, count: 50)))
  }

  @Test("Imported rows", arguments: [composed, decomposed])
  func rows(text: String) throws {
    func entry(_ kind: RecordKind, _ members: [JSON.Member]) throws -> LogEntry {
      let reader = try RecordReader(kind: kind)
      var outcomes: [RecordOutcome] = []
      func take(_ item: RowItem) { if case .row(let row) = item { outcomes.append(reader.read(row, receivedAt: received)) } }
      let rows = RowReader()
      try rows.feed(JSON.object(members).printedBytes(), take)
      try rows.finish(take)
      guard case .entry(let entry)? = outcomes.first else { throw Refused(outcomes: outcomes) }
      return entry
    }
    let value = JSON.string(text)
    let event = try entry(
      .events,
      [
        .init("id", value), .init("event", value), .init("at", "2024-01-31"), .init("contact", value), .init("anonymous", value),
        .init("customer", value),
      ])
    expectComposed([event.actor.contact, event.actor.anonymous, event.actor.customer, event.fact.name, event.messageID], "event")
    let ticket = try entry(.tickets, [.init("id", value), .init("customer", value), .init("opened_at", "2024-01-31")])
    expectComposed([ticket.record, ticket.actor.customer], "ticket")
    let subscription = try entry(.subscriptions, [.init("id", value), .init("customer", value), .init("started_at", "2024-01-31")])
    expectComposed([subscription.record], "subscription")
    #expect(
      bytes(ticket.messageID)
        == bytes(
          try entry(.tickets, [.init("id", .string(composed)), .init("customer", .string(composed)), .init("opened_at", "2024-01-31")])
            .messageID))
  }

  private struct Refused: Error { var outcomes: [RecordOutcome] }
}
