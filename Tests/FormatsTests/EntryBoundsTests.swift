import Domain
import Formats
import Testing

/// So many objects and arrays inside one another, the outermost (an object) counted.
private func deep(_ depth: Int) -> JSON {
  var json: JSON = .object([])
  for level in 1..<depth { json = level == depth - 1 || level.isMultiple(of: 2) ? .object([.init("x", json)]) : .array([json]) }
  return json
}

/// An object that prints as so many bytes.
private func large(_ bytes: Int) -> JSON { ["x": .string(String(repeating: "y", count: bytes - 8))] }

@Suite("What one entry states stays readable")
struct EntryBoundsTests {
  private func segment(_ json: JSON, _ route: TrackingRoute) -> TrackingBatch {
    TrackingReader.read(json, route: route, receivedAt: received) { "made" }
  }

  private func postHog(_ json: JSON) -> TrackingBatch {
    PostHogReader.read(json, receivedAt: received, limits: TrackingLimits(messageBytes: 1 << 20)) { "made" }
  }

  @Test("Sixteen levels are taken and can be read again, seventeen are refused, in every shape and kind")
  func depth() throws {
    let calls: [(JSON) -> TrackingBatch] = [
      { segment(["userId": "u", "traits": $0], .identify) }, { segment(["userId": "u", "groupId": "g", "traits": $0], .group) },
      { segment(["userId": "u", "event": "x", "properties": $0], .track) },
      { segment(["userId": "u", "event": "x", "context": ["traits": $0]], .track) },
      { postHog(["distinct_id": "u", "event": "x", "properties": ["$set": $0]]) }, { postHog(["distinct_id": "u", "$set_once": $0]) },
      { postHog(["distinct_id": "u", "event": "x", "properties": $0]) },
      {
        postHog([
          "distinct_id": "u", "event": "$groupidentify", "properties": ["$group_type": "a", "$group_key": "b", "$group_set": $0],
        ])
      },
    ]
    for (index, call) in calls.enumerated() {
      let taken = call(deep(16))
      #expect(taken.rejected.isEmpty && !taken.entries.isEmpty, "call \(index)")
      for entry in taken.entries { #expect(try JSON.parse(entry.fact.payload.printed()) == entry.fact.payload) }
      let refused = call(deep(17))
      #expect(refused.entries.isEmpty && refused.rejected.map(\.reason) == [.tooDeep], "call \(index)")
    }
  }

  @Test("What a PostHog event states has 32 KB as text, though the event has more; escapes count as they are printed")
  func size() {
    let calls: [(JSON) -> TrackingBatch] = [
      { postHog(["distinct_id": "u", "event": "x", "properties": ["$set": $0]]) }, { postHog(["distinct_id": "u", "$set": $0]) },
      { postHog(["distinct_id": "u", "event": "$groupidentify", "properties": ["$group_key": "b", "$group_set": $0]]) },
    ]
    for (index, call) in calls.enumerated() {
      #expect(call(large(32 << 10)).rejected.isEmpty, "call \(index)")
      #expect(call(large((32 << 10) + 1)).rejected.map(\.reason) == [.tooLarge], "call \(index)")
      let escapes: JSON = ["x": .string(String(repeating: "\u{1}", count: 6_000))]
      #expect(call(escapes).rejected.map(\.reason) == [.tooLarge], "call \(index)")
    }
    #expect(postHog(["distinct_id": "u", "event": "x", "properties": large(100_000)]).rejected.isEmpty)
    let identify: JSON = ["userId": "u", "traits": ["x": .string(String(repeating: "\u{1}", count: 6_000))]]
    #expect(segment(identify, .identify).rejected.map(\.reason) == [.tooLarge])
  }

  @Test("A row that is too deep or too large is a bad line, its neighbours are taken")
  func rows() throws {
    let reader = try RecordReader(kind: .customers)
    var outcomes: [RecordOutcome] = []
    func take(_ item: RowItem) { if case .row(let row) = item { outcomes.append(reader.read(row, receivedAt: received)) } }
    let rows = RowReader(format: .ndjson)
    let escapes = JSON.string("y" + String(repeating: "\u{1}", count: 6_000))
    for json: JSON in [["id": "a", "x": deep(15)], ["id": "b", "x": deep(16)], ["id": "c", "x": escapes], ["id": "d"]] {
      try rows.feed(json.printedBytes() + [10], take)
    }
    try rows.finish(take)
    let reasons = outcomes.map { outcome -> String in
      switch outcome {
      case .entry: "entry"
      case .passedOver: "passed over"
      case .rejected(let error): error.reason.rawValue
      }
    }
    #expect(reasons == ["entry", "too_deep", "too_large", "entry"])
  }
}
