import ArgumentParser
import Domain
import Engine
import Foundation
import Logging
import Postgres
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
    name: .long,
    help: ArgumentHelp(
      "Where data is kept: sqlite:PATH, or postgres://user@host:port/name. [HOLDFAST_DATABASE, else sqlite:holdfast.db]", valueName: "url"))
  var database: String?

  var url: String { database ?? ProcessInfo.processInfo.environment["HOLDFAST_DATABASE"] ?? "sqlite:holdfast.db" }

  enum Place {
    /// The path of a file.
    case sqlite(String)
    case postgres(PostgresAddress)
  }

  func place() throws -> Place {
    let prefix = "sqlite:"
    if PostgresAddress.isOne(url) { return .postgres(try PostgresAddress(url)) }
    guard url.hasPrefix(prefix), url.count > prefix.count else {
      throw ValidationError(
        "the database “\(Self.withoutPassword(url))” is neither sqlite:PATH, like sqlite:holdfast.db, nor postgres://user@host:port/name")
    }
    return .sqlite(String(url.dropFirst(prefix.count)))
  }

  /// What was written may be an address with a slip in it.
  private static func withoutPassword(_ url: String) -> String {
    guard let at = url.lastIndex(of: "@"), let colon = url[..<at].lastIndex(of: ":"), !url[colon...].hasPrefix("://") else { return url }
    return url[..<colon] + ":•••" + url[at...]
  }
}

/// Everything put together: the composition root of all commands that touch the database.
struct House {
  /// Where the database is, for people.
  let place: String
  let database: any Database
  let current: CurrentBlueprint
  let time: SystemClock
  let logger: Logger
  let ownership: Ownership

  /// The program's version.
  static let version = "0.1.0"

  /// - Parameters:
  ///   - mayCreate: whether a database that is not there is made. On PostgreSQL it is there, and gets its tables.
  ///   - asFound: whether the database is left as it is, even where its tables are not those of this program.
  static func open(_ option: DatabaseOption, blueprint: Blueprint, mayCreate: Bool, asFound: Bool = false) async throws -> House {
    let (time, logger) = (SystemClock(), try makeLogger())
    let current = CurrentBlueprint(blueprint)
    switch try option.place() {
    case .sqlite(let path):
      guard mayCreate || FileManager.default.fileExists(atPath: path) else {
        throw Refusal(
          "there is no database at \(path) yet: `holdfast serve` or `holdfast import` makes it (or name another one with --database)")
      }
      let database = try SQLiteDatabase(path: path)
      if !asFound { try await prepare(database) }
      return House(place: path, database: database, current: current, time: time, logger: logger, ownership: .file(path))
    case .postgres(let address):
      let database = postgres(address)
      if !asFound {
        do { try await prepare(database) } catch {
          try? await database.close()
          throw error
        }
        do { try await LogUpkeep.makeParts(at: time.now(), database) } catch let failure as DatabaseFailure {
          logger.warning("the log could not be divided ahead; the server tries again", metadata: ["error": "\(failure.detail)"])
        }
      }
      let membership = Membership(
        database: database, name: NodeName.own.text, current: current, isSurelyGone: { NodeName($0)?.isSurelyGone ?? false }, time: time,
        logger: logger)
      return House(
        place: address.description, database: database, current: current, time: time, logger: logger, ownership: .nodes(membership))
    }
  }

  private static func prepare(_ database: any Database) async throws {
    try await Migrator.migrate(database)
    try await database.read { try MoveMark.requireNone($0) }
  }

  /// Connects at the first use.
  static func postgres(_ address: PostgresAddress) -> PostgresDatabase {
    let time = SystemClock()
    return PostgresDatabase(address: address) { try await time.sleep(for: .milliseconds(Int64($0 * 1_000))) }
  }

  /// - Throws: `Refusal` where the environment asks for what there is not.
  static func makeLogger() throws -> Logger {
    let environment = ProcessInfo.processInfo.environment
    let isJSON = try choice("HOLDFAST_LOG_FORMAT", of: ["text", "json"], in: environment) == "json"
    let level = try choice("HOLDFAST_LOG", of: Logger.Level.allCases.map(\.rawValue), in: environment).flatMap(Logger.Level.init(rawValue:))
    var logger = Logger(label: "holdfast") { label -> any LogHandler in
      if isJSON { return JSONLog { FileHandle.standardError.write($0) } }
      return StreamLogHandler.standardError(label: label)
    }
    logger.logLevel = level ?? .notice
    return logger
  }

  /// A word of the environment; `nil` where it is not set. A slip in it must not pass for the usual.
  private static func choice(_ name: String, of words: [String], in environment: [String: String]) throws -> String? {
    guard let word = environment[name], !word.isEmpty else { return nil }
    guard words.contains(word) else { throw Refusal("\(name) takes \(words.joined(separator: ", ")), not “\(word)”") }
    return word
  }

  var inquiries: Inquiries { Inquiries(database: database, current: current, time: time) }
  /// With what the fold of this process has not written yet.
  func inquiries(of fold: Fold) -> Inquiries { Inquiries(database: database, current: current, time: time, fold: fold) }
  var keys: KeyStore { KeyStore(database: database, time: time, randomBytes: Self.randomBytes) }
  func desk(onDeliveries: @escaping @Sendable () -> Void = {}) -> Desk {
    Desk(database: database, time: time, makeID: Desk.ids(Self.randomBytes), onDeliveries: onDeliveries)
  }
  var people: People { People(database: database, time: time, randomBytes: Self.randomBytes) }

  func makeLog() async throws -> Log {
    try await Log(database: database, randomKey: (.random(in: 0...UInt64.max), .random(in: 0...UInt64.max)))
  }

  static let randomBytes: @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }

  /// Brings scores up to date if no server does: so that what is read is right to the second.
  func catchUp() async throws {
    _ = try await alone { try await Self.settle($0) }
  }

  /// Runs `body` with the fold as the only one who works on the database; `nil` where a server does.
  /// - Parameter trails: whether roll-ups may trail; `body` brings them up to date at its end.
  func alone<T: Sendable>(trails: Bool = false, _ body: @escaping @Sendable (Fold) async throws -> T) async throws -> T? {
    switch ownership {
    case .file(let path):
      guard let lock = try OwnerLock(databasePath: path) else { return nil }
      return try await lock.held {
        try await body(Fold(database: database, current: current, time: time, logger: logger, trailsFrom: trails ? Fold.usualTrail : nil))
      }
    case .nodes(let membership):
      guard try await membership.isAlone() else { return nil }
      let fold = Fold(
        database: database, current: current, time: time, logger: logger, tenancy: membership,
        trailsFrom: trails ? Fold.usualTrail : nil)
      return try await membership.asNode {
        try await membership.tend()
        // Another node may have come at the same moment.
        return membership.tenure.isWhole ? try await body(fold) : nil
      }
    }
  }

  static func settle(_ fold: Fold) async throws {
    while try await fold.foldNext() > 0 {}
    try await fold.adoptModel()
    while try await fold.passTime() > 0 {}
    try await fold.rollUp()
  }

  /// Runs `body` with a sink for what a command takes in. At the end all of it is scored: in the commits that append it where nobody else
  /// works on the file, afterwards where this process may join the nodes alone, else by the server that runs.
  func takeIn(_ body: @escaping @Sendable (any IntakeSink) async throws -> Void) async throws {
    let log = try await makeLog()
    if case .file = ownership {
      let done: Bool? = try await alone(trails: true) { fold in
        try await score(by: fold)
        let result = await Self.result { try await body(DirectIntake(database: database, log: log, time: time, fold: fold)) }
        // What came before something stopped it is taken all the same.
        try await score(by: fold)
        try result.get()
        return true
      }
      if done != nil { return }
    }
    let result = await Self.result {
      try await body(PacedIntake(intake: DirectIntake(database: database, log: log, time: time), house: self))
    }
    let scored: Bool? = try await alone(trails: true) { fold in
      try await score(by: fold)
      return true
    }
    if scored == nil { Terminal.note("The running server scores what came in.") }
    try result.get()
  }

  private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  /// Folds what waits, with a progress bar where there is much of it.
  private func score(by fold: Fold) async throws {
    let backlog = try await inquiries.backlog()
    var bar = ProgressBar("Scoring", unit: "entries")
    var done = 0
    // Nobody waits for an answer: large steps write each page fewer times.
    while case let folded = try await fold.foldNext(limit: 20_000), folded > 0 {
      done += folded
      bar.show(fraction: Double(done) / Double(max(backlog, done, 1)), count: done)
    }
    try await House.settle(fold)
    if done > 0 { bar.show(fraction: 1, count: done, isLast: true) }
  }

  /// What this process tells of itself.
  func program(startedAt: Instant) -> ProgramInfo {
    let kind = if case .file = ownership { "SQLite" } else { "PostgreSQL" }
    return ProgramInfo(version: Self.version, database: kind, place: place, node: NodeName.own.text) {
      ProcessVitals(residentBytes: ProcessMemory.resident, startedAt: startedAt)
    }
  }

  func close() async throws { try await database.close() }

  /// For what needs no configuration: keys, the outbox, backups work while a file of it is being mended.
  static func withoutConfiguration<T>(
    _ database: DatabaseOption, mayCreate: Bool = false, asFound: Bool = false, _ body: (House) async throws -> T
  ) async throws -> T {
    let blank = Blueprint(company: "", catalog: Catalog(), model: HealthModel(pillars: [], version: ""), version: "")
    return try await opened(open(database, blueprint: blank, mayCreate: mayCreate, asFound: asFound), body)
  }

  /// Opens, runs `body`, closes.
  static func with<T>(
    _ database: DatabaseOption, _ config: ConfigOption, mayCreate: Bool = false, asFound: Bool = false, showsWarnings: Bool = false,
    _ body: (House) async throws -> T
  ) async throws -> T {
    try await opened(
      open(database, blueprint: config.load(showsWarnings: showsWarnings), mayCreate: mayCreate, asFound: asFound), body)
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
