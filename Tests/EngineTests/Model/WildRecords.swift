import Domain
import SQL
import Storage
import TestKit

/// Fills the tables with what may stand there at the edges: several people's statements of the same thing at the same instant, numbers and
/// texts of every kind, more status changes than are kept.
struct WildRecords {
  private(set) var instants: [Instant] = []
  private var random: SplitMix64
  private var events: [Int64] = []

  init(seed: UInt64) { random = SplitMix64(seed: seed, stream: 9) }

  private static let events = ["Signed In", "Report Created", "Report Shared", "Export Used", "Alert Set", "Page Seen"]
  private static let values: [JSON] = [
    nil, true, false, 0, 5, 5.0, -0.0, 0.1, 2.5, -3, 1e14, 1e15, 1e16, 1e20, 1e-5, 1e-20, 0.0001, 123_456.789, 33.333333, 1e300, 1e-300,
    .integer(.max), .integer(.min), 9_007_199_254_740_993, "", "  ", "\t\n", "pro", "enterprise", "eu", "EU west", "activation", "c1", "12",
    "-12.5", "1e5", "0x10", "nan", "+5", ".5", " 5", "1e400", "2026-01-05", "2026-01-05T10:00:00+02:00", "2026-02-30",
    "2026-01-05 10:00:00.123456789", "9999-12-31", "0001-01-01", "1764547200", "Ünïcode", "e\u{301}", "\u{e9}", "it's \\ \"quoted\"",
    "*/ --",
    "🐟", ["pro"], ["value": "pro"], [],
  ]
  private static let beginnings: [JSON] = [
    1_764_547_200, 1_764_547_200.123456, 1_764_547_200_123, 1_764_547_200_123.5, -5e9, 1e12, 1e18, 99_999_999_999, 100_000_000_000, -1e11,
    0.0000005, -0.0000005, "2025-11-20", "2025-12-01T00:00:00.000001Z", "soon", true,
  ]
  private static let amounts = [0.0, 0.1, 0.2, 0.7, 33.333333, 99.99, 100.00005, -5, 1e10, 2e11, 1e300, 12.5, 8.33335, 49.99, 1e-9]

  /// Stores `count` customers.
  mutating func store(_ count: Int, _ connection: any Connection) throws {
    for event in Self.events { events.append(try UsageQueries.number(of: event, connection)) }
    // One of the visitors turned out to be a contact.
    var known = ActorRecord(id: "\u{1}a1", link: Versioned("u1", version: .epoch))
    known.root = "u1"
    try ActorQueries.save([known], connection)
    for index in 0..<count { try store("k\(index)", connection) }
  }

  private mutating func instant() -> Instant {
    // Few of them, so that statements tie.
    let at = RandomLog.start + .hours(Int64(random.below(60)) * 17)
    instants.append(at)
    return at
  }

  private mutating func attributes(_ share: Double) -> Attributes {
    var attributes = Attributes()
    for name in ["region", "employees", "trial", "renewal_on", "plan", "tier", "mrr", "seats", "name"] where random.chance(share) {
      attributes.merge(name, Versioned(random.pick(Self.values), version: .epoch + .days(Int64(random.below(3)))))
    }
    for name in ["created_at", "createdAt"] where random.chance(share) {
      attributes.merge(name, Versioned(random.pick(Self.beginnings), version: .epoch + .days(Int64(random.below(3)))))
    }
    return attributes
  }

  private mutating func owner(_ id: String) -> RecordOwner {
    RecordOwner(customer: id, actor: random.pick(["", id, "u1", "u2", "\u{1}a1"]), isPinned: random.chance(0.5))
  }

  private mutating func store(_ id: String, _ connection: any Connection) throws {
    var state = CustomerState(id: id, firstSeen: random.chance(0.2) ? .distantFuture : instant(), firstHeard: instant())
    state.attributes = attributes(0.6)
    try RecordQueries.save([StoredCustomer(state: state, isNamed: true, health: nil)], at: state.startedAt, connection)
    if random.chance(0.5) { try RecordQueries.saveContact(customer: id, id: id, attributes(0.4), connection) }
    try RecordQueries.saveContact(customer: id, id: id + "x", attributes(0.4), connection)
    var log = RandomLog(seed: random.next())
    for _ in 0..<random.below(8) {
      let at = instant()
      var record = log.ticket(at: at)
      if random.chance(0.5) { record.satisfaction = random.pick(Self.amounts) }
      let version = random.chance(0.5) ? at : at + random.span(upTo: .days(9))
      instants += [record.openedAt, version] + (record.solvedAt.map { [$0] } ?? [])
      try RecordQueries.add(Ticket(record, version: version), owner: owner(id), connection)
    }
    if random.chance(0.1) { try storeRestless(id, connection) }
    for _ in 0..<random.below(7) {
      let at = instant()
      var record = log.subscription(at: at)
      if random.chance(0.5) { record.mrr = random.pick(Self.amounts) }
      if random.chance(0.3) { record.seats = random.pick(Self.amounts) }
      instants += [record.startedAt] + [record.renewsAt, record.canceledAt].compactMap(\.self)
      try RecordQueries.add(Versioned(record, version: at), owner: owner(id), connection)
    }
    for _ in 0..<random.below(6) {
      var record = log.response()
      if random.chance(0.1) { record.score = random.pick([0.5, 1e20, -1e-20]) }
      let response = CustomerState.Response(record: record, at: instant())
      try RecordQueries.add(Versioned(response, version: instant()), owner: owner(id), connection)
    }
    try storeUsage(id, connection)
  }

  /// A ticket that two people have told more changes of than are kept.
  private mutating func storeRestless(_ id: String, _ connection: any Connection) throws {
    for actor in ["u1", "u2"] {
      var ticket: Ticket?
      for number in 0..<random.whole(in: 90...150) {
        let version = RandomLog.start + .hours(Int64(number) * 3 + (actor == "u1" ? 0 : 1))
        let status = random.pick(TicketStatus.allCases)
        let next = Ticket(TicketRecord(id: "restless", status: status, openedAt: RandomLog.start - .days(3)), version: version)
        if ticket == nil { ticket = next } else { ticket?.merge(next) }
      }
      if let ticket { try RecordQueries.add(ticket, owner: RecordOwner(customer: id, actor: actor, isPinned: false), connection) }
    }
  }

  private mutating func storeUsage(_ id: String, _ connection: any Connection) throws {
    var usage: [UsageKey: EventUsage] = [:]
    for _ in 0..<random.below(20) {
      let at = instant()
      let key = UsageKey(
        customer: id, actor: random.pick(["", "u1", "u2", "\u{1}a1", "\u{1}a2"]), isPinned: random.chance(0.3),
        event: random.pick(events), day: at.day)
      usage[key, default: EventUsage()].add(count: random.whole(in: 1...4), day: at.day, first: at, last: at, keepingFrom: at.day)
    }
    try UsageQueries.add(usage, connection)
  }
}
