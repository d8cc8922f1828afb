import Domain
import Engine
import Hummingbird
import Logging
import NIOCore

/// What the server needs from the rest of the program.
public struct ServerDependencies: Sendable {
  public var sink: any IntakeSink
  public var inquiries: Inquiries
  /// Where people and programs work: tasks, notes, snoozes.
  public var desk: Desk
  public var keys: KeyStore
  /// Who signs in.
  public var people: People
  /// The provider of identities that settings name; `nil` where it cannot be asked.
  public var identityProvider: @Sendable (OpenIDSettings) -> (any IdentityProvider)?
  public var current: CurrentBlueprint
  public var time: any TimeSource
  /// So many bytes from a cryptographic source; for ids of messages that come without one.
  public var randomBytes: @Sendable (Int) -> [UInt8]
  /// Whether the database answers and the fold is running.
  public var isReady: @Sendable () async -> Bool
  /// The ways out to people as the outbox knows them, by name.
  public var lanes: @Sendable () -> [String: LaneState]
  public var program: ProgramInfo
  public var logger: Logger
  public var limits: ServerLimits

  public init(
    sink: any IntakeSink, inquiries: Inquiries, desk: Desk, keys: KeyStore, people: People,
    identityProvider: @escaping @Sendable (OpenIDSettings) -> (any IdentityProvider)? = { _ in nil }, current: CurrentBlueprint,
    time: any TimeSource, randomBytes: @escaping @Sendable (Int) -> [UInt8], isReady: @escaping @Sendable () async -> Bool,
    lanes: @escaping @Sendable () -> [String: LaneState], program: ProgramInfo, logger: Logger, limits: ServerLimits = ServerLimits()
  ) {
    self.sink = sink
    self.inquiries = inquiries
    self.desk = desk
    self.keys = keys
    self.people = people
    self.identityProvider = identityProvider
    self.current = current
    self.time = time
    self.randomBytes = randomBytes
    self.isReady = isReady
    self.lanes = lanes
    self.program = program
    self.logger = logger
    self.limits = limits
  }
}

/// The HTTP server: pages, tracking API, JSON API, health checks.
public enum WebServer {
  /// The server as a service (of swift-service-lifecycle), for `host` and `port`; port 0 takes a free one. On graceful shutdown it takes
  /// no new connections, answers the requests that are under way, and ends.
  /// - Parameter onListening: called once it listens, with the port.
  public static func service(
    _ dependencies: ServerDependencies, host: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    let limits = dependencies.limits
    return Application(
      router: makeRouter(dependencies),
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [SmallReads()],
          idleTimeout: .seconds(Int64(limits.idleSeconds)),
          httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "Holdfast",
        availableConnectionsDelegate: .maximum(limits.connections, logger: dependencies.logger)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
      logger: dependencies.logger)
  }
}

extension TrackingHandler {
  init(_ dependencies: ServerDependencies) {
    self.init(
      sink: dependencies.sink, keys: dependencies.keys, time: dependencies.time, limits: dependencies.limits,
      bodies: BodyReader(
        time: dependencies.time,
        memory: BodyMemory(known: dependencies.limits.bodiesInMemory, strangers: dependencies.limits.strangersInMemory)),
      randomBytes: dependencies.randomBytes)
  }
}
