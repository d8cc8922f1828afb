import Domain
import SQL
import Storage

/// A sorted, filtered list of customers as of an instant: everyone's past is replayed.
struct PastCustomerList {
  let query: Inquiries.CustomerQuery
  let blueprint: Blueprint
  let at: Instant
  let connection: any Connection

  func page(after cursor: ListCursor?) throws -> Page<CustomerSummary> {
    var rows = try everyone()
    rows.sort { $0.place.precedes($1.place, descending: query.descending) }
    let limit = max(1, query.limit)
    let start =
      cursor.map { cursor in rows.firstIndex { cursor.place.precedes($0.place, descending: query.descending) } ?? rows.count } ?? 0
    let taken = rows[start...].prefix(limit)
    let hasMore = start + taken.count < rows.count
    return Page(items: taken.map(\.summary), next: hasMore ? taken.last.map { ListCursor($0.place).text(of: query) } : nil)
  }

  private func everyone() throws -> [(place: CustomerOrder.Place, summary: CustomerSummary)] {
    var rows: [(place: CustomerOrder.Place, summary: CustomerSummary)] = []
    let scope = blueprint.scope(today: at.day, extra: query.condition.map { [$0] } ?? [])
    let evaluator = blueprint.evaluator
    try CustomerWalk.each(scope: scope, connection) { customers in
      for customer in customers {
        guard let state = try Replay.state(of: customer.state.id, at: at, scope: scope, connection) else { continue }
        guard isMeant(state) else { continue }
        let health = evaluator.health(of: state, at: at)
        if let condition = query.condition, !evaluator.holds(condition, for: state, at: at, health: health) { continue }
        rows.append((place(of: state, health), CustomerSummary(state: state, health: health, at: at)))
      }
    }
    return rows
  }

  /// Whether it belongs to the owner asked for, and begins with what is searched for.
  private func isMeant(_ state: CustomerState) -> Bool {
    if let owner = query.owner {
      guard let owner = ListKeys.owner(owner), ListKeys.owner(of: state, trait: blueprint.ownerAttribute) == owner else { return false }
    }
    guard let text = query.search, !text.isEmpty else { return true }
    let name = ListKeys.namePrefix(text)
    return ListKeys(of: state, at: at).name.hasPrefix(name) || state.id.hasPrefix(text) || state.id.hasPrefix(name)
  }

  private func place(of state: CustomerState, _ health: Health) -> CustomerOrder.Place {
    let keys = ListKeys(of: state, at: at)
    let key: CustomerOrder.Place.Key =
      switch query.sort {
      case .score: .integer(Int64(health.score))
      case .name: .text(keys.name)
      case .id: .text(state.id)
      case .started: .integer(keys.startedAt.microseconds)
      case .mrr: .real(keys.mrr)
      }
    return CustomerOrder.Place(key: key, id: state.id)
  }
}

extension CustomerOrder.Place {
  /// Whether it comes before another place, as the database compares them.
  func precedes(_ other: CustomerOrder.Place, descending: Bool) -> Bool {
    let (a, b) = descending ? (other, self) : (self, other)
    if Self.precedes(a.key, b.key) { return true }
    return !Self.precedes(b.key, a.key) && a.id.precedesInBytes(b.id)
  }

  private static func precedes(_ a: Key, _ b: Key) -> Bool {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): x < y
    case (.real(let x), .real(let y)): x < y
    case (.text(let x), .text(let y)): x.precedesInBytes(y)
    default: false
    }
  }
}
