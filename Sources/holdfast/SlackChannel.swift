import Connectors
import Domain
import Engine

/// A Slack webhook as the outbox sees it.
struct SlackChannel: DeliveryChannel {
  let webhook: SlackWebhook
  let url: Secret
  let time: any TimeSource

  func send(_ delivery: Delivery) async -> DeliveryOutcome { await webhook.send(delivery.payload, to: url, now: time.now()) }
}
