import Domain
import SQL
import Storage

/// How a customer stands, as a line of a page names it.
public struct CustomerStanding: Hashable, Sendable {
  public var id: String
  public var name: String?
  /// `nil` before the first score.
  public var health: Health?
  /// Monthly recurring revenue as of the last score; `nil` where none is known.
  public var mrr: Double?
  public init(id: String, name: String?, health: Health?, mrr: Double?) {
    self.id = id
    self.name = name
    self.health = health
    self.mrr = mrr
  }
}

extension Inquiries {
  /// How customers stand, by id; those that are not there are left out.
  /// - Parameter ids: callers bound them.
  /// - Throws: `DatabaseFailure`.
  public func standings(of ids: some Sequence<String>) async throws -> [String: CustomerStanding] {
    let asked = Set(ids).sorted()
    guard !asked.isEmpty else { return [:] }
    return try await database.read { connection in
      let scope = StateScope(events: [], keepingFrom: Day(number: .max)).reading([])
      let revenue = try CustomerQueries.revenue(of: asked, connection)
      let found = try CustomerWalk.customers(asked, scope: scope, connection).customers.map { stored in
        CustomerStanding(
          id: stored.state.id, name: stored.state.name, health: stored.health, mrr: revenue[stored.state.id])
      }
      return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }
}
