import Domain

/// A way out, as the outbox sees it. An adapter knows its own time-outs: `send` returns in bounded time.
public protocol DeliveryChannel: Sendable {
  /// Makes one attempt. Never throws: every end is one of the outcomes.
  func send(_ delivery: Delivery) async -> DeliveryOutcome
}
