import Domain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SQL

extension Response {
  /// JSON with its media type; answers about customers are for nobody's cache.
  static func json(_ json: JSON, status: HTTPResponse.Status = .ok, type: String = "application/json", headers: HTTPFields = [:])
    -> Response
  {
    var fields = headers
    fields[.contentType] = type
    fields[.cacheControl] = "no-store"
    return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.printedBytes())))
  }

  static func problem(_ problem: Problem) -> Response {
    var headers = problem.headers
    if problem.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"holdfast\"" }
    return json(problem.document, status: problem.status, type: "application/problem+json", headers: headers)
  }
}

/// Every error becomes an answer. What may not be told becomes a 500 with the request's id, and stands in the log.
struct ErrorAnswers: RouterMiddleware {
  typealias Context = RequestInfo
  /// How this part of the interface tells problems.
  let answer: @Sendable (Problem) -> Response

  func handle(_ request: Request, context: RequestInfo, next: (Request, RequestInfo) async throws -> Response) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      let told = Problem(error)
      Self.note(error, told, path: context.endpointPath, in: context.logger)
      if var problem = told {
        if problem.status.code >= 500 {
          problem.members.append(.init("request_id", .string(context.requestID)))
        }
        return answer(problem)
      }
      var problem = Problem.unexpected()
      problem.members.append(.init("request_id", .string(context.requestID)))
      return answer(problem)
    }
  }

  /// What the operator gets to know of an error. The path and the kind of error, never the query or the body: they hold keys and
  /// contacts' data.
  static func note(_ error: any Error, _ told: Problem?, path: String?, in logger: Logger) {
    // The database's own words help to mend it; they are for the log alone.
    let reason = (error as? DatabaseFailure).map { "\($0.message) (\($0.detail))" } ?? "\(error)"
    let metadata: Logger.Metadata = ["path": "\(path ?? "?")", "error": "\(reason)"]
    if error is BodyInterrupted {
      logger.debug("The sender hung up", metadata: metadata)
    } else if let told {
      if told.status.code >= 500 { logger.warning("Request refused", metadata: metadata) }
    } else {
      logger.error("Request failed", metadata: metadata)
    }
  }
}
