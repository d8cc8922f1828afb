/// The support signals of one customer at one instant.
struct TicketSignals {
  let tickets: Dictionary<String, Ticket>.Values
  let at: Instant

  func reading(of signal: Signal) -> Reading {
    switch signal {
    case .openTickets: count { _, phase in phase.isOpen ? .counted(until: nil) : .not(until: nil) }
    case .unresolvedTickets(let age):
      count { ticket, phase in
        guard phase.isOpen else { return .not(until: nil) }
        return at - ticket.openedAt >= age ? .counted(until: nil) : .not(until: ticket.openedAt + age)
      }
    case .tickets(let span):
      count { ticket, _ in
        at - ticket.openedAt < span ? .counted(until: ticket.openedAt + span) : .not(until: nil)
      }
    case .reopenedTickets(let span):
      count { ticket, _ in
        guard let latest = ticket.reopenings.last(where: { $0 <= at }), at - latest < span else { return .not(until: nil) }
        return .counted(until: latest + span)
      }
    case .oldestOpenTicket: oldestOpen
    case .resolutionTime(let span):
      mean(within: span) { ticket, phase in Double((phase.since - ticket.openedAt).microseconds) }
        .mapping { .duration(TimeSpan(microseconds: Int64($0.rounded()))) }
    case .ticketSatisfaction(let span): mean(within: span) { ticket, _ in ticket.details.value.satisfaction }.mapping { .number($0) }
    default: Reading(nil)
    }
  }

  private enum Counted {
    case counted(until: Instant?)
    case not(until: Instant?)
  }

  /// How many tickets known at `at` count, and until when that holds.
  private func count(_ judge: (Ticket, Ticket.Phase) -> Counted) -> Reading {
    var number = 0
    var until: Instant?
    for ticket in tickets {
      guard let phase = ticket.phase(at: at) else {
        until = earliest(until, ticket.openedAt)
        continue
      }
      until = earliest(until, phase.until)
      switch judge(ticket, phase) {
      case .counted(let limit):
        number += 1
        until = earliest(until, limit)
      case .not(let limit): until = earliest(until, limit)
      }
    }
    return Reading(.number(Double(number)), until: until)
  }

  private var oldestOpen: Reading {
    var oldest: Instant?
    var until: Instant?
    for ticket in tickets {
      guard let phase = ticket.phase(at: at) else {
        until = earliest(until, ticket.openedAt)
        continue
      }
      until = earliest(until, phase.until)
      if phase.isOpen { oldest = earliest(oldest, ticket.openedAt) }
    }
    guard let oldest else { return Reading(nil, until: until) }
    return Reading(.duration(at - oldest), slope: 1, until: until)
  }

  private struct Mean {
    var value: Double?
    var until: Instant?
    func mapping(_ make: (Double) -> Value) -> Reading { Reading(value.map(make), until: until) }
  }

  /// The mean of `quantity` over tickets solved within `span`. Summed in the order of ids, so that the last
  /// bit does not depend on a dictionary's order.
  private func mean(within span: TimeSpan, of quantity: (Ticket, Ticket.Phase) -> Double?) -> Mean {
    var sum = 0.0
    var number = 0
    var until: Instant?
    for ticket in tickets.sorted(by: { $0.id < $1.id }) {
      guard let phase = ticket.phase(at: at) else {
        until = earliest(until, ticket.openedAt)
        continue
      }
      until = earliest(until, phase.until)
      guard !phase.isOpen, at - phase.since < span, let amount = quantity(ticket, phase) else { continue }
      until = earliest(until, phase.since + span)
      sum += amount
      number += 1
    }
    return Mean(value: number > 0 ? sum / Double(number) : nil, until: until)
  }
}
