import ArgumentParser
import Domain
import Engine
import Foundation
import Logging
import SQLite
import Server
import Settings
import Simulator
import Storage

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "A believable company, loaded and served: look around without any setup.")

  @Option(help: "Where the demo lives.") var directory = Self.usualDirectory
  @Option(help: "How many customers.") var customers = 2_000
  @Option(help: "How many days of history.") var days = 180
  @Option(help: "The same seed makes the same company.") var seed: UInt64 = 1
  @Flag(help: "Make the company anew, even if there is one.") var fresh = false
  @Flag(help: "Load the company and stop, without serving.") var loadOnly = false
  @OptionGroup var listen: ListenOption

  func validate() throws {
    guard (1...100_000).contains(customers) else { throw ValidationError("--customers takes 1 to 100000") }
    guard (7...730).contains(days) else { throw ValidationError("--days takes 7 to 730") }
  }

  func run() async throws {
    let address = try listen.address()
    if !loadOnly { try await ListenOption.requireFree(address) }
    var config = ConfigOption()
    config.config = directory + "/config"
    var database = DatabaseOption()
    database.database = "sqlite:\(directory)/holdfast.db"
    try prepare()
    try await House.with(database, config, mayCreate: true) { house in
      if try await house.database.read({ try HousekeepingQueries.setting(Self.marker, $0) }) == nil { try await load(into: house) }
      try await house.catchUp()
      guard !loadOnly else {
        let again = directory == Self.usualDirectory ? "" : " --directory \(directory)"
        return Terminal.note("The company is loaded. `holdfast demo\(again)` serves it and prints a link that signs you in.")
      }
      for key in try await house.keys.all() where key.name == "demo" && key.revokedAt == nil { _ = try await house.keys.revoke(id: key.id) }
      let writeKey = try await house.keys.create(scope: .write, name: "demo")
      let apiKey = try await house.keys.create(scope: .api, name: "demo")
      let link = try await signInLink(house.people)
      let guide = try await DemoGuide(house: house, signInLink: link, writeKey: writeKey, apiKey: apiKey, directory: directory)
      try await Serving(house: house, config: config, address: address).run { port in
        Terminal.note(guide.text(host: address.host, port: port))
      }
    }
  }

  private static let usualDirectory = "demo"
  private static let marker = "demo_complete"

  /// The secret part of a link that signs in one of those who look after the made-up customers. The others are there as users too.
  private func signInLink(_ people: People) async throws -> String {
    var first: User?
    for member in Staff.members {
      let user: User
      do { user = try await people.user(email: member.email) } catch PeopleRefusal.unknown {
        let role = first == nil ? Role.operations : .successManager
        user = try await people.add(email: member.email, name: member.name, role: role, by: .automation).user
      }
      first = first ?? user
    }
    guard let first else { throw Refusal("the demo has nobody to sign in") }
    return try await people.makeLink(.signIn, for: first, by: .automation).token
  }

  /// Removes a demo that is to be made anew or was cut off, and writes the starter's configuration.
  private func prepare() throws {
    let manager = FileManager.default
    let finished = manager.fileExists(atPath: directory + "/complete")
    if manager.fileExists(atPath: directory), fresh || !finished {
      let isEmpty = try manager.contentsOfDirectory(atPath: directory).isEmpty
      guard isEmpty || manager.fileExists(atPath: directory + "/config/holdfast.yaml") else {
        throw Refusal("\(directory) is there and is no demo; name another place with --directory")
      }
      guard try OwnerLock(databasePath: directory + "/holdfast.db") != nil else {
        throw Refusal("a demo is running in \(directory); stop it first")
      }
      try manager.removeItem(atPath: directory)
    }
    try manager.createDirectory(atPath: directory + "/config", withIntermediateDirectories: true)
    for file in Starter.sop.files where !manager.fileExists(atPath: directory + "/config/" + file.name) {
      try Data(file.text.utf8).write(to: URL(fileURLWithPath: directory + "/config/" + file.name))
    }
  }

  private func load(into house: House) async throws {
    Terminal.note("Making a company of \(customers) customers with \(days) days of history; nothing in it is real.")
    let clock = VirtualClock(house.time.now())
    let company = CompanyGenerator(seed: seed, customers: customers, days: days, endingAt: house.time.now())
    var quiet = house.logger
    quiet.logLevel = .error
    // What happened in the made-up past is told to nobody, even where a real channel is configured.
    var silent = house.current.blueprint
    silent.alerts.critical?.channels = []
    let fold = Fold(database: house.database, current: CurrentBlueprint(silent), time: clock, logger: quiet)
    let sink = DirectIntake(database: house.database, log: try await house.makeLog(), time: clock)
    var bar = ProgressBar("Playing", unit: "entries")
    let total = company.totalDays
    var entries = 0
    try await CompanyPlayer(fold: fold, intake: sink, clock: clock).play(company) { day, count in
      entries = count
      bar.show(fraction: Double(day) / Double(total), count: count)
    }
    bar.show(fraction: 1, count: entries, isLast: true)
    try await fold.adoptModel()
    try await Staff.closeTasks(at: house.time.now(), seed: seed, house.database)
    try await house.database.write { try HousekeepingQueries.set(Self.marker, to: "yes", $0) }
    try Data().write(to: URL(fileURLWithPath: directory + "/complete"))
  }
}

/// What to do next, with real names from the demo company.
struct DemoGuide: Sendable {
  private let signInLink: String
  private let writeKey: String
  private let apiKey: String
  private let directory: String
  private let summary: HealthSummary
  private let story: (customer: String, name: String, contact: String, score: Int)?

  init(house: House, signInLink: String, writeKey: String, apiKey: String, directory: String) async throws {
    self.signInLink = signInLink
    self.writeKey = writeKey
    self.apiKey = apiKey
    self.directory = directory
    summary = try await house.inquiries.summary(at: nil)
    // Someone whom one sign-in lifts visibly: nobody has signed in for weeks, and no ticket is open.
    let condition = try Conditions.compile(
      "band != \"healthy\" and age(login) > 30d and age(login) < 60d and open_tickets == 0", house.current.blueprint)
    let page = try await house.inquiries.customers(.init(condition: condition, sort: .score, descending: true, limit: 20))
    var found: (customer: String, name: String, contact: String, score: Int)?
    for customer in page.items {
      let id = customer.id
      guard let contact = try await house.database.read({ try CustomerQueries.firstContact(of: id, $0) }) else { continue }
      found = (id, customer.name ?? id, contact, customer.health?.score ?? 0)
      break
    }
    story = found
  }

  func text(host: String, port: Int) -> String {
    let base = "http://\(host):\(port)"
    let bands = Band.allCases.reversed().map { "\(summary.bands[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
    var lines = [
      "", "Sign in:  \(base)/link/\(signInLink)", "  (for the next hour; the same command prints another one)", "",
      "Holdfast is up at \(base)", "",
      "  \(summary.customers) customers: \(bands); average score \(summary.average.map { String(format: "%.1f", $0) } ?? "–")",
      "  write key  \(writeKey)", "  API key    \(apiKey)", "",
    ]
    if let story {
      lines += [
        "Nobody at \(story.name) has signed in for a month; its score is \(story.score). Paste this into another terminal and see it move:",
        "",
        "  curl -s -u \(writeKey): \(base)/v1/track -H 'Content-Type: application/json' \\",
        "    -d '{\"userId\": \"\(story.contact)\", \"event\": \"Signed In\"}'", "",
        "  curl -s -H 'Authorization: Bearer \(apiKey)' \(base)/api/v1/customers/\(story.customer)/explanation", "",
        "Or, for people:", "",
        "  \(CommandLine.arguments[0]) explain \(story.customer) --config \(directory)/config \\",
        "    --database sqlite:\(directory)/holdfast.db", "",
      ]
    }
    lines.append(
      "Ctrl-C stops it. The same command starts it again as it was; with --fresh (make demo ARGS=--fresh) it makes a new company.")
    return lines.joined(separator: "\n")
  }
}
