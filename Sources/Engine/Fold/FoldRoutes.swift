import Domain
import Storage

/// Following what the routing node has found out, for the shards this node owns.
extension FoldTransaction {
  mutating func follow(_ route: Route, entry: StoredEntry?) throws {
    switch route.kind {
    case .entry:
      // An entry that the retention rule has removed meanwhile leaves nothing to fold.
      guard case .success(let entry)? = entry?.entry else { return }
      try take(entry, position: route.position, owner: route.owner, person: route.person.isEmpty ? nil : route.person)
    case .recount:
      try flush()
      try letTimePass(route.owner.customer)
      try reload(route.owner.customer)
    case .move: try depart(route)
    case .arrival: try arrive(route)
    }
  }

  /// What an actor did leaves its customer, for the one it belongs to by now.
  private mutating func depart(_ route: Route) throws {
    let from = route.owner.customer
    guard let to = try ActorQueries.load(route.owner.actor, connection)?.customer, to != from else { return }
    try flush()
    if !from.isEmpty { try letTimePass(from) }
    let luggage = try Luggage.take(actor: route.owner.actor, from: from, connection)
    let owner = RecordOwner(customer: to, actor: route.owner.actor, isPinned: false)
    try RouteQueries.insert(
      luggage.parts.enumerated().map { Route(position: route.position, kind: .arrival, owner: owner, part: $0, payload: $1.text) },
      connection)
    if !from.isEmpty { try reload(from) }
  }

  /// What an actor did elsewhere comes to its customer; or goes on, where the actor has.
  private mutating func arrive(_ route: Route) throws {
    var route = route
    let shard = route.shard
    route.owner.customer = try ActorQueries.load(route.owner.actor, connection)?.customer ?? route.owner.customer
    // Within the shard it is at its goal: the way on would bear the same name as the one that ends here.
    guard route.shard == shard else { return try RouteQueries.insert([route], connection) }
    let here = route.owner.customer
    try flush()
    if !here.isEmpty { try letTimePass(here) }
    try Luggage(text: route.payload ?? "").put(owner: route.owner, connection)
    if !here.isEmpty { try reload(here) }
  }
}
