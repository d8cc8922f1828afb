import Domain
import Engine
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// What this process has answered since it started, by route. Routes are those of the program, so there is a bounded number of them.
final class RequestMetrics: Sendable {
  struct Route: Hashable, Sendable {
    var method: String
    /// As registered, with the names of its parts in place of what was asked for: `/customers/{id}`.
    var path: String
    /// "2xx".
    var status: String
  }

  private let routes = Mutex<[Route: Histogram]>([:])

  func add(_ route: Route, seconds: Double) { routes.withLock { $0[route, default: Histogram()].add(seconds) } }

  /// Sorted, so that two looks at the same counts are the same text.
  var all: [(route: Route, histogram: Histogram)] {
    routes.withLock { $0 }.map { ($0.key, $0.value) }
      .sorted { ($0.route.path, $0.route.method, $0.route.status) < ($1.route.path, $1.route.method, $1.route.status) }
  }
}

/// Outermost: gives each answer its request's id, counts it, and writes a line of it in the log at the level `info`.
struct RequestNotes: RouterMiddleware {
  typealias Context = RequestInfo
  let metrics: RequestMetrics
  let time: any TimeSource

  func handle(_ request: Request, context: RequestInfo, next: (Request, RequestInfo) async throws -> Response) async throws -> Response {
    let began = time.now()
    var answer = try await next(request, context)
    let took = max(time.now() - began, .zero)
    // What was asked for where there is nothing may be any text: it is no label.
    let route = RequestMetrics.Route(
      method: Self.known(request.method), path: Self.path(context), status: "\(answer.status.code / 100)xx")
    metrics.add(route, seconds: Double(took.microseconds) / 1_000_000)
    answer.headers[.requestID] = context.requestID
    context.logger.info(
      "answered",
      metadata: [
        "method": "\(route.method)", "path": "\(route.path)", "status": "\(answer.status.code)", "ms": "\(took.microseconds / 1_000)",
      ])
    return answer
  }

  /// As registered; the router has a word of its own for where there is nothing.
  private static func path(_ context: RequestInfo) -> String {
    context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "none"
  }

  private static func known(_ method: HTTPRequest.Method) -> String {
    [.get, .head, .post, .put, .patch, .delete, .options].contains(method) ? method.rawValue : "other"
  }
}

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-Id")!
}
