import Hummingbird
import Storage

/// Lets in whoever presents an API key as a Bearer token, and hands the key on.
struct Access: RouterMiddleware {
  typealias Context = RequestInfo
  let keys: KeyStore

  func handle(_ request: Request, context: RequestInfo, next: (Request, RequestInfo) async throws -> Response) async throws -> Response {
    guard let presented = Credentials.bearer(request.headers), let key = try await keys.find(presented) else {
      throw Problem.unauthorized("Send an API key in force: Authorization: Bearer hf_api_….")
    }
    guard key.scope == .api else {
      throw Problem.wrongScope("This key has the scope \(key.scope.rawValue); the API needs one with the scope api.")
    }
    var context = context
    context.key = key
    return try await next(request, context)
  }
}
