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
    rows.sort { precedes($0.place, $1.place) }
    let limit = max(1, query.limit)
    let start = cursor.map { cursor in rows.firstIndex { precedes(cursor.place, $0.place) } ?? rows.count } ?? 0
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
        let health = evaluator.health(of: state, at: at)
        if let condition = query.condition, !evaluator.holds(condition, for: state, at: at, health: health) { continue }
        rows.append((place(of: state, health), CustomerSummary(state: state, health: health, at: at)))
      }
    }
    return rows
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

  /// As the database compares them.
  private func precedes(_ a: CustomerOrder.Place, _ b: CustomerOrder.Place) -> Bool {
    let (a, b) = query.descending ? (b, a) : (a, b)
    if Self.precedes(a.key, b.key) { return true }
    return !Self.precedes(b.key, a.key) && a.id.precedesInBytes(b.id)
  }

  private static func precedes(_ a: CustomerOrder.Place.Key, _ b: CustomerOrder.Place.Key) -> Bool {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): x < y
    case (.real(let x), .real(let y)): x < y
    case (.text(let x), .text(let y)): x.precedesInBytes(y)
    default: false
    }
  }
}
