import Foundation

/// A blocking HTTP/1.1 connection to the server on this machine, kept alive. As little as will do, so that the load costs few cycles of the
/// cores it shares with the server.
final class HTTPConnection {
  struct Answer {
    var status: Int
    /// Whole seconds, from `Retry-After`.
    var retryAfter: Int?
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let port: UInt16
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  /// The server has said that it takes no more here.
  private var isOver = false
  /// Seconds. A list of a million customers may take its time.
  private static let timeout = 600
  private static let maximumAnswer = 16 << 20

  /// The server closed the connection and answered nothing.
  private struct Closed: Error, CustomStringConvertible {
    var description: String { "the server closed the connection" }
  }

  init(port: UInt16) throws {
    self.port = port
    descriptor = try Self.open(port)
  }

  private static func open(_ port: UInt16) throws -> Int32 {
    let descriptor = try Sockets.make()
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)) }
    guard Sockets.withLoopback(port, { connect(descriptor, $0, $1) }) else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw Failure("cannot connect to port \(port): \(reason)")
    }
    return descriptor
  }

  deinit { close(descriptor) }

  private func reopen() throws {
    let next = try Self.open(port)
    close(descriptor)
    descriptor = next
    isOver = false
  }

  func get(_ path: String, key: String? = nil) throws -> Answer {
    let authorization = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization)\r\n".utf8)
    do { return try exchange(request) } catch is Closed {
      // A server may end a connection on which nothing came for a while; whoever only reads asks again.
      try reopen()
      return try exchange(request)
    }
  }

  /// Posts to the tracking API with the write key as user name of Basic authorization, as SDKs do.
  func track(_ body: [UInt8], key: String) throws -> Answer {
    let credentials = Data("\(key):".utf8).base64EncodedString()
    return try post("/v1/batch", authorization: "Basic \(credentials)", type: "application/json", body: body)
  }

  /// Posts lines of records to the JSON API.
  func importLines(_ kind: String, _ body: [UInt8], key: String) throws -> Answer {
    try post("/api/v1/import/\(kind)", authorization: "Bearer \(key)", type: "application/x-ndjson", body: body)
  }

  private func post(_ path: String, authorization: String, type: String, body: [UInt8]) throws -> Answer {
    var request = Array(
      """
      POST \(path) HTTP/1.1\r
      Host: 127.0.0.1\r
      Authorization: \(authorization)\r
      Content-Type: \(type)\r
      Content-Length: \(body.count)\r
      \r\n
      """.utf8)
    request += body
    return try exchange(request)
  }

  private func exchange(_ request: [UInt8]) throws -> Answer {
    if isOver { try reopen() }
    try Sockets.send(request, to: descriptor)
    buffer.removeAll(keepingCapacity: true)
    var head: HTTPHead?
    while true {
      if head == nil { head = HTTPHead(buffer) }
      if let head {
        guard let length = head.length, length >= 0 else { throw Failure("an answer without Content-Length: \(head.firstLine)") }
        if buffer.count >= head.size + length {
          isOver = head.isLast
          return try answer(head, Array(buffer[head.size..<head.size + length]))
        }
      }
      guard buffer.count < Self.maximumAnswer else { throw Failure("an answer is longer than \(Self.maximumAnswer) bytes") }
      guard try receive() else { throw buffer.isEmpty ? Closed() : Failure("the server closed the connection within an answer") }
    }
  }

  private func receive() throws -> Bool {
    do { return try Sockets.receive(from: descriptor, into: &buffer) } catch {
      throw Failure("no answer within \(Self.timeout) s: \(error)")
    }
  }

  private func answer(_ head: HTTPHead, _ body: [UInt8]) throws -> Answer {
    guard let status = head.firstLine.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure("not an HTTP answer: \(head.firstLine)")
    }
    return Answer(status: status, retryAfter: head.retryAfter, body: body)
  }
}
