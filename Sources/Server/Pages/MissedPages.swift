import Hummingbird

/// Whoever looks for a page where there is none sees one that says so; programs get a problem in JSON.
struct MissedPages: RouterMiddleware {
  typealias Context = RequestInfo
  let gate: PageGate

  func handle(_ request: Request, context: RequestInfo, next: (Request, RequestInfo) async throws -> Response) async throws -> Response {
    do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
      guard let page = await gate.missing(request, context) else { throw error }
      return page
    }
  }
}
