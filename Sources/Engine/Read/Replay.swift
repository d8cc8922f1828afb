import Domain
import SQL
import Storage

/// As-of: a customer's state folded from the log alone, with only what had happened by then. Who is who is taken as known today.
enum Replay {
  /// `nil`: it was no customer yet at `at`: nothing of it had happened, or its start is stated as later.
  static func state(of id: String, at: Instant, scope: StateScope, trailing: [LogIndexRow] = [], _ connection: any Connection) throws
    -> CustomerState?
  {
    var state = CustomerState(id: id)
    var people: [String: String] = [:]
    var entries = 0
    try EventQueries.entries(of: id, through: at, trailing: trailing, connection) { stored, actor in
      guard case .success(var entry) = stored.entry else { return }
      // Of events summed up only the day is known: they count for all of it, but none lies after the instant asked for.
      if case .usage(let name, let count, let last) = entry.fact { entry.fact = .usage(name: name, count: count, last: min(last, at)) }
      if people[actor] == nil, !actor.isEmpty { people[actor] = try ActorQueries.load(actor, connection)?.root ?? actor }
      state.apply(entry, actor: people[actor], scope: scope)
      entries += 1
    }
    return entries > 0 && state.startedAt <= at ? state : nil
  }
}
