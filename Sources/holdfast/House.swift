import ArgumentParser
import Domain
import Engine
import Foundation
import Logging
import SQL
import SQLite
import Server
import Settings
import Storage

/// Flags that most commands share; each may come from the environment instead.
struct ConfigOption: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Directory of the YAML configuration. [HOLDFAST_CONFIG, else .]", valueName: "dir"))
  var config: String?

  var path: String { config ?? ProcessInfo.processInfo.environment["HOLDFAST_CONFIG"] ?? "." }

  /// The checked configuration.
  /// - Parameter showsWarnings: for commands that act on them; those that only read would repeat them at every call.
  /// - Throws: `Refusal` after all errors are on standard error.
  func load(showsWarnings: Bool = false) throws -> Blueprint {
    let result = SettingsDirectory(path: path).load(environment: ProcessInfo.processInfo.environment)
    for diagnostic in result.diagnostics where showsWarnings || diagnostic.severity == .error { Terminal.note("\(diagnostic)") }
    guard let blueprint = result.blueprint else {
      throw Refusal("\(result.errors.count) error\(result.errors.count == 1 ? "" : "s") in the configuration \(path); nothing was done")
    }
    return blueprint
  }
}

struct DatabaseOption: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("Where data is kept, sqlite:PATH. [HOLDFAST_DATABASE, else sqlite:holdfast.db]", valueName: "url"))
  var database: String?

  var url: String { database ?? ProcessInfo.processInfo.environment["HOLDFAST_DATABASE"] ?? "sqlite:holdfast.db" }

  /// The path of the embedded database.
  func path() throws -> String {
    let prefix = "sqlite:"
    guard url.hasPrefix(prefix), url.count > prefix.count else {
      throw ValidationError("the database “\(url)” is not of the form sqlite:PATH, like sqlite:holdfast.db")
    }
    return String(url.dropFirst(prefix.count))
  }
}

/// Everything put together: the composition root of all commands that touch the database.
struct House {
  let path: String
  let database: SQLiteDatabase
  let current: CurrentBlueprint
  let time: SystemClock
  let logger: Logger

  /// - Parameter mayCreate: whether a database that is not there is made.
  static func open(_ option: DatabaseOption, blueprint: Blueprint, mayCreate: Bool) async throws -> House {
    let path = try option.path()
    guard mayCreate || FileManager.default.fileExists(atPath: path) else {
      throw Refusal(
        "there is no database at \(path) yet: `holdfast serve` or `holdfast import` makes it (or name another one with --database)")
    }
    let database = try SQLiteDatabase(path: path)
    try await Migrator.migrate(database)
    return House(path: path, database: database, current: CurrentBlueprint(blueprint), time: SystemClock(), logger: makeLogger())
  }

  static func makeLogger() -> Logger {
    var logger = Logger(label: "holdfast") { StreamLogHandler.standardError(label: $0) }
    let level = ProcessInfo.processInfo.environment["HOLDFAST_LOG"].flatMap(Logger.Level.init(rawValue:))
    logger.logLevel = level ?? .notice
    return logger
  }

  var inquiries: Inquiries { Inquiries(database: database, current: current, time: time) }
  var keys: KeyStore { KeyStore(database: database, time: time, randomBytes: Self.randomBytes) }

  func makeLog() async throws -> Log {
    try await Log(database: database, randomKey: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)))
  }

  func makeFold() -> Fold { Fold(database: database, current: current, time: time, logger: logger) }

  static let randomBytes: @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }

  /// Brings scores up to date if no server does: so that what is read is right to the second.
  func catchUp() async throws {
    guard let lock = try OwnerLock(databasePath: path) else { return }
    try await lock.held { try await Self.settle(makeFold()) }
  }

  static func settle(_ fold: Fold) async throws {
    while try await fold.foldNext() > 0 {}
    try await fold.adoptModel()
    while try await fold.passTime() > 0 {}
  }

  /// Folds what a command has taken in, with a progress bar, if no server does.
  func scoreWhatCameIn() async throws {
    guard let lock = try OwnerLock(databasePath: path) else { return Terminal.note("The running server scores what came in.") }
    try await lock.held {
      let fold = makeFold()
      let backlog = try await inquiries.backlog()
      var bar = ProgressBar("Scoring", unit: "entries")
      var done = 0
      while case let folded = try await fold.foldNext(), folded > 0 {
        done += folded
        bar.show(fraction: Double(done) / Double(max(backlog, done, 1)), count: done)
      }
      try await Self.settle(fold)
      bar.show(fraction: 1, count: done, isLast: true)
    }
  }

  func close() async throws { try await database.close() }

  /// For what needs no configuration: keys, the outbox, backups work while a file of it is being mended.
  static func withoutConfiguration<T>(
    _ database: DatabaseOption, mayCreate: Bool = false, _ body: (House) async throws -> T
  ) async throws -> T {
    let blank = Blueprint(company: "", catalog: Catalog(), model: HealthModel(pillars: [], version: ""), version: "")
    return try await opened(open(database, blueprint: blank, mayCreate: mayCreate), body)
  }

  /// Opens, runs `body`, closes.
  static func with<T>(
    _ database: DatabaseOption, _ config: ConfigOption, mayCreate: Bool = false, showsWarnings: Bool = false,
    _ body: (House) async throws -> T
  ) async throws -> T {
    try await opened(open(database, blueprint: config.load(showsWarnings: showsWarnings), mayCreate: mayCreate), body)
  }

  private static func opened<T>(_ house: House, _ body: (House) async throws -> T) async throws -> T {
    do {
      let result = try await body(house)
      try await house.close()
      return result
    } catch {
      // The first error is the one to tell.
      try? await house.close()
      throw error
    }
  }
}

/// An instant as users write it.
struct InstantArgument: ExpressibleByArgument {
  var instant: Instant
  init?(argument: String) {
    guard let instant = Instant(iso8601: argument) else { return nil }
    self.instant = instant
  }
}
