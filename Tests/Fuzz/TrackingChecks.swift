import Domain
import Formats

private let noon = Instant(microseconds: 1_767_268_800_000_000)

func checkTracking(_ input: FuzzInput) {
  guard let json = try? JSON.parse(input.bytes) else { return }
  for route in TrackingRoute.allCases {
    check(json, isBatch: route == .batch) { json, limits in
      TrackingReader.read(json, route: route, receivedAt: noon, limits: limits, newID: { "made-up" })
    }
  }
}

func checkPostHog(_ input: FuzzInput) {
  guard let json = try? JSON.parse(input.bytes) else { return }
  for type in [nil, "company"] {
    check(json, isBatch: true) { json, limits in
      PostHogReader.read(json, receivedAt: noon, sentAt: nil, groupType: type, limits: limits, newID: { "made-up" })
    }
  }
}

private func check(_ json: JSON, isBatch: Bool, _ read: (JSON, TrackingLimits) -> TrackingBatch) {
  let batch = read(json, TrackingLimits())
  let items = isBatch ? json["batch"]?.array ?? json.array ?? [json] : [json]
  for entry in batch.entries {
    checkEntry(entry, receivedAt: noon)
    hold(entry.at >= .epoch && entry.at <= noon, "nothing happened before 1970 or after it arrived")
    hold(entry.version == entry.at, "what was tracked holds from when it happened")
  }
  for rejection in batch.rejected {
    hold(items.indices.contains(rejection.index), "item \(rejection.index) of \(items.count) was refused")
    hold(rejection.excerpt.utf8.count <= 203, "an excerpt is short")
  }
  hold(batch.rejected.map(\.count).reduce(batch.ignored, +) <= items.count, "each item is refused or ignored once at most")
  if isBatch { checkNeighbours(json, items, batch, read) }
  let few = read(json, TrackingLimits(messageBytes: 200, messages: 2, idLength: 8))
  hold(few.rejected.map(\.count).reduce(0, +) >= items.count - 2, "what is beyond the limit is refused")
}

/// Rule 10: what becomes of a message does not depend on its neighbours.
private func checkNeighbours(_ json: JSON, _ items: [JSON], _ batch: TrackingBatch, _ read: (JSON, TrackingLimits) -> TrackingBatch) {
  guard items.count > 1, items.count <= 8 else { return }
  let alone = items.map { item in read(envelope(json, around: item), TrackingLimits()) }
  hold(alone.flatMap(\.entries) == batch.entries, "a batch gives what its messages give one by one")
  hold(
    alone.flatMap(\.rejected).map(\.reason) == batch.rejected.map(\.reason), "a batch refuses what its messages are refused for one by one")
}

/// The same body with one message in it.
private func envelope(_ json: JSON, around item: JSON) -> JSON {
  guard let members = json.members else { return .array([item]) }
  return .object(members.filter { $0.name != "batch" } + [JSON.Member("batch", .array([item]))])
}
