import Domain

/// The `sop` table of health, computed from raw entries in the plainest way: last login, open tickets, distinct features. Shares no code
/// with the real fold and model.
struct ReferenceScores {
  private struct Known {
    var lastLogin: Instant?
    var features: Set<String> = []
    var tickets: [String: (version: Instant, open: Bool)] = [:]
  }
  private static let features: Set<String> = [
    "Report Created", "Report Shared", "Dashboard Viewed", "Dashboard Created", "Data Source Connected", "Alert Configured",
    "Export Downloaded",
    "Comment Added", "Teammate Invited", "API Called", "Automation Run", "Template Used",
  ]
  private var known: [String: Known] = [:]

  var customers: Int { known.count }

  mutating func take(_ entries: [LogEntry]) {
    for entry in entries {
      guard let customer = entry.actor.customer else { continue }
      var state = known[customer] ?? Known()
      switch entry.fact {
      case .event("Signed In", _): state.lastLogin = max(state.lastLogin ?? .distantPast, entry.at)
      case .event(let name, _) where Self.features.contains(name): state.features.insert(name)
      case .ticket(let ticket):
        if let old = state.tickets[ticket.id], old.version > entry.version { break }
        state.tickets[ticket.id] = (entry.version, ticket.status == .open || ticket.status == .pending)
      default: break
      }
      known[customer] = state
    }
  }

  func scores(at now: Instant) -> [String: Int] { known.mapValues { Self.score($0, at: now) } }

  private static func score(_ state: Known, at now: Instant) -> Int {
    var points = 0
    if let login = state.lastLogin {
      let days = (now - login).days
      points = days < 1 ? 40 : days < 7 ? 30 : days < 30 ? 20 : 0
    }
    return points + max(30 - 10 * state.tickets.values.count { $0.open }, 0) + min(5 * state.features.count, 30)
  }
}
