import Domain
import Formats
import HTTPTypes
import Hummingbird
import NIOCore

/// Tracking by the address of an image (RudderStack's pixel): where mail and static pages can do no more than fetch a picture.
extension TrackingHandler {
  func pixel(_ request: Request, _ context: RequestInfo, _ route: TrackingRoute) async throws -> Response {
    let query = Query(request)
    guard let key = Credentials.writeKey(request.headers, query) else {
      throw Problem.unauthorized("Send a write key in force as ?writeKey=.")
    }
    try await authorize(key)
    try await take(TrackingReader.read(Self.message(query), route: route, receivedAt: time.now(), newID: newID), context.logger)
    return Response(
      status: .ok, headers: [.contentType: "image/gif", .cacheControl: "no-store"], body: .init(byteBuffer: ByteBuffer(bytes: gif)))
  }

  /// `properties.plan=pro` (or `properties[plan]=pro`) is a property, every other field one of the message.
  private static func message(_ query: Query) -> JSON {
    var fields: [JSON.Member] = []
    var properties: [JSON.Member] = []
    for (name, value) in query.pairs where name != "writeKey" {
      if name.hasPrefix("properties.") {
        properties.append(.init(String(name.dropFirst("properties.".count)), .string(value)))
      } else if name.hasPrefix("properties["), name.hasSuffix("]") {
        properties.append(.init(String(name.dropFirst("properties[".count).dropLast()), .string(value)))
      } else {
        fields.append(.init(name, .string(value)))
      }
    }
    return .object(fields + [.init("properties", .object(properties))])
  }
}

/// One transparent point.
private let gif: [UInt8] = [
  0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0x21, 0xF9, 0x04, 0x01,
  0x00, 0x00, 0x00, 0x00, 0x2C, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x01, 0x44, 0x00, 0x3B,
]
