import Domain

/// A ticket while anything may still happen to it.
struct SimulatedTicket: Sendable {
  var record: TicketRecord
  var contact: Int
  /// When its latest entry happened.
  var changedAt: Instant
  /// Day on which a solved one is opened again.
  var reopensOn: Int?
}

/// Tickets: opened in trouble, solved or left lying, sometimes opened again.
extension SimulatedCustomer {
  mutating func seekSupport(_ day: SimulatedDay, into entries: inout [LogEntry]) {
    for index in tickets.indices { follow(index, day, into: &entries) }
    tickets.removeAll { !$0.record.status.isOpen && $0.reopensOn == nil }
    let size = profile.plan == .enterprise ? 2.2 : profile.plan == .business ? 1.5 : profile.plan == .team ? 1.1 : 0.8
    guard tickets.count < 6, random.chance(persona.ticketsPerDay * size) else { return }
    let at = SimulatedCustomer.workingTime(on: day, offset: profile.country.offset, &random)
    guard at >= createdAt + .hours(1), random.chance(SimulatedDay.weekShape(at, offset: profile.country.offset)) else { return }
    let severe = persona == .sliding || persona == .onboardingStuck
    let priorities: [Double] = severe ? [10, 40, 35, 15] : [30, 50, 16, 4]
    let record = TicketRecord(
      id: "t-\(1_000 + profile.number)-\(ticketsOpened + 1)", subject: random.pick(Vocabulary.ticketSubjects), status: .open,
      priority: ["low", "normal", "high", "urgent"][random.index(weighted: priorities) ?? 1], openedAt: at)
    ticketsOpened += 1
    tickets.append(SimulatedTicket(record: record, contact: random.zipf(contacts), changedAt: at))
    state(tickets[tickets.count - 1], day, into: &entries)
  }

  private mutating func follow(_ index: Int, _ day: SimulatedDay, into entries: inout [LogEntry]) {
    var ticket = tickets[index]
    let at = SimulatedCustomer.workingTime(on: day, offset: profile.country.offset, &random)
    guard at > ticket.changedAt, !SimulatedDay.isWeekend(at, offset: profile.country.offset) else { return }
    if let reopensOn = ticket.reopensOn {
      guard day.index >= reopensOn else { return }
      ticket.reopensOn = nil
      ticket.record.status = .open
      ticket.record.solvedAt = nil
      ticket.record.satisfaction = nil
    } else if random.chance(persona.solvedPerDay) {
      ticket.record.status = random.chance(0.7) ? .solved : .closed
      ticket.record.solvedAt = at
      if random.chance(0.45) { ticket.record.satisfaction = satisfaction() }
      if persona != .churned, random.chance(0.07) { ticket.reopensOn = day.index + random.whole(in: 1...6) }
    } else if ticket.record.status == .open, random.chance(0.12) {
      ticket.record.status = .pending
    } else {
      return
    }
    ticket.changedAt = at
    tickets[index] = ticket
    state(ticket, day, into: &entries)
  }

  private mutating func state(_ ticket: SimulatedTicket, _ day: SimulatedDay, into entries: inout [LogEntry]) {
    add(.ticket(ticket.record), contact: ticket.contact, at: ticket.changedAt, day, into: &entries)
  }

  /// 1–5, better where things go well.
  private mutating func satisfaction() -> Double {
    let mean = 1 + persona.recommends / 10 * 4
    return min(max(random.bell(mean: mean, deviation: 0.8).rounded(), 1), 5)
  }
}
