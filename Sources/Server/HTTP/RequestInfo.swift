import Formats
import Hummingbird
import NIOCore
import Storage

/// What travels with a request through middleware to its handler.
struct RequestInfo: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The key that let the request in; `nil` before the check.
  var key: StoredKey?
  let channel: any Channel
  let body = BodyProgress()

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }

  /// Names the request in logs and in the answer to the sender.
  var requestID: String { logger[metadataKey: "hb.request.id"]?.description ?? "-" }

  /// A part of the path, decoded.
  func part(_ name: String) throws -> String {
    guard let raw = parameters.get(name), let text = Query.decoded(raw, plusIsBlank: false), !text.isEmpty else {
      throw Problem.notFound()
    }
    return text
  }
}

extension Query {
  init(_ request: Request) { self.init(request.uri.query) }
}
