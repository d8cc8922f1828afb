import NIOCore
import NIOPosix
import Synchronization

/// A tiny mail server in the open on a loopback port that answers as it is told and keeps what came.
final class LocalMailServer: Sendable {
  /// By what was said ("EHLO", "MAIL", "RCPT", "DATA", "." for the message's end, "" for the connection): the answer, in place of the usual
  /// one; an empty one is silence, "bye" closes.
  typealias Script = [String: String]

  private let channel: any Channel
  private let log: Log
  let port: Int

  final class Log: Sendable {
    let lines = Mutex<[String]>([])
    let connections = Mutex(0)
  }

  /// Every line of all connections.
  var lines: [String] { log.lines.withLock { $0 } }
  var connections: Int { log.connections.withLock { $0 } }

  init(_ script: Script) async throws {
    let log = Log()
    self.log = log
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture { try child.pipeline.syncOperations.addHandler(Clerk(script: script, log: log)) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
    self.port = port
  }

  /// Runs `body` with a server that answers so.
  static func with<T>(_ script: Script = [:], _ body: (LocalMailServer) async throws -> T) async throws -> T {
    let server = try await LocalMailServer(script)
    let result = try await body(server)
    try await server.channel.close()
    return result
  }
}

private final class Clerk: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let script: LocalMailServer.Script
  private let log: LocalMailServer.Log
  private var pending = ""
  private var isInMessage = false

  init(script: LocalMailServer.Script, log: LocalMailServer.Log) {
    self.script = script
    self.log = log
  }

  private static let usual: LocalMailServer.Script = [
    "": "220 mail.test ESMTP", "EHLO": "250 mail.test", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go ahead", ".": "250 taken",
    "QUIT": "221 bye",
  ]

  func channelActive(context: ChannelHandlerContext) {
    log.connections.withLock { $0 += 1 }
    answer("", context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    pending += String(buffer: unwrapInboundIn(data))
    while let end = pending.firstIndex(of: "\r\n") {
      let line = String(pending[..<end])
      pending = String(pending[pending.index(after: end)...])
      log.lines.withLock { $0.append(line) }
      if isInMessage {
        guard line == "." else { continue }
        isInMessage = false
        answer(".", context)
      } else {
        let verb = line.split(separator: " ").first.map { $0.uppercased() } ?? ""
        isInMessage = verb == "DATA" && (script["DATA"] ?? "354").hasPrefix("354")
        answer(verb, context)
      }
    }
  }

  private func answer(_ verb: String, _ context: ChannelHandlerContext) {
    let text = script[verb] ?? Self.usual[verb] ?? "500 what?"
    if text == "bye" {
      context.close(promise: nil)
    } else if !text.isEmpty {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }
  }
}
