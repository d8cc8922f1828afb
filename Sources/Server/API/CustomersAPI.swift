import Domain
import Engine
import Formats
import Hummingbird

/// Customers and what is known of each.
struct CustomersAPI: Sendable {
  let inquiries: Inquiries
  let current: CurrentBlueprint

  /// A page costs no more than so many customers are worth.
  private static let examined = 5_000

  func list(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let query = Query(request)
    let (sort, descending) = try Self.order(query)
    let condition = try query["where"].flatMap { $0.isEmpty ? nil : $0 }.map { try compileCondition($0, current.blueprint) }
    let page = try await inquiries.customers(
      .init(
        condition: condition, sort: sort, descending: descending, limit: try query.limit(default: 100), cursor: query.cursor,
        examined: Self.examined, at: try query.instant("at")))
    return .json(customersJSON(page))
  }

  func one(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    guard let customer = try await inquiries.customer(id, at: try Query(request).instant("at")) else { throw Problem.noCustomer(id) }
    return .json(customerJSON(customer))
  }

  func explanation(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    guard let report = try await inquiries.explanation(of: id, at: try Query(request).instant("at")) else { throw Problem.noCustomer(id) }
    return .json(explanationJSON(report))
  }

  func history(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    guard let changes = try await inquiries.history(of: id) else { throw Problem.noCustomer(id) }
    return .json(historyJSON(changes))
  }

  func timeline(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    let query = Query(request)
    let page = try await inquiries.timeline(of: id, limit: try query.limit(default: 100), cursor: query.cursor)
    guard let page else { throw Problem.noCustomer(id) }
    return .json(timelineJSON(page))
  }

  func events(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let id = try context.part("id")
    let query = Query(request)
    guard let page = try await inquiries.events(of: id, limit: try query.limit(default: 100), cursor: query.cursor) else {
      throw Problem.noCustomer(id)
    }
    return .json(eventsJSON(page))
  }

  /// `sort=score`, `sort=-score` (highest first); `order=desc` says the same.
  private static func order(_ query: Query) throws -> (Inquiries.CustomerQuery.Sort, Bool) {
    var name = query["sort"] ?? Inquiries.CustomerQuery.Sort.score.rawValue
    let descending = name.hasPrefix("-") || query["order"] == "desc"
    if name.hasPrefix("-") { name.removeFirst() }
    guard let sort = Inquiries.CustomerQuery.Sort(rawValue: name) else {
      let names = Inquiries.CustomerQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem.invalidParameter(
        "sort", "sort is one of \(names), with a minus before it for the highest first, not \(Problem.quoted(name)).")
    }
    return (sort, descending)
  }
}
