import Domain
import TestKit
import Testing

@Suite("Tickets")
struct TicketTests {
  private static let start = RandomLog.start

  private func openTickets(_ records: [(TicketRecord, version: Instant)], at: Instant) -> Value? {
    var state = CustomerState(id: "c")
    for (record, version) in records { state.merge(Ticket(record, version: version)) }
    return SignalReader(catalog: Catalog()).reading(of: .openTickets, in: state, at: at).value
  }

  @Test("what the latest record says of a ticket holds, even if it tells of an earlier solution")
  func solvedAgain() {
    let solved = TicketRecord(id: "t", status: .solved, openedAt: Self.start, solvedAt: Self.start + .days(1))
    let reopened = TicketRecord(id: "t", status: .open, openedAt: Self.start)
    let records = [
      (solved, version: Self.start + .days(2)), (reopened, version: Self.start + .days(3)), (solved, version: Self.start + .days(4)),
    ]
    #expect(openTickets(records, at: Self.start + .days(2)) == .number(0))
    #expect(openTickets(records, at: Self.start + .days(3)) == .number(1))
    #expect(openTickets(records, at: Self.start + .days(4)) == .number(0))
  }

  @Test("a ticket counts from its opening on, and not before")
  func future() {
    let record = TicketRecord(id: "t", status: .open, openedAt: Self.start + .hours(1))
    #expect(openTickets([(record, version: Self.start)], at: Self.start) == .number(0))
    #expect(openTickets([(record, version: Self.start)], at: Self.start + .hours(1)) == .number(1))
  }
}
