extension AtRiskDigest {
  /// One message for each receiver, however many channels name it. The keys are those of the week: nobody gets a week's digest twice.
  public func deliveries(_ rule: AtRiskDigestRule, channels: [Channel], at now: Instant) -> [Delivery] {
    var named: Set<String> = []
    return rule.channels.compactMap { name in channels.first { $0.name == name } }.flatMap { channel -> [Delivery] in
      switch channel.kind {
      case .slackWebhook: return [delivery(message(), by: channel.name, receiver: channel.name, at: now)]
      case .smtp(let server):
        let footer = "You get this every week because the channel \(channel.name) names you."
        return server.to.map { delivery(message(footer: footer).addressed(to: $0), by: channel.name, receiver: $0.address, at: now) }
      }
    }
    .filter { named.insert($0.key).inserted }
  }

  private func delivery(_ message: MailMessage, by channel: String, receiver: String, at now: Instant) -> Delivery {
    Delivery(
      key: "digest/at_risk/\(week)/\(receiver)", customer: nil, channel: channel, payload: message.json, title: title, createdAt: now,
      nextAttemptAt: now)
  }
}
