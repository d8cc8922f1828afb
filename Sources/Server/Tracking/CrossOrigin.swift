import HTTPTypes
import Hummingbird

/// Lets browsers of any origin call the tracking addresses: the write key is no secret there, and no cookie counts.
struct CrossOrigin: RouterMiddleware {
  typealias Context = RequestInfo

  private static let headers =
    "Content-Type, Content-Encoding, Authorization, X-Retry-Count, X-Write-Key, AnonymousId, "
    + "PostHog-Sdk-Info, PostHog-Attempt, PostHog-Request-Id"

  func handle(_ request: Request, context: RequestInfo, next: (Request, RequestInfo) async throws -> Response) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.accessControlAllowOrigin] = "*"
    response.headers[.accessControlExposeHeaders] = "Retry-After, X-RateLimit-Reset"
    return response
  }

  /// The answer to a browser that asks before it sends.
  static func preflight(_ request: Request, allowed: [HTTPRequest.Method]) -> Response {
    var headers: HTTPFields = [:]
    headers[.accessControlAllowMethods] = (allowed + [.options]).map(\.rawValue).joined(separator: ", ")
    headers[.accessControlAllowHeaders] = wanted(request) ?? Self.headers
    headers[.accessControlMaxAge] = "86400"
    return Response(status: .noContent, headers: headers)
  }

  /// The headers that the browser asks for, where the list is one; SDKs invent new ones faster than servers learn of them.
  private static func wanted(_ request: Request) -> String? {
    guard let list = request.headers[.accessControlRequestHeaders], list.utf8.count <= 1_000, !list.isEmpty else { return nil }
    let isList = list.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_, ".unicodeScalars.contains(scalar))
    }
    return isList ? list : nil
  }
}
