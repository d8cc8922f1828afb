import Domain
import Engine
import Formats
import Hummingbird

/// The company as a whole: numbers, alerts, counts.
struct CompanyAPI: Sendable {
  let inquiries: Inquiries

  func health(_ request: Request, _ context: RequestInfo) async throws -> Response {
    .json(summaryJSON(try await inquiries.summary(at: try Query(request).instant("at"))))
  }

  func alerts(_ request: Request, _ context: RequestInfo) async throws -> Response {
    let query = Query(request)
    let state = try query.word("state", as: Alert.State.self)
    return .json(alertsJSON(try await inquiries.alerts(state: state, limit: try query.limit(default: 100), cursor: query.cursor)))
  }

  func statistics(_ request: Request, _ context: RequestInfo) async throws -> Response {
    .json(statisticsJSON(try await inquiries.statistics()))
  }
}
