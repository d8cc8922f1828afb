import ArgumentParser
import Domain
import Engine
import Foundation
import SQLite
import Server
import Storage

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Write keys for SDKs, API keys for programs.", subcommands: [Add.self, List.self, Revoke.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a key. It is printed once and stored only as a hash.")
    @OptionGroup var database: DatabaseOption
    @Option(help: "write (tracking API), api (all that programs may read and change) or metrics (/metrics).") var scope: String
    @Option(help: "What it is for.") var name = "unnamed"

    func run() async throws {
      guard let scope = KeyScope(rawValue: scope) else {
        throw ValidationError("--scope takes \(KeyScope.allCases.map(\.rawValue).joined(separator: ", ")), not “\(scope)”")
      }
      try await House.withoutConfiguration(database, mayCreate: true) { house in
        print(try await house.keys.create(scope: scope, name: name))
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List keys; the keys themselves are not known any more.")
    @OptionGroup var database: DatabaseOption

    func run() async throws {
      try await House.withoutConfiguration(database) { house in
        let rows = try await house.keys.all().map { key in
          [key.id, key.scope.rawValue, key.name, key.createdAt.iso8601, key.revokedAt.map { "revoked \($0.iso8601)" } ?? "in force"]
        }
        print(Terminal.table(["ID", "SCOPE", "NAME", "CREATED", "STATE"], rows))
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End a key; servers notice within seconds.")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "The key's id, see `holdfast key list`.") var id: String

    func run() async throws {
      try await House.withoutConfiguration(database) { house in
        guard try await house.keys.revoke(id: id) else { throw Refusal("no key in force has the id “\(id)”") }
        Terminal.note("\(id) is revoked")
      }
    }
  }
}

struct RebuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Make signals and scores anew from the log, and tell what that changed: nothing, if all is well.")

  @OptionGroup var config: ConfigOption
  @OptionGroup var database: DatabaseOption

  func run() async throws {
    try await House.with(database, config) { house in
      let report = try await house.alone { fold in
        try await House.settle(fold)
        return try await Rebuild(fold: fold).run()
      }
      guard let report else {
        throw Refusal("a server is running on \(house.place); stop it first, a rebuild needs the database for itself")
      }
      print("\(report.entries) entries, \(report.customers) customers")
      guard report.isUnchanged else {
        for table in report.changedTables { print("changed: \(table)") }
        for score in report.changedScores { print("changed score: \(score)") }
        throw ExitCode(1)
      }
      print("nothing changed")
    }
  }
}
