import Domain
import Hummingbird

/// All addresses of the server.
func makeRouter(_ dependencies: ServerDependencies) -> Router<RequestInfo> {
  let router = Router(context: RequestInfo.self, options: .autoGenerateHeadEndpoints)
  router.add(middleware: UnreadBodies())
  // Also answers for addresses that are not there; the groups below have their own, further in.
  router.add(middleware: ErrorAnswers(answer: Response.problem))
  addOperations(to: router, dependencies)
  addTracking(to: router, dependencies)
  addAPI(to: router, dependencies)
  return router
}

private typealias Handler = @Sendable (Request, RequestInfo) async throws -> Response

private func addOperations(to router: Router<RequestInfo>, _ dependencies: ServerDependencies) {
  router.get("/healthz") { _, _ in Response.json(["status": "ok"]) }
  router.get("/readyz") { _, _ in
    let isReady = await dependencies.isReady()
    return Response.json(["status": isReady ? "ready" : "not ready"], status: isReady ? .ok : .serviceUnavailable)
  }
  let page = CustomerPageHandler(keys: dependencies.keys, inquiries: dependencies.inquiries)
  router.get("/customers/{id}") { request, context in try await page.show(request, context) }
}

private func addTracking(to router: Router<RequestInfo>, _ dependencies: ServerDependencies) {
  let handler = TrackingHandler(dependencies)
  let group = router.group().add(middleware: CrossOrigin()).add(middleware: ErrorAnswers(answer: TrackingHandler.answer))
  for endpoint in TrackingEndpoint.all {
    let handlers = endpoint.methods.map { method -> (HTTPRequest.Method, Handler) in
      (method, { try await handler.handle($0, $1, endpoint) })
    }
    serve(group, endpoint.path, handlers, fromBrowsers: true)
  }
  serve(group, "/v1/projects/{writeKey}/settings", [(.get, { try await handler.settings($1) })], fromBrowsers: true)
  serve(group, "/pixel/v1/track", [(.get, { try await handler.pixel($0, $1, .track) })], fromBrowsers: true)
  serve(group, "/pixel/v1/page", [(.get, { try await handler.pixel($0, $1, .page) })], fromBrowsers: true)
}

private func addAPI(to router: Router<RequestInfo>, _ dependencies: ServerDependencies) {
  let group = router.group("/api/v1").add(middleware: Access(keys: dependencies.keys))
  let customers = CustomersAPI(inquiries: dependencies.inquiries, current: dependencies.current)
  let company = CompanyAPI(inquiries: dependencies.inquiries)
  let work = WorkAPI(dependencies)
  let imports = ImportAPI(dependencies)
  let document = OpenAPIDocument.json(limits: dependencies.limits)
  serve(group, "/customers", [(.get, customers.list)])
  serve(group, "/customers/{id}", [(.get, customers.one)])
  serve(group, "/customers/{id}/explanation", [(.get, customers.explanation)])
  serve(group, "/customers/{id}/history", [(.get, customers.history)])
  serve(group, "/customers/{id}/timeline", [(.get, customers.timeline)])
  serve(group, "/customers/{id}/events", [(.get, customers.events)])
  serve(group, "/customers/{id}/notes", [(.get, work.notes), (.post, work.writeNote)])
  serve(group, "/health", [(.get, company.health)])
  serve(group, "/alerts", [(.get, company.alerts)])
  serve(group, "/alerts/{id}/snooze", [(.post, work.snooze), (.delete, work.awaken)])
  serve(group, "/tasks", [(.get, work.tasks), (.post, work.makeTask)])
  serve(group, "/tasks/{id}", [(.get, work.task), (.patch, work.changeTask)])
  serve(group, "/stats", [(.get, company.statistics)])
  serve(group, "/import/{kind}", [(.post, imports.take)])
  serve(group, "/openapi.json", [(.get, { _, _ in Response.json(document) })])
}

/// Registers an address with its handlers; every other method is told which ones are right.
private func serve(
  _ group: RouterGroup<RequestInfo>, _ path: String, _ handlers: [(HTTPRequest.Method, Handler)], fromBrowsers: Bool = false
) {
  let path = RouterPath(path)
  let allowed = handlers.map(\.0)
  for (method, handler) in handlers {
    group.on(path, method: method) { request, context in try await handler(request, context) }
  }
  if fromBrowsers {
    group.on(path, method: .options) { request, _ in CrossOrigin.preflight(request, allowed: allowed) }
  }
  for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] where !allowed.contains(method) {
    group.on(path, method: method) { _, _ -> Response in throw Problem.methodNotAllowed(allowed: allowed) }
  }
}
