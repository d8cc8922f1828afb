import AsyncHTTPClient
import Domain
import NIOCore
import NIOPosix
import Synchronization

/// How all connectors call out: connect within 10 s, no redirects (a redirect could carry a secret elsewhere), failures to connect told at
/// once and not retried under the hood, because the outbox does that.
public enum Outbound {
  public static var configuration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }

  /// The longest that a call takes in all: the parameter `time-out s`.
  public static let timeout = TimeSpan.seconds(30)
}

/// What came back of a call.
struct OutboundAnswer: Sendable {
  var status: Int
  /// The headers of these names.
  var retryAfter: String?
  var date: String?
  /// The beginning of the body, at most `OutboundCall.bodyLimit` bytes; empty where it did not come.
  var body: String
}

/// Why nothing came back, in words without the address.
struct OutboundFailure: Error, Hashable, Sendable {
  var reason: String
  /// Whether the request may have reached the receiver.
  var mayHaveArrived: Bool
  /// The address itself is not one that can be called.
  var isBadAddress = false

  static let badAddress = OutboundFailure(reason: "the address cannot be called", mayHaveArrived: false, isBadAddress: true)
}

/// One POST of JSON on a connection of its own: on a kept one, a receiver's closing at the wrong moment would leave the outcome unknown.
struct OutboundCall: Sendable {
  static let bodyLimit = 1_024

  let client: HTTPClient
  let timeout: TimeSpan

  func post(_ body: [UInt8], to url: Secret) async -> Result<OutboundAnswer, OutboundFailure> {
    let start = url.reveal().prefix(8).lowercased()
    guard start.hasPrefix("http://") || start.hasPrefix("https://") else { return .failure(.badAddress) }
    let watched = WatchedBody(bytes: body)
    var request = HTTPClientRequest(url: url.reveal())
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
    request.headers.add(name: "Connection", value: "close")
    request.headers.add(name: "User-Agent", value: "Holdfast")
    request.body = .stream(watched, length: .known(Int64(body.count)))
    do {
      let response = try await client.execute(request, timeout: .microseconds(timeout.microseconds))
      return .success(
        OutboundAnswer(
          status: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"),
          date: response.headers.first(name: "Date"), body: await beginning(of: response.body)))
    } catch {
      return .failure(Self.failure(error, mayHaveArrived: watched.hasLeft))
    }
  }

  /// The status says how it ended; a body that breaks off, or drips in slower than this, is only less to show.
  private static let bodyTime = TimeAmount.seconds(5)

  private func beginning(of body: HTTPClientResponse.Body) async -> String {
    let timer = client.eventLoopGroup.any().scheduleTask(in: Self.bodyTime) {}
    return await withTaskGroup(of: String.self) { group in
      group.addTask { await Self.read(body) }
      group.addTask {
        // Throws once the body was first: nothing to tell.
        try? await timer.futureResult.get()
        return ""
      }
      let first = await group.next() ?? ""
      timer.cancel()
      group.cancelAll()
      return first
    }
  }

  private static func read(_ body: HTTPClientResponse.Body) async -> String {
    var bytes: [UInt8] = []
    do {
      for try await part in body {
        bytes += part.readableBytesView.prefix(bodyLimit - bytes.count)
        if bytes.count >= bodyLimit { break }
      }
    } catch {
      return ""
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func failure(_ error: any Error, mayHaveArrived: Bool) -> OutboundFailure {
    if let error = error as? HTTPClientError, badAddress.contains(error) { return .badAddress }
    guard mayHaveArrived else { return OutboundFailure(reason: "no connection: \(words(error))", mayHaveArrived: false) }
    return OutboundFailure(reason: "the call left, but no answer came: \(words(error))", mayHaveArrived: true)
  }

  private static let badAddress: [HTTPClientError] = [.invalidURL, .emptyHost, .missingSocketPath, .emptyScheme]

  /// Never the error's own description: it may hold the address.
  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: words(error)
    case is CancellationError: stopped
    case let error as NIOConnectionError: error.connectionErrors.last.map { words($0.error) } ?? "the name was not found"
    case let error as IOError: "\(IOError(errnoCode: error.errnoCode, reason: "network"))"
    default: "\(type(of: error))"
    }
  }

  private static func words(_ error: HTTPClientError) -> String {
    switch error {
    case .connectTimeout: "nobody answered in time"
    case .deadlineExceeded, .readTimeout, .writeTimeout: "the time was up"
    case .remoteConnectionClosed: "the connection was closed"
    case .tlsHandshakeTimeout: "no secure connection in time"
    case .cancelled, .alreadyShutdown: stopped
    default: error.shortDescription
    }
  }

  private static let stopped = "Holdfast was stopping"
}

/// A request's body that knows whether it was asked for. The client asks once the connection stands and the request's head is on its way;
/// before that the receiver cannot have acted.
private final class WatchedBody: AsyncSequence, Sendable {
  private let bytes: [UInt8]
  private let asked = Atomic(false)

  init(bytes: [UInt8]) { self.bytes = bytes }

  var hasLeft: Bool { asked.load(ordering: .acquiring) }

  func makeAsyncIterator() -> Iterator { Iterator(body: self) }

  struct Iterator: AsyncIteratorProtocol {
    let body: WatchedBody
    var isDone = false

    mutating func next() async -> ByteBuffer? {
      guard !isDone else { return nil }
      isDone = true
      body.asked.store(true, ordering: .releasing)
      return ByteBuffer(bytes: body.bytes)
    }
  }
}
