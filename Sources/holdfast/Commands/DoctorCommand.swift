import ArgumentParser
import Domain
import Engine
import SQL
import Storage

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at the installation and tell what is well and what is not.",
    discussion: "Changes nothing. Exit status 1 where something is wrong (!!); what may be meant so (!) is none.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption

  func run() async throws {
    try await House.with(database, config, asFound: true) { house in
      let checkup = try await Checkup(house: house).run()
      print(Terminal.table(["", "WHAT", "HOW IT IS"], checkup.map { [$0.mark, $0.what, $0.how] }))
      guard checkup.allSatisfy({ $0.isWell || $0.mayBeMeant }) else { throw ExitCode(1) }
    }
  }
}

/// What an operator would look at first.
struct Checkup {
  struct Finding {
    var isWell: Bool
    var what: String
    var how: String
    /// Something to know that may be meant so: no reason for exit status 1.
    var mayBeMeant = false
    var mark: String { isWell ? "ok" : mayBeMeant ? "!" : "!!" }
  }

  let house: House

  func run() async throws -> [Finding] {
    let schema = try await Migrator.present(house.database)
    var findings = [Finding(isWell: true, what: "database", how: try await server(schema))]
    if let trouble = Self.trouble(of: schema) { return findings + [Finding(isWell: false, what: "schema", how: trouble)] }
    try await house.database.read { try MoveMark.requireNone($0) }
    findings += try await nodes()
    let lag = try await house.inquiries.statistics().foldLag
    let backlog = try await house.inquiries.backlog()
    findings.append(
      Finding(
        isWell: lag < .minutes(1), what: "scores",
        how: backlog == 0 ? "up to date with every event" : "\(backlog) entries behind, the oldest for \(Int(lag.seconds)) s"))
    let keeper = HealthViewKeeper(database: house.database, current: house.current, time: house.time, logger: house.logger)
    let view = try await keeper.report()
    findings.append(
      Finding(isWell: view.isInForce, what: HealthView.name, how: view.isInForce ? "made from the model in force" : view.troubles[0]))
    findings.append(Finding(isWell: true, what: "refreshed by", how: view.refreshedBy))
    for trouble in view.troubles.dropFirst(view.isInForce ? 0 : 1) {
      findings.append(Finding(isWell: false, what: "refresh", how: trouble))
    }
    if house.database.dialect == .postgres { findings.append(try await log()) }
    findings.append(try await retention())
    let (incidents, outbox) = try await house.database.read { connection in
      (try HousekeepingQueries.incidents(connection).count, try DeliveryQueries.counts(connection))
    }
    findings.append(
      Finding(isWell: incidents == 0, what: "incidents", how: incidents == 0 ? "none" : "\(incidents), see holdfast rejected"))
    let stuck = (outbox[.failed] ?? 0) + (outbox[.unknown] ?? 0)
    findings.append(
      Finding(
        isWell: stuck == 0, what: "outbox",
        how: stuck == 0 ? "\(outbox[.pending] ?? 0) waiting" : "\(stuck) failed or of unknown outcome, see holdfast outbox"))
    return findings + channels()
  }

  private func channels() -> [Finding] {
    let channels = house.current.blueprint.channels
    guard !channels.isEmpty else { return [Finding(isWell: true, what: "channels", how: "none: nobody is told anything by message")] }
    return channels.map { channel in
      Finding(
        isWell: channel.obstacle == nil, what: "channel \(channel.name)",
        how: channel.obstacle.map { "cannot send, as far as is set here. \($0)" } ?? "has all it needs to send", mayBeMeant: true)
    }
  }

  /// What is wrong with the tables; the rest can be looked at only where they are those of this program.
  private static func trouble(of schema: Int) -> String? {
    switch schema {
    case Migrator.newest: nil
    case 0: "there are no tables yet: `holdfast serve` makes them"
    case ..<Migrator.newest:
      "the tables are those of an older program (schema \(schema), this one knows \(Migrator.newest)): "
        + "take a backup, and start the server of this program, which brings them up to date"
    default:
      "the tables are those of a newer program (schema \(schema), this one knows \(Migrator.newest)): use the newer program"
    }
  }

  private func server(_ schema: Int) async throws -> String {
    let place = house.place
    return try await house.database.read { connection in
      let version = try connection.first(
        connection.dialect.twin(
          sqlite: "SELECT 'SQLite ' || sqlite_version()", postgres: "SELECT 'PostgreSQL ' || current_setting('server_version')")
      ) { $0.text(0) }
      return "\(version ?? "") at \(place), schema \(schema)"
    }
  }

  private func nodes() async throws -> [Finding] {
    guard case .nodes = house.ownership else { return [Finding(isWell: true, what: "nodes", how: "one at a time on SQLite")] }
    let (nodes, owners) = try await house.database.read { (try NodeQueries.all($0), try NodeQueries.owners($0)) }
    guard !nodes.isEmpty else { return [Finding(isWell: true, what: "nodes", how: "no server is running")] }
    let shares = nodes.map { "\($0.name.split(separator: " ").first ?? "") (\(owners[$0.fence] ?? 0) shards)" }
    let free = owners[0] ?? 0
    let sharing = Finding(
      isWell: free == 0, what: "nodes", how: shares.joined(separator: ", ") + (free == 0 ? "" : "; \(free) shards without owner just now"))
    let versions = Dictionary(grouping: nodes.filter { $0.blueprint != nil }) { $0.blueprint ?? "" }
    guard versions.count > 1 else { return [sharing] }
    let told = versions.sorted { $0.key < $1.key }.map { version, nodes in
      "\(nodes.map { String($0.name.split(separator: " ").first ?? "") }.joined(separator: ", ")) run\(nodes.count == 1 ? "s" : "") "
        + version.prefix(8)
    }
    return [
      sharing,
      Finding(
        isWell: false, what: "configuration",
        how: "not the same on every node (\(told.joined(separator: "; "))): give all the same, and reload them (SIGHUP)"),
    ]
  }

  private func retention() async throws -> Finding {
    let age = house.current.blueprint.retention.events
    let mark = try await house.database.read { try CompactionQueries.position(of: .summarized, $0) }
    let rule = age.map { "events are kept for \($0.text)" } ?? "every event is kept"
    let reached = mark > 0 ? "; what came in before \(Instant(microseconds: mark + 1).day.iso8601) is summed up by day" : ""
    return Finding(isWell: true, what: "retention", how: rule + reached)
  }

  private func log() async throws -> Finding {
    let now = house.time.now()
    let present = try await house.database.read { try PartitionQueries.present($0) }
    let missing = PartitionQueries.wanted(at: now).filter { !present.contains($0) }
    return Finding(
      isWell: missing.isEmpty, what: "log",
      how: missing.isEmpty
        ? "divided by month up to \(present.last?.table ?? "–")"
        : "not divided ahead (\(missing.map(\.table).joined(separator: ", "))): start the server")
  }
}
