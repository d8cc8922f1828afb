import Domain
import Foundation
import Settings

/// Loads texts as the tests need them.
enum Fixture {
  /// A small complete file, for changing one thing at a time. Lines are counted in the tests: add at the end.
  static let base = """
    company: Acme
    time_zone: Europe/Berlin
    events: {login: Signed In}
    features:
      reports: {event: Report Created, core: true}
      exports: Export Downloaded
    goals:
      exported: Export Downloaded
      big: {when: seats > 100}
    attributes:
      industry: text
      since: {type: date, trait: started_on}
    segments:
      enterprise: plan == "enterprise"
      quiet: {when: 'age(login) > 14d', title: Quiet ones}
    health:
      bands: {healthy_from: 70, at_risk_from: 40}
      pillars:
        engagement:
          max: 40
          measures:
            last_login:
              age_of: login
              steps:
                - {within: 1d, points: 40}
                - {within: 7d, points: 30}
                - {within: 30d, points: 20}
        support:
          max: 30
          measures:
            open_tickets: {tickets: open, penalty: 10}
        value:
          max: 30
          measures:
            adopted: {features: all, points_each: 5, max: 20}
            nps_answer:
              max: 10
              signal: nps
              points: {at_least: [{limit: 9, points: 10}, {limit: 7, points: 5}]}
              missing: 5
      variants:
        - segment: enterprise
          measures:
            last_login: {age_of: activity, steps: [{within: 7d, points: 40}]}
      caps:
        unpaid: {limit: 50, when: payment_failed, reason: A payment failed}
      freshness: {events: 3d, tickets: never}
    channels:
      team: {kind: slack, webhook_url: "${HOOK}"}
    alerts:
      critical: {to: [team], delay: 5m}

    """

  static let environment = ["HOOK": "https://hooks.example.com/services/T/B/x"]

  static func load(_ text: String) -> LoadResult {
    SettingsLoader.load(files: [("a.yaml", text)], environment: environment)
  }

  /// The diagnostics after one change, without the file's name.
  static func diagnostics(_ old: String, _ new: String) -> [String] {
    guard let range = base.range(of: old) else { return ["the base does not hold \(old)"] }
    return load(base.replacingCharacters(in: range, with: new)).diagnostics.map { String($0.description.dropFirst("a.yaml:".count)) }
  }
}
