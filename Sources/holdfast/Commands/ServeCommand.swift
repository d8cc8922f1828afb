import ArgumentParser
import AsyncHTTPClient
import Connectors
import Domain
import Engine
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import SQL
import SQLite
import Server
import ServiceLifecycle
import Settings
import Storage
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the server: takes events in, keeps scores, sends alerts.",
    discussion: "SIGHUP reloads the configuration, SIGTERM stops gracefully.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var listen: ListenOption

  func run() async throws {
    let address = try listen.address()
    try await ListenOption.requireFree(address)
    try await House.with(database, config, mayCreate: true, showsWarnings: true) { house in
      try await Serving(house: house, config: config, address: address).run { port in
        Terminal.note("holdfast listens on http://\(address.host):\(port), data in \(house.place)")
      }
    }
  }
}

struct ListenOption: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Address to listen on. [HOLDFAST_LISTEN, else 127.0.0.1:8080]", valueName: "host:port"))
  var listen: String?

  func address() throws -> (host: String, port: Int) {
    let text = listen ?? ProcessInfo.processInfo.environment["HOLDFAST_LISTEN"] ?? "127.0.0.1:8080"
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port),
      colon > text.startIndex
    else { throw ValidationError("--listen takes HOST:PORT, like 127.0.0.1:8080, not “\(text)”") }
    return (String(text[..<colon]).trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port)
  }

  /// Tries the address before any long work begins. - Throws: `Refusal` where it cannot be listened on.
  static func requireFree(_ address: (host: String, port: Int)) async throws {
    do {
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1).bind(host: address.host, port: address.port).get()
      try await channel.close()
    } catch {
      throw Refusal("\(address.host):\(address.port) is in use or is no address of this machine; choose another with --listen HOST:PORT")
    }
  }
}

/// The running server: every loop as a service of one group. They start in order and stop in reverse: first no more requests, then intake
/// drains, then the fold, at last the outbox.
struct Serving {
  let house: House
  let config: ConfigOption
  let address: (host: String, port: Int)

  func run(onListening: @escaping @Sendable (Int) async -> Void) async throws {
    switch house.ownership {
    case .file(let path):
      guard let lock = try OwnerLock(databasePath: path) else {
        throw Refusal("another holdfast serves \(path) already; a SQLite database has one server at a time")
      }
      try await lock.held { try await serve(membership: nil, onListening: onListening) }
    case .nodes(let membership):
      try await membership.join()
      // Its share, where it can be had at once; the running fold takes it otherwise, and joins anew where others think this node dead.
      do { try await membership.tend() } catch let failure as DatabaseFailure {
        house.logger.warning("this node has no share of the customers yet; trying again", metadata: ["error": "\(failure.detail)"])
      }
      do { try await serve(membership: membership, onListening: onListening) } catch {
        // What is told is why the server ends; where it cannot say that it leaves, the others will notice.
        try? await membership.leave()
        throw error
      }
    }
  }

  private func serve(membership: Membership?, onListening: @escaping @Sendable (Int) async -> Void) async throws {
    let client = HTTPClient(configuration: Outbound.configuration)
    do {
      try await serve(client: client, membership: membership, onListening: onListening)
      try await client.shutdown()
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  private func serve(
    client: HTTPClient, membership: Membership?, onListening: @escaping @Sendable (Int) async -> Void
  ) async throws {
    let (current, time, logger) = (house.current, house.time, house.logger)
    let channels = Channels(client: client, time: time)
    let outbox = Outbox(
      database: house.database, channels: { channels.all(in: current.blueprint) }, time: time,
      membership: membership, random: { Double.random(in: 0..<1) }, logger: logger)
    let tenancy: any Tenancy = membership ?? SoleTenancy()
    let fold = Fold(
      database: house.database, current: current, time: time, logger: logger, tenancy: tenancy, trailsFrom: Fold.usualTrail,
      onDeliveries: { outbox.poke() })
    // What may take long, such as scoring everyone under a new model, is left to the services: a node gives signs of life by then.
    let gauge = LagGauge()
    let folding = FoldService(fold: fold, time: time, logger: logger, membership: membership, gauge: gauge)
    let intake = Intake(
      fold: fold, log: try await house.makeLog(), time: time, logger: logger, gauge: gauge, onCommit: { folding.wake() })
    let (database, inquiries, startedAt) = (house.database, house.inquiries(of: fold), time.now())
    let identities = IdentityProviders(client: client)
    let desk = house.desk(onDeliveries: { outbox.poke() })
    let server = WebServer.service(
      ServerDependencies(
        sink: intake, inquiries: inquiries, desk: desk, keys: house.keys, people: house.people,
        identityProvider: { identities.provider($0) }, current: current, time: time,
        randomBytes: House.randomBytes,
        isReady: {
          guard folding.isRunning else { return false }
          return (try? await database.read { try $0.first("SELECT 1") { $0.int(0) } }) == 1
        }, lanes: { outbox.laneStates },
        program: house.program(startedAt: startedAt), logger: logger),
      host: address.host, port: address.port, onListening: onListening)
    let digests = DigestService(
      database: house.database, current: current, time: time, logger: logger, isReady: { folding.isRunning },
      onDeliveries: { outbox.poke() })
    let movers = MoversService(inquiries: inquiries, time: time, logger: logger)
    let view = HealthViewKeeper(database: house.database, current: current, time: time, logger: logger)
    let reload = Reload(config: config, current: current, folding: folding, view: view, tenancy: tenancy, outbox: outbox, logger: logger)
    let sources = SourceService(
      current: current, database: house.database, sink: intake, time: time, logger: logger, owner: ForeignDatabases.owner,
      open: ForeignDatabases(config: config).open)
    // A node leaves last, when nothing of it is under way any more.
    let life: [any Service] = membership.map { [$0] } ?? []
    let services: [any Service] = life + [outbox, folding, DailyService(fold: fold), digests, movers, reload, intake, sources, server]
    var configuration = ServiceGroupConfiguration(
      services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // Whoever still trickles a body by then is cut off; what was answered is durable all the same.
    configuration.maximumGracefulShutdownDuration = .seconds(20)
    try await ServiceGroup(configuration: configuration).run()
  }
}

/// SIGHUP: reads the configuration anew. A bad one leaves the running one in place and says so.
struct Reload: Service {
  let config: ConfigOption
  let current: CurrentBlueprint
  let folding: FoldService
  let view: HealthViewKeeper
  let tenancy: any Tenancy
  let outbox: Outbox
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in await UnixSignalsSequence(trapping: .sighup) { await reload() }
    }
  }

  private func reload() async {
    let result = SettingsDirectory(path: config.path).load(environment: ProcessInfo.processInfo.environment)
    for diagnostic in result.diagnostics { Terminal.note("\(diagnostic)") }
    guard let blueprint = result.blueprint else {
      return Terminal.note("the new configuration has errors; the running one stays in force")
    }
    current.replace(with: blueprint)
    outbox.reload()
    do {
      try await folding.adopt()
      Terminal.note("the configuration is reloaded; model \(blueprint.model.version) is in force")
    } catch {
      logger.error("the new model could not be adopted yet; trying again", metadata: ["error": "\(error)"])
    }
    guard tenancy.tenure.routes else { return }
    do { try await view.putInForce() } catch {
      logger.error("\(HealthView.name) could not be replaced yet; trying again", metadata: ["error": "\(error)"])
    }
  }
}
