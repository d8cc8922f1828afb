import Domain
import Formats
import Testing

@Suite("Records that are gone")
struct RecordStatementTests {
  private static let now = Instant(iso8601: "2025-06-01T12:00:00Z") ?? .epoch

  private static func entry(_ kind: RecordKind, _ row: [JSON.Member]) throws -> LogEntry {
    let outcome = try RecordReader(kind: kind).read(Row(line: 1, members: row), receivedAt: now - .days(1))
    guard case .entry(let entry) = outcome else { throw NoEntry(outcome: outcome) }
    return entry
  }

  private struct NoEntry: Error { var outcome: RecordOutcome }

  private static func deletion(_ entry: LogEntry) throws -> LogEntry? {
    let statement = try #require(RecordStatement(entry))
    // What is told of is what was stored.
    #expect(RecordStatement(text: statement.text) == statement)
    return try #require(RecordStatement(text: statement.text)).deletion(at: now, origin: "src:4")
  }

  @Test("An open ticket is closed with all else as it was; one that is over has nothing to tell", arguments: TicketStatus.allCases)
  func tickets(status: TicketStatus) throws {
    let entry = try Self.entry(
      .tickets,
      [
        .init("id", "T-1"), .init("customer", "acme"), .init("contact", "ada"), .init("subject", "Help"), .init("priority", "high"),
        .init("status", .string(status.rawValue)), .init("opened_at", "2025-05-01"), .init("satisfaction", 4),
      ])
    let deletion = try Self.deletion(entry)
    guard status.isOpen else { return #expect(deletion == nil) }
    #expect(
      deletion?.fact
        == .ticket(
          TicketRecord(
            id: "T-1", subject: "Help", status: .closed, priority: "high", openedAt: Instant(iso8601: "2025-05-01") ?? .epoch,
            solvedAt: Self.now, satisfaction: 4)))
    #expect(deletion?.actor == Actor(contact: "ada", customer: "acme"))
    #expect(deletion?.version == Self.now && deletion?.at == Self.now)
  }

  @Test(
    "A running subscription is canceled now, one that would end later too; one that is over has nothing to tell",
    arguments: [
      (nil, nil, true), ("active", "2025-07-01", true), ("active", "2025-05-31", false), ("canceled", nil, false), ("past_due", nil, true),
    ] as [(String?, String?, Bool)])
  func subscriptions(status: String?, ends: String?, isTold: Bool) throws {
    var row: [JSON.Member] = [
      .init("id", "s"), .init("customer", "acme"), .init("mrr", 99), .init("started_at", "2025-01-01"), .init("renews_at", "2026-01-01"),
    ]
    if let status { row.append(.init("status", .string(status))) }
    if let ends { row.append(.init("canceled_at", .string(ends))) }
    let deletion = try Self.deletion(try Self.entry(.subscriptions, row))
    #expect((deletion != nil) == isTold)
    guard case .subscription(let subscription)? = deletion?.fact else { return }
    #expect(subscription.status == "canceled" && subscription.canceledAt == Self.now && subscription.mrr == 99)
    #expect(subscription.renewsAt == nil)
  }

  @Test("A customer or contact says since when its row is gone, and takes that back when it returns")
  func marks() throws {
    let customer = try Self.entry(.customers, [.init("id", "acme"), .init("updated_at", "2025-01-01"), .init("plan", "pro")])
    #expect(try Self.deletion(customer)?.fact == .customer(attributes: [.init("deleted_at", "2025-06-01T12:00:00Z")]))
    let back = RecordStatement.returned(customer, at: Self.now, origin: "7")
    #expect(back.fact == .customer(attributes: [.init("plan", "pro"), .init("deleted_at", .null)]))
    #expect(back.version == Self.now && back.messageID != customer.messageID && back.at == customer.at)
    let contact = try Self.entry(.contacts, [.init("id", "ada"), .init("customer", "acme"), .init("deleted_at", "2025-05-01")])
    #expect(try Self.deletion(contact)?.actor == Actor(contact: "ada", customer: "acme"))
    // A row that says itself that it is deleted is believed.
    #expect(RecordStatement.returned(contact, at: Self.now, origin: "7").fact == contact.fact)
  }

  @Test("The same deletion has one id, another one another")
  func identity() throws {
    let statement = try #require(RecordStatement(try Self.entry(.customers, [.init("id", "acme")])))
    let first = statement.deletion(at: Self.now, origin: "src:4")
    #expect(statement.deletion(at: Self.now + .hours(1), origin: "src:4")?.messageID == first?.messageID)
    #expect(statement.deletion(at: Self.now, origin: "src:5")?.messageID != first?.messageID)
    #expect(first?.record == "acme", "so that the same row, come back, is told from a repeat")
  }

  @Test(
    "What is stored is read back or refused",
    arguments: ["", "{}", "[1]", #"{"kind":"event","payload":{}}"#, #"{"kind":"ticket","payload":{}}"#])
  func damaged(text: String) {
    #expect(RecordStatement(text: text) == nil)
  }
}
