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
      gathered(within: span) { ticket, phase in (phase.since - ticket.openedAt).microseconds / 1_000_000 }
        .mapping { .duration(.seconds($0.reduce(0, +) / Int64($0.count))) }
    case .ticketSatisfaction(let span):
      gathered(within: span) { ticket, _ in ticket.details.value.satisfaction }
        .mapping { ratings in DecimalSum(ratings).total.map { .number($0 / (DecimalSum.unit * Double(ratings.count))) } }
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

  private struct Gathered<Amount> {
    var amounts: [Amount] = []
    var until: Instant?
    func mapping(_ make: ([Amount]) -> Value?) -> Reading { Reading(amounts.isEmpty ? nil : make(amounts), until: until) }
  }

  /// `quantity` of each ticket solved within `span`. What is made of them must not depend on their order.
  private func gathered<Amount>(within span: TimeSpan, _ quantity: (Ticket, Ticket.Phase) -> Amount?) -> Gathered<Amount> {
    var found = Gathered<Amount>()
    for ticket in tickets {
      guard let phase = ticket.phase(at: at) else {
        found.until = earliest(found.until, ticket.openedAt)
        continue
      }
      found.until = earliest(found.until, phase.until)
      guard !phase.isOpen, at - phase.since < span, let amount = quantity(ticket, phase) else { continue }
      found.until = earliest(found.until, phase.since + span)
      found.amounts.append(amount)
    }
    return found
  }
}
