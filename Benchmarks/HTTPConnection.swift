import Foundation

/// A blocking HTTP/1.1 connection to the server on this machine, kept alive. As little as will do, so that the load costs few cycles of the
/// cores it shares with the server.
final class HTTPConnection {
  struct Answer {
    var status: Int
    /// Whole seconds, from `Retry-After`.
    var retryAfter: Int?
    var body: [UInt8]
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private static let timeout = 60
  private static let maximumAnswer = 16 << 20

  init(port: UInt16) throws {
    #if canImport(Darwin)
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    guard descriptor >= 0 else { throw Failure("no socket: \(String(cString: strerror(errno)))") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var limit = timeval(tv_sec: Self.timeout, tv_usec: 0)
    var on: Int32 = 1
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)) }
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard result == 0 else {
      let reason = String(cString: strerror(errno))
      throw Failure("cannot connect to port \(port): \(reason)")
    }
  }

  deinit { close(descriptor) }

  func get(_ path: String, key: String? = nil) throws -> Answer {
    let authorization = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    return try exchange(Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization)\r\n".utf8))
  }

  /// Posts JSON with the write key as user name of Basic authorization, as SDKs do.
  func post(_ path: String, key: String, body: [UInt8]) throws -> Answer {
    let credentials = Data("\(key):".utf8).base64EncodedString()
    var request = Array(
      """
      POST \(path) HTTP/1.1\r
      Host: 127.0.0.1\r
      Authorization: Basic \(credentials)\r
      Content-Type: application/json\r
      Content-Length: \(body.count)\r
      \r\n
      """.utf8)
    request += body
    return try exchange(request)
  }

  private func exchange(_ request: [UInt8]) throws -> Answer {
    var sent = 0
    while sent < request.count {
      let count = request[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Self.sendFlags) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure("cannot send: \(String(cString: strerror(errno)))") }
      sent += count
    }
    buffer.removeAll(keepingCapacity: true)
    var head: Head?
    while true {
      if head == nil { head = try Head(buffer) }
      if let head, buffer.count >= head.size + head.length {
        return Answer(status: head.status, retryAfter: head.retryAfter, body: Array(buffer[head.size..<head.size + head.length]))
      }
      try receive()
    }
  }

  private func receive() throws {
    guard buffer.count < Self.maximumAnswer else { throw Failure("an answer is longer than \(Self.maximumAnswer) bytes") }
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: 16_384))
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress?.advanced(by: start), 16_384, 0) }
    let problem = errno
    buffer.removeLast(16_384 - max(0, count))
    if count < 0, problem == EINTR { return }
    guard count != 0 else { throw Failure("the server closed the connection") }
    guard count > 0 else { throw Failure("no answer within \(Self.timeout) s: \(String(cString: strerror(problem)))") }
  }

  #if canImport(Darwin)
    private static let sendFlags: Int32 = 0
  #else
    private static let sendFlags = Int32(MSG_NOSIGNAL)
  #endif

  /// Status line and headers of an answer.
  private struct Head {
    var status: Int
    /// Bytes of the head, and of the body behind it.
    var size: Int
    var length: Int
    var retryAfter: Int?

    /// `nil` where the head has not come as a whole yet.
    init?(_ bytes: [UInt8]) throws {
      guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
      size = end.upperBound
      let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
      guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        throw Failure("not an HTTP answer: \(lines[0])")
      }
      self.status = status
      var length: Int?
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2 else { continue }
        switch parts[0].lowercased() {
        case "content-length": length = Int(parts[1])
        case "retry-after": retryAfter = Int(parts[1])
        default: continue
        }
      }
      guard let length, length >= 0 else { throw Failure("an answer \(status) without Content-Length") }
      self.length = length
    }
  }
}
