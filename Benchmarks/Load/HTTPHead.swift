import Foundation

/// The first line and the headers of a request or an answer.
struct HTTPHead {
  var firstLine: String
  /// Bytes of the head, and of the body behind it; `nil` where it does not say.
  var size: Int
  var length: Int?
  /// Whole seconds, from `Retry-After`.
  var retryAfter: Int?
  /// The server takes no further request on this connection.
  var isLast = false

  /// `nil` where the head has not come as a whole yet.
  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    size = end.upperBound
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    firstLine = lines[0]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2 else { continue }
      switch parts[0].lowercased() {
      case "content-length": length = Int(parts[1])
      case "retry-after": retryAfter = Int(parts[1])
      case "connection": isLast = parts[1].lowercased() == "close"
      default: continue
      }
    }
  }
}

/// Sockets of this machine, blocking.
enum Sockets {
  static func make() throws -> Int32 {
    #if canImport(Darwin)
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    guard descriptor >= 0 else { throw Failure("no socket: \(String(cString: strerror(errno)))") }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return descriptor
  }

  /// Calls `body` with a loopback address. - Returns: whether it answered 0.
  static func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    } == 0
  }

  /// Sends all of it. - Throws: `Failure`.
  static func send(_ bytes: [UInt8], to descriptor: Int32) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, flags) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure("cannot send: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  /// Receives what is there, and waits for it; adds it to `buffer`.
  /// - Returns: whether the other side is still there.
  static func receive(from descriptor: Int32, into buffer: inout [UInt8]) throws -> Bool {
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: 16_384))
    let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress?.advanced(by: start), 16_384, 0) }
    let problem = errno
    buffer.removeLast(16_384 - max(0, count))
    if count < 0, problem == EINTR { return true }
    guard count >= 0 else { throw Failure(String(cString: strerror(problem))) }
    return count > 0
  }

  #if canImport(Darwin)
    private static let flags: Int32 = 0
  #else
    private static let flags = Int32(MSG_NOSIGNAL)
  #endif
}
