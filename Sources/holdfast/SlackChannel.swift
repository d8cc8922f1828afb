import AsyncHTTPClient
import Connectors
import Domain
import Engine

/// A Slack webhook as the outbox sees it.
struct SlackChannel: DeliveryChannel {
  let webhook: SlackWebhook
  let url: Secret
  let time: any TimeSource

  func send(_ delivery: Delivery) async -> DeliveryOutcome { await webhook.send(delivery.payload, to: url, now: time.now()) }

  /// The channels of a blueprint that can send, by name.
  static func all(in blueprint: Blueprint, client: HTTPClient, time: any TimeSource) -> [String: any DeliveryChannel] {
    var channels: [String: any DeliveryChannel] = [:]
    for channel in blueprint.channels {
      switch channel.kind {
      case .slackWebhook(let url?): channels[channel.name] = SlackChannel(webhook: SlackWebhook(client: client), url: url, time: time)
      case .slackWebhook(nil): continue
      }
    }
    return channels
  }
}
