import Domain
import SQL
import TestKit

@testable import Storage

/// A company of some forty customers with owners, tiers, subscriptions, tickets and sign-ins, none of whom changes hands.
struct RandomCompany {
  static let owners = ["Ann@Example.com", "ann@example.com ", "bob@example.com", "Zoë"]
  var random: SplitMix64
  /// In the order of their arrival.
  var entries: [LogEntry]

  init(seed: UInt64, over span: TimeSpan = .days(40)) {
    random = SplitMix64(seed: seed, stream: 11)
    entries = []
    for number in 0..<300 {
      let at = RandomLog.start + random.span(upTo: span)
      let id = "\(random.chance(0.1) ? "C" : "c")\(random.below(40))"
      let fact: Fact
      switch random.below(10) {
      case 0...5: fact = .event(name: random.pick(["Signed In", "Report Created", "Report Shared"]), properties: [])
      case 6: fact = .ticket(TicketRecord(id: "t\(random.below(30))", status: random.pick(TicketStatus.allCases), openedAt: at))
      case 7: fact = .subscription(subscription(at: at))
      default: fact = .customer(attributes: attributes())
      }
      entries.append(
        LogEntry(messageID: "m\(number)", at: at, version: at, receivedAt: at, actor: Actor(customer: id), fact: fact))
    }
    entries.sort { $0.receivedAt < $1.receivedAt }
  }

  private mutating func attributes() -> [JSON.Member] {
    let all: [JSON.Member] = [
      JSON.Member("owner", random.chance(0.2) ? .null : .string(random.pick(Self.owners))),
      JSON.Member("tier", .string(random.pick(["gold", "silver"]))), JSON.Member("mrr", .integer(Int64(random.below(9) * 50))),
      JSON.Member("name", .string(random.pick(["Äpfel", "acme", "ACME Two", "zoo", "C1 Ltd"]))),
    ]
    return all.filter { _ in random.chance(0.6) }
  }

  private mutating func subscription(at: Instant) -> SubscriptionRecord {
    SubscriptionRecord(
      id: "s\(random.below(30))", tier: random.chance(0.7) ? random.pick(["gold", "basic"]) : nil, mrr: Double(random.below(9)) * 10,
      startedAt: at - .days(Int64(random.below(20))), canceledAt: random.chance(0.4) ? at + random.span(upTo: .days(20)) : nil)
  }
}

extension House {
  /// Takes entries in, each at the time of its arrival.
  func live(_ entries: [LogEntry]) async throws {
    for entry in entries {
      clock.set(max(clock.now(), entry.receivedAt))
      try await take([entry])
    }
  }

  /// Every customer, with all that is stored of it read whole.
  func everyone() async throws -> [StoredCustomer] {
    let (blueprint, now) = (current.blueprint, clock.now())
    return try await database.read {
      try CustomerWalk.page(after: .start, limit: 10_000, scope: blueprint.scope(today: now.day), $0).customers
    }
  }
}

/// The database as it was before a migration, as far as later ones add to it.
enum Undone {
  /// Takes away the tables, indexes and columns that a script has made.
  static func undo(_ script: String, _ connection: any Connection) throws {
    for line in script.split(separator: "\n").map({ $0.split(separator: " ").map(String.init) }) {
      if line.starts(with: ["CREATE", "TABLE"]) { try connection.script("DROP TABLE \(line[2])") }
      if line.starts(with: ["ALTER", "TABLE"]), line.dropFirst(3).starts(with: ["ADD", "COLUMN"]) {
        if line[5] == "owner" { try connection.script("DROP INDEX customer_owner") }
        try connection.script("ALTER TABLE \(line[2]) DROP COLUMN \(line[5])")
      }
      if line.starts(with: ["CREATE", "INDEX"]), line[4] == "alert" || line[4] == "delivery" {
        try connection.script("DROP INDEX \(line[2])")
      }
    }
  }

  /// Before people, tasks and the record of days.
  static func before9(_ connection: any Connection) throws {
    try connection.script("DROP INDEX route_position")
    try undo(Migration0009.script, connection)
    try connection.script("DELETE FROM schema_version WHERE version >= 9")
  }
}
