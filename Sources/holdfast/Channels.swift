import AsyncHTTPClient
import Connectors
import Domain
import Engine
import Synchronization

/// The ways out as the outbox sees them, made of what is configured.
final class Channels: Sendable {
  private let client: HTTPClient
  private let time: any TimeSource
  /// By the channel's name: a sender keeps its thread and its connection as long as its settings stay.
  private let senders = Mutex<[String: SMTPSender]>([:])

  init(client: HTTPClient, time: any TimeSource) {
    self.client = client
    self.time = time
  }

  /// The channels of a blueprint that can send, by name.
  func all(in blueprint: Blueprint) -> [String: any DeliveryChannel] {
    var channels: [String: any DeliveryChannel] = [:]
    var inUse: [String: SMTPSender] = [:]
    let known = senders.withLock { $0 }
    for channel in blueprint.channels {
      switch channel.kind {
      case .slackWebhook(let url?): channels[channel.name] = SlackChannel(webhook: SlackWebhook(client: client), url: url, time: time)
      case .smtp(let server) where server.isComplete:
        let sender = known[channel.name].flatMap { $0.server == server ? $0 : nil } ?? SMTPSender(server)
        inUse[channel.name] = sender
        channels[channel.name] = MailChannel(sender: sender)
      case .slackWebhook(nil), .smtp: continue
      }
    }
    senders.withLock { [inUse] in $0 = inUse }
    return channels
  }
}
