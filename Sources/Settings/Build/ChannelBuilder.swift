import Domain
import Foundation

/// What messages about a secret say of its use.
struct SecretUse {
  /// What does not happen while the secret is not there.
  var idle: String
  var example: String
}

/// Channels and the alerts that go out by them.
extension BlueprintBuilder {
  mutating func channels() -> [Channel] {
    var channels: [Channel] = []
    for member in root["channels"]?.members ?? [] {
      switch member.value.form {
      case "slack":
        let url = member.value["webhook_url"].flatMap { webhookAddress($0) }
        channels.append(Channel(name: member.name, kind: .slackWebhook(url: url)))
      case "smtp":
        if let server = mailServer(member.value) { channels.append(Channel(name: member.name, kind: .smtp(server))) }
      default: break
      }
    }
    return channels
  }

  private mutating func webhookAddress(_ checked: Checked) -> Secret? {
    let use = SecretUse(idle: "this channel sends nothing", example: "${SLACK_WEBHOOK_URL}")
    guard let text = checked.text, let value = secret(text, at: checked.place, use) else { return nil }
    guard WebAddress.isValid(value) else {
      // The value itself is secret and stays out of the message.
      findings.error(checked.place, "\"webhook_url\" is not an address that begins with http:// or https://")
      return nil
    }
    return Secret(value)
  }

  /// What `${NAME}` or `file:PATH` stands for.
  mutating func secret(_ text: String, at place: Place, _ use: SecretUse) -> String? {
    if text.hasPrefix("${"), text.hasSuffix("}") {
      let name = String(text.dropFirst(2).dropLast())
      guard !name.isEmpty, name.utf8.allSatisfy({ isEnvironmentLetter($0) }) else {
        findings.error(place, "\"\(name)\" is no name of an environment variable", suggestion: use.example)
        return nil
      }
      if let value = surroundings.environment[name]?.trimmed, !value.isEmpty { return value }
      findings.warn(place, "the environment variable \(name) is not set; \(use.idle) until it is")
      return nil
    }
    if text.hasPrefix("file:") {
      let path = String(text.dropFirst(5))
      if let value = surroundings.readFile(path)?.trimmed, !value.isEmpty { return value }
      findings.warn(place, "the file \(path) cannot be read or is empty; \(use.idle) until it can")
      return nil
    }
    findings.warn(place, "a secret stands in the open here; keep it in an environment variable or a file", suggestion: use.example)
    return text
  }

  private func isEnvironmentLetter(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
  }

  mutating func alerts(_ channels: [Channel]) -> AlertRules {
    guard let critical = root["alerts"]?["critical"] else { return AlertRules() }
    guard critical.isObject else { return AlertRules(critical: nil) }
    let standard = CriticalAlert()
    checkReferences(critical["to"], channels)
    return AlertRules(
      critical: CriticalAlert(
        channels: critical["to"]?.items.compactMap(\.text) ?? [],
        delay: critical.duration("delay", default: standard.delay) ?? standard.delay,
        coolDown: critical.duration("cool_down", default: standard.coolDown) ?? standard.coolDown,
        hysteresis: critical.integer("hysteresis", default: standard.hysteresis) ?? standard.hysteresis,
        historyAge: critical.duration("history_age", default: standard.historyAge) ?? standard.historyAge,
        task: critical["task"].map(alertTask) ?? standard.task))
  }

  private func alertTask(_ checked: Checked) -> AlertTask? {
    guard checked.isObject else { return nil }
    let standard = AlertTask()
    return AlertTask(
      title: checked.text("title") ?? standard.title, due: checked.duration("due", default: standard.due) ?? standard.due,
      priority: checked.text("priority").flatMap(CustomerTask.Priority.init) ?? standard.priority)
  }
}

extension BlueprintBuilder {
  mutating func digests(_ channels: [Channel]) -> DigestRules {
    guard let atRisk = root["digests"]?["at_risk"], atRisk.isObject else { return DigestRules() }
    checkReferences(atRisk["to"], channels)
    for item in atRisk["to"]?.items ?? [] {
      guard let server = channels.first(where: { $0.name == item.text })?.mailServer, server.to.isEmpty else { continue }
      findings.error(item.place, "the channel \"\(item.text ?? "")\" needs a \"to\" with addresses: a digest is for nobody in particular")
    }
    var rule = AtRiskDigestRule(channels: atRisk["to"]?.items.compactMap(\.text) ?? [])
    if let day = atRisk.text("day").flatMap(Weekday.init) { rule.weekday = day }
    if case .minutes(let minute)? = atRisk["hour"]?.value { rule.minute = minute }
    return DigestRules(atRisk: rule)
  }

  /// Each name must be that of a channel, be it one with errors of its own.
  private mutating func checkReferences(_ names: Checked?, _ channels: [Channel]) {
    let known = channels.map(\.name) + (root["channels"]?.members ?? []).map(\.name)
    for item in names?.items ?? [] {
      guard let name = item.text, !known.contains(name) else { continue }
      findings.error(item.place, "unknown channel \"\(name)\"", suggestion: nearest(name, in: channels.map(\.name)))
    }
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
