import ArgumentParser
import Domain
import Engine
import Storage

struct OutboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbox", abstract: "Messages on their way out: list, retry, cancel.", subcommands: [List.self, Retry.self, Cancel.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List deliveries, newest first.")
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }
    @OptionGroup var database: DatabaseOption
    @Option(help: "Only those \(Delivery.State.allCases.map(\.rawValue).joined(separator: ", ")).") var state: String?
    @Option(help: "At most so many.") var limit = 100
    @Option(help: "table or json.") var format = Format.table

    func run() async throws {
      let wanted = try state.map { text -> Delivery.State in
        guard let state = Delivery.State(rawValue: text) else {
          throw ValidationError("--state takes \(Delivery.State.allCases.map(\.rawValue).joined(separator: ", ")), not “\(text)”")
        }
        return state
      }
      try await House.withoutConfiguration(database) { house in
        let limit = limit
        let deliveries = try await house.database.read { try DeliveryQueries.list(state: wanted, limit: limit, $0) }
        print(format == .json ? JSON.array(deliveries.map(Self.json)).printed() : Self.table(deliveries))
      }
    }

    private static func json(_ delivery: Delivery) -> JSON {
      [
        "key": .string(delivery.key), "customer": delivery.customer.map(JSON.string) ?? .null, "channel": .string(delivery.channel),
        "title": .string(delivery.title), "state": .string(delivery.state.rawValue), "attempts": .integer(Int64(delivery.attempts)),
        "created_at": .string(delivery.createdAt.iso8601), "next_attempt_at": .string(delivery.nextAttemptAt.iso8601),
        "finished_at": (delivery.finishedAt?.iso8601).map(JSON.string) ?? .null,
        "last_error": delivery.lastError.map(JSON.string) ?? .null,
      ]
    }

    private static func table(_ deliveries: [Delivery]) -> String {
      Terminal.table(
        ["STATE", "TRIES", "CHANNEL", "TITLE", "LAST ERROR", "KEY"],
        deliveries.map { [$0.state.rawValue, "\($0.attempts)", $0.channel, $0.title, $0.lastError ?? "", $0.key] }, right: [1])
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send again what failed, or one delivery by its key (also where its outcome is unknown).")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The delivery's key; without it, all that failed.") var key: String?

    func run() async throws {
      try await House.withoutConfiguration(database) { house in
        guard let key else {
          let count = try await house.desk().retryFailedDeliveries(by: .commandLine, user: nil)
          return Terminal.note("\(count) deliver\(count == 1 ? "y" : "ies") will be tried again")
        }
        try await house.desk().retryDelivery(key, by: .commandLine, user: nil)
        Terminal.note("\(key) will be tried again")
      }
    }
  }

  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a pending delivery back.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The delivery's key.") var key: String

    func run() async throws {
      try await House.withoutConfiguration(database) { house in
        try await house.desk().cancelDelivery(key, by: .commandLine, user: nil)
        Terminal.note("\(key) is canceled")
      }
    }
  }
}
