import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Whether a request's body has come to its end. Shared by whoever reads it and whoever answers.
final class BodyProgress: Sendable {
  private let ended = Atomic(false)

  var isComplete: Bool { ended.load(ordering: .relaxed) }

  func complete() { ended.store(true, ordering: .relaxed) }
}

/// Who is answered with its body still on the way could trickle it for ever: it is told that the connection will be closed, gets time to
/// read the answer, and is cut off.
struct UnreadBodies: RouterMiddleware {
  typealias Context = RequestInfo

  static let patience = TimeAmount.seconds(10)

  func handle(_ request: Request, context: RequestInfo, next: (Request, RequestInfo) async throws -> Response) async throws -> Response {
    var response = try await next(request, context)
    let hasBody = request.headers[.contentLength].map { $0 != "0" } ?? (request.headers[.transferEncoding] != nil)
    guard hasBody, !context.body.isComplete else { return response }
    let channel = context.channel
    let end = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(mode: .all, promise: nil) }
    // What waits holds the connection with all it has read. Where many are refused, those that are gone would pile up.
    channel.closeFuture.whenComplete { _ in end.cancel() }
    response.headers[.connection] = "close"
    return response
  }
}
