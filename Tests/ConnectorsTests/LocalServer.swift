import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A tiny HTTP server on a loopback port that answers every call as it is told and keeps what came.
final class LocalServer: Sendable {
  enum Answer: Sendable {
    case status(Int, headers: [(String, String)] = [], body: String = "")
    /// Reads the call and closes without a word.
    case hangUp
    /// Reads the call and says nothing.
    case silence
    /// Sends the head of a 200 and never its body.
    case headOnly
    /// Depends on the call.
    indirect case by(@Sendable (Call) -> Answer)
  }

  struct Call: Sendable {
    var uri: String
    var headers: [String: String]
    var body: String
  }

  private let channel: any Channel
  private let calls: Calls
  let port: Int

  var received: [Call] { calls.list.withLock { $0 } }
  var url: String { "http://127.0.0.1:\(port)/services/T0AA/B0BB/verysecrettoken" }

  fileprivate final class Calls: Sendable {
    let list = Mutex<[Call]>([])
  }

  init(_ answer: Answer) async throws {
    let calls = Calls()
    self.calls = calls
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          try child.pipeline.syncOperations.configureHTTPServerPipeline()
          try child.pipeline.syncOperations.addHandler(Handler(answer: answer, calls: calls))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
    self.port = port
  }

  func close() async throws { try await channel.close() }

  /// Runs `body` with a server that answers so.
  static func with<T>(_ answer: Answer, _ body: (LocalServer) async throws -> T) async throws -> T {
    let server = try await LocalServer(answer)
    let result = try await body(server)
    try await server.close()
    return result
  }
}

private final class Handler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: LocalServer.Answer
  private let calls: LocalServer.Calls
  private var call = LocalServer.Call(uri: "", headers: [:], body: "")

  init(answer: LocalServer.Answer, calls: LocalServer.Calls) {
    self.answer = answer
    self.calls = calls
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      call.uri = head.uri
      for (name, value) in head.headers { call.headers[name.lowercased()] = value }
    case .body(let part): call.body += String(buffer: part)
    case .end:
      calls.list.withLock { $0.append(call) }
      reply(context)
    }
  }

  private func reply(_ context: ChannelHandlerContext) { reply(context, answer) }

  private func reply(_ context: ChannelHandlerContext, _ answer: LocalServer.Answer) {
    switch answer {
    case .by(let choose): reply(context, choose(call))
    case .silence: break
    case .hangUp: context.close(promise: nil)
    case .headOnly:
      let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "2"])
      context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    case .status(let status, let headers, let body):
      var fields = HTTPHeaders(headers)
      fields.add(name: "Content-Length", value: "\(body.utf8.count)")
      context.write(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields))), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
