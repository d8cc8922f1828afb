import Domain
import TestKit

/// Configurations for tests of the engine.
enum Blueprints {
  /// The table of the `sop` starter: last login 40, open tickets 30, adopted features 30.
  static let sop = Blueprint(
    company: "Test", catalog: RandomModel.catalog, model: model(), alerts: AlertRules(critical: CriticalAlert(channels: ["slack"])),
    version: "sop")

  static func model(
    login: [(hours: Int64, points: Int)] = [(24, 40), (168, 30), (720, 20)], feature: Double = 10,
    version: String = "sop-1"
  ) -> HealthModel {
    let steps = login.map { PointsRule.Step(limit: .duration(.hours($0.hours)), points: $0.points) }
    let ages = Measure(
      name: "last_login", title: "Last login", signal: RandomModel.formula("age(login)"), rule: .below(steps, otherwise: 0), max: 40)
    let tickets = Measure(
      name: "open_tickets", title: "Open tickets", signal: RandomModel.formula("open_tickets"),
      rule: .each(start: 30, each: -10, bonus: 0, bonusWhen: nil), max: 30)
    let features = Measure(
      name: "features", title: "Adopted features", signal: RandomModel.formula("features()"),
      rule: .each(start: 0, each: feature, bonus: 0, bonusWhen: nil), max: 30)
    return HealthModel(
      pillars: [
        Pillar(name: "engagement", max: 40, measures: [ages]), Pillar(name: "support", max: 30, measures: [tickets]),
        Pillar(name: "value", max: 30, measures: [features]),
      ], version: version)
  }

  /// One measure of 100 points.
  static func single(_ signal: String, _ rule: PointsRule, version: String = "single") -> Blueprint {
    let measure = Measure(name: "only", title: "Only", signal: RandomModel.formula(signal), rule: rule, max: 100)
    let model = HealthModel(pillars: [Pillar(name: "all", max: 100, measures: [measure])], version: version)
    return Blueprint(company: "Test", catalog: RandomModel.catalog, model: model, version: version)
  }
}

/// Entries in few words.
enum Entry {
  static func event(_ name: String = "Signed In", of customer: String = "acme", at: Instant, received: Instant? = nil, id: String? = nil)
    -> LogEntry
  {
    LogEntry(
      messageID: id ?? "\(name)/\(customer)/\(at.microseconds)", at: at, version: at, receivedAt: received ?? at,
      actor: Actor(customer: customer),
      fact: .event(name: name, properties: []))
  }

  static func contact(_ id: String, visitor: String? = nil, customer: String? = nil, at: Instant) -> LogEntry {
    LogEntry(
      messageID: "contact/\(id)/\(visitor ?? "")/\(customer ?? "")/\(at.microseconds)", at: at, version: at, receivedAt: at,
      actor: Actor(contact: id, anonymous: visitor, customer: customer), fact: .contact(traits: []))
  }

  static func did(_ name: String, contact: String? = nil, visitor: String? = nil, customer: String? = nil, at: Instant) -> LogEntry {
    LogEntry(
      messageID: "\(name)/\(contact ?? "")/\(visitor ?? "")/\(customer ?? "")/\(at.microseconds)", at: at, version: at, receivedAt: at,
      actor: Actor(contact: contact, anonymous: visitor, customer: customer), fact: .event(name: name, properties: []))
  }

  static func alias(_ previous: String, is contact: String, at: Instant) -> LogEntry {
    LogEntry(
      messageID: "alias/\(previous)/\(contact)", at: at, version: at, receivedAt: at, actor: Actor(contact: contact),
      fact: .alias(previous: previous))
  }

  static func ticket(_ id: String, _ status: TicketStatus, of customer: String = "acme", opened: Instant, version: Instant) -> LogEntry {
    LogEntry(
      messageID: "ticket/\(id)/\(status)/\(version.microseconds)", at: opened, version: version, receivedAt: version,
      actor: Actor(customer: customer), fact: .ticket(TicketRecord(id: id, status: status, openedAt: opened)))
  }
}
