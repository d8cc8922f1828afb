import Domain
import Foundation

/// Where scenarios are played: a kind of database, a number of customers, and installations of the program to measure.
final class Stage {
  let options: Options
  let database: DatabaseKind
  let yardsticks: Yardsticks
  /// What filled databases hold.
  let filling: Filling
  private let program: String
  private let folder: String
  private let server: BareServer?
  private var template: Template?

  /// A filled database of which copies are made.
  private struct Template {
    var installation: Installation
    /// Seconds until the first server on it was ready: all customers got their first score.
    var firstStart: Double
  }

  /// - Parameter folder: need not be there.
  init(_ options: Options, on database: DatabaseKind, yardsticks: Yardsticks, program: String, folder: String) {
    self.options = options
    self.database = database
    self.yardsticks = yardsticks
    self.program = program
    self.folder = folder
    server = database == .postgres ? options.postgres.map(BareServer.init) : nil
    filling = Filling(customers: options.customers, now: Clock.now())
  }

  /// Plays with an installation of its own; nothing is left of it afterwards.
  /// - Parameter isFilled: on a database that knows all customers; `nil`: as the options say.
  func withInstallation(_ name: String, isFilled: Bool? = nil, _ body: (Installation) throws -> Void) throws {
    guard isFilled ?? options.isFilled else {
      return try withPlace(name) { place in
        try play(Installation(program: program, folder: "\(folder)/\(name)", place: place), body)
      }
    }
    let template = try filled().installation
    try withPlace(name, copying: template.place) { place in
      try play(Installation(copying: template, folder: "\(folder)/\(name)", place: place), body)
    }
  }

  /// Plays with a database alone; nothing is left of it afterwards.
  func withPlace(_ name: String, copying template: Place? = nil, _ body: (Place) throws -> Void) throws {
    let place = try makePlace(name, copying: template)
    do { try body(place) } catch {
      // What went wrong first is told.
      try? remove(place, name)
      throw error
    }
    try remove(place, name)
  }

  /// Seconds until the first server on a filled database was ready: all customers got their first score.
  func firstStart() throws -> Double { try filled().firstStart }

  /// Removes what was kept for copies.
  func close() throws {
    if let place = template?.installation.place { try remove(place, "filled") }
    template = nil
  }

  private func play(_ installation: Installation, _ body: (Installation) throws -> Void) throws {
    defer { installation.kill() }
    do { try body(installation) } catch {
      throw Interruption.cause == nil ? Failure("\(error)\(installation.lastWords)") : error
    }
  }

  // MARK: Databases

  private func makePlace(_ name: String, copying template: Place?) throws -> Place {
    try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    let file = "\(folder)/\(name)/holdfast.db"
    switch template {
    case nil:
      guard let server else { return .sqlite(file: file) }
      return .postgres(server, database: try server.makeDatabase())
    case .sqlite(let original):
      try FileManager.default.copyItem(atPath: original, toPath: file)
      return .sqlite(file: file)
    case .postgres(let server, let original): return .postgres(server, database: try server.makeDatabase(copying: original))
    }
  }

  private func remove(_ place: Place, _ name: String) throws {
    if case .postgres(let server, let database) = place { try server.drop(database) }
    try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
  }

  // MARK: Filled databases

  private func filled() throws -> Template {
    if let template { return template }
    Output.note("  filling a database with \(Report.grouped(Double(options.customers))) customers …")
    let place = try makePlace("filled", copying: nil)
    do {
      let template = try fill(place)
      self.template = template
      return template
    } catch {
      try? remove(place, "filled")
      throw error
    }
  }

  private func fill(_ place: Place) throws -> Template {
    let installation = try Installation(program: program, folder: "\(folder)/filled", place: place)
    defer { installation.kill() }
    do {
      // In a block of its own, so that the connection is closed when a server starts and when copies are made.
      let connection = try place.connect()
      try connection.inBulk { try filling.fill(connection) }
    }
    let server = try installation.start()
    try waitForDailyWork(place)
    try server.stop()
    // A copy of the file alone is to be all.
    if case .sqlite = place { try place.connect().run("PRAGMA wal_checkpoint(TRUNCATE)") }
    return Template(installation: installation, firstStart: server.startTime)
  }

  /// Waits until a server has looked at all that is done daily for the first time: on PostgreSQL it makes the view of the scores then.
  private func waitForDailyWork(_ place: Place) throws {
    let connection = try place.connect()
    try Clock.wait(upTo: 1_800, for: "the first look at daily work", every: 0.1) {
      try connection.number("SELECT COUNT(*) FROM shard WHERE checked_at IS NULL") == 0
    }
  }
}
