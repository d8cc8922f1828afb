import ArgumentParser
import Domain
import Storage

struct RejectedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rejected", abstract: "Show what could not be taken, with its reason, newest first; and incidents.",
    discussion: "Why does my event do nothing? Here is why.")

  @OptionGroup var database: DatabaseOption
  @Option(help: "At most so many.") var limit = 20

  func run() async throws {
    try await House.withoutConfiguration(database) { house in
      let limit = limit
      let (inputs, incidents) = try await house.database.read { connection in
        (
          try HousekeepingQueries.setAside(limit: limit, connection).map { [$0.at.iso8601, $0.source, $0.reason, $0.excerpt] },
          try HousekeepingQueries.incidents(connection).map { [$0.at.iso8601, $0.kind, $0.detail] }
        )
      }
      print(inputs.isEmpty ? "nothing was rejected" : Terminal.table(["AT", "SOURCE", "REASON", "WHAT CAME"], inputs))
      if !incidents.isEmpty { print("\n" + Terminal.table(["AT", "INCIDENT", "DETAIL"], incidents)) }
    }
  }
}
