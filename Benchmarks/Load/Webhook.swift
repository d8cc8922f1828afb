import Foundation
import Synchronization

/// A stand-in for Slack's incoming webhooks on this machine: takes every message at once, and notes when it came and whom it is about.
final class Webhook {
  private let listener: Int32
  private let port: UInt16
  private let arrivals = Arrivals()

  /// When the first message about each customer came, on the clock of the run.
  private final class Arrivals: Sendable {
    let times = Mutex<[String: Double]>([:])
  }

  init() throws {
    listener = try Sockets.make()
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let named = withUnsafeMutablePointer(to: &address) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        Sockets.withLoopback(0, { bind(listener, $0, $1) }) && listen(listener, 64) == 0 && getsockname(listener, address, &size) == 0
      }
    }
    guard named else { throw Failure("no port for the stand-in for Slack: \(String(cString: strerror(errno)))") }
    port = UInt16(bigEndian: address.sin_port)
    let (listener, arrivals) = (listener, arrivals)
    Thread {
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0, errno == EINTR { continue }
        guard connection >= 0 else { return }
        Thread { Self.serve(connection, arrivals) }.start()
      }
    }.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// What the server finds in its environment.
  var environment: [String: String] { ["SLACK_WEBHOOK_URL": "http://127.0.0.1:\(port)/services/T0/B0/secret"] }

  /// When a message about a customer came, on the clock of the run. - Throws: `Failure` where none comes.
  func arrival(of customer: String) throws -> Double {
    var time: Double?
    try Clock.wait(upTo: 120, for: "the alert about \(customer)", every: 0.001) {
      time = arrivals.times.withLock { $0[customer] }
      return time != nil
    }
    return time ?? 0
  }

  private static func serve(_ connection: Int32, _ arrivals: Arrivals) {
    defer { close(connection) }
    var buffer: [UInt8] = []
    while true {
      if let head = HTTPHead(buffer), buffer.count >= head.size + (head.length ?? 0) {
        let end = head.size + (head.length ?? 0)
        let now = Clock.seconds()
        if let customer = customer(in: String(decoding: buffer[head.size..<end], as: UTF8.self)) {
          arrivals.times.withLock { $0[customer] = $0[customer] ?? now }
        }
        buffer.removeFirst(end)
        guard (try? Sockets.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8), to: connection)) != nil else { return }
      }
      guard (try? Sockets.receive(from: connection, into: &buffer)) == true else { return }
    }
  }

  /// The customer to whose page a message links.
  private static func customer(in message: String) -> String? {
    guard let start = message.range(of: "/customers/")?.upperBound else { return nil }
    let id = message[start...].prefix { $0.isLetter || $0.isNumber || $0 == "-" }
    return id.isEmpty ? nil : String(id)
  }
}
