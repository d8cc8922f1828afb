import Dashboard
import Domain
import Engine
import Hummingbird

/// Messages on their way out, for those who look after the machinery.
struct OutboxRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/outbox", .operate, show),
      PageRoute(.post, "/outbox/retry", .operate, retry),
      PageRoute(.post, "/outbox/cancel", .operate, cancel),
    ]
  }

  private static let pageSize = 50

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let state = request.query["state"].flatMap(Delivery.State.init(rawValue:))
    let cursor = request.query["next"]
    let page = try await house.inquiries.deliveries(state: state, limit: Self.pageSize, cursor: cursor)
    let lanes = house.dependencies.lanes().filter { !$0.value.isOpen(at: request.now) || $0.value.brokenBecause != nil }
      .sorted { $0.key < $1.key }.map { name, lane in
        OutboxPage.Lane(channel: name, pausedUntil: lane.pausedUntil, broken: lane.brokenBecause)
      }
    return .html(
      OutboxPage(
        state: state, counts: try await house.inquiries.deliveryCounts().mapValues { TodayPage.Count($0.number, isMore: $0.isMore) },
        deliveries: page.items, next: page.next, isFirst: cursor == nil,
        lanes: lanes
      ).html(request.shell(.outbox, title: "Outbox")))
  }

  @Sendable private func retry(_ request: PageRequest) async throws -> PageAnswer {
    try await request.act(or: "/outbox", done: "It is sent once more.") {
      try await house.desk.retryDelivery(request.form.text("key"), by: request.actor, user: request.user)
    }
  }

  @Sendable private func cancel(_ request: PageRequest) async throws -> PageAnswer {
    try await request.act(or: "/outbox", done: "It is not sent.") {
      try await house.desk.cancelDelivery(request.form.text("key"), by: request.actor, user: request.user)
    }
  }
}
