import Domain

/// Every signal computed naively from a customer's raw entries, after what `Signal` says each means. Shares no code with `SignalReader`.
package struct ReferenceSignals {
  let customer: ReferenceCustomer
  let at: Instant
  let catalog: Catalog

  package init(_ customer: ReferenceCustomer, at: Instant, catalog: Catalog) {
    self.customer = customer
    self.at = at
    self.catalog = catalog
  }

  package func value(of signal: Signal) -> Value? {
    switch signal {
    case .age(let selector): events(selector).map(\.at).max().map { .duration(at - $0) } ?? .duration(.never)
    case .count(let selector, let days): .number(Double(days.map { count(selector, days: $0, back: 0) } ?? events(selector).count))
    case .trend(let selector, let days):
      count(selector, days: days, back: days) == 0
        ? nil : .number(Double(count(selector, days: days, back: 0)) / Double(count(selector, days: days, back: days)) - 1)
    case .features(let core, let within): .number(Double(features(core: core, within: within)))
    case .goals: .number(Double(catalog.goals.count { isReached($0) }))
    case .goal(let key): .boolean(catalog.goals.contains { $0.key == key && isReached($0) })
    case .activeContacts(let span): .number(Double(activeContacts(span)))
    case .seatsUsed(let span): seats.flatMap { $0 > 0 ? .number(Double(activeContacts(span)) / $0) : nil }
    case .nps: nps
    case .tenure: .duration(at - customer.startedAt)
    case .journey: .text(journey)
    case .customerID: .text(customer.id)
    case .customerName: customer.attribute("name")?.string.map(Value.text)
    case .attribute(let key, let type): attribute(key, type)
    case .score, .band: nil
    default: ticketValue(of: signal) ?? subscriptionValue(of: signal)
    }
  }

  // MARK: Events

  private func events(_ selector: EventSelector) -> [(at: Instant, person: String?)] {
    switch selector {
    case .named(let name): customer.events { $0 == name }
    case .usage: customer.events { name in catalog.features.contains { $0.event == name } }
    case .activity: customer.events { _ in true }
    }
  }

  /// On the `days` UTC days that end `back` days before today.
  private func count(_ selector: EventSelector, days: Int, back: Int) -> Int {
    let last = Int(at.day.number) - back
    return events(selector).count { Int($0.at.day.number) > last - days && Int($0.at.day.number) <= last }
  }

  private func features(core: Bool, within: TimeSpan?) -> Int {
    catalog.features.filter { $0.isCore || !core }.count { feature in
      guard let last = customer.events({ $0 == feature.event }).map(\.at).max() else { return false }
      return within.map { at - last < $0 } ?? true
    }
  }

  private func isReached(_ goal: GoalDeclaration) -> Bool {
    switch goal.reached {
    case .event(let event): !customer.events { $0 == event }.isEmpty
    case .condition(let formula): ReferenceFormula(signals: self).value(of: formula.term) == .boolean(true)
    }
  }

  private func activeContacts(_ span: TimeSpan) -> Int {
    Set(customer.events { _ in true }.filter { at - $0.at < span }.compactMap(\.person)).count
  }

  // MARK: Tickets

  private func ticketValue(of signal: Signal) -> Value? {
    let tickets = customer.tickets().filter { $0.openedAt <= at }.map { TicketNow($0, at: at) }
    let open = tickets.filter(\.isOpen)
    switch signal {
    case .openTickets: return .number(Double(open.count))
    case .unresolvedTickets(let age): return .number(Double(open.count { at - $0.openedAt >= age }))
    case .tickets(let span): return .number(Double(tickets.count { at - $0.openedAt < span }))
    case .reopenedTickets(let span): return .number(Double(tickets.count { $0.reopened.contains { at - $0 < span } }))
    case .oldestOpenTicket: return open.map(\.openedAt).min().map { .duration(at - $0) }
    case .resolutionTime(let span):
      let times = tickets.filter { !$0.isOpen && at - $0.since < span }.map { Int64(($0.since - $0.openedAt).seconds) }
      return times.isEmpty ? nil : .duration(.seconds(times.reduce(0, +) / Int64(times.count)))
    case .ticketSatisfaction(let span):
      let ratings = tickets.filter { !$0.isOpen && at - $0.since < span }.compactMap(\.satisfaction)
      return ratings.isEmpty ? nil : .number(ratings.reduce(0, +) / Double(ratings.count))
    default: return nil
    }
  }

  /// A ticket as it stands at an instant.
  private struct TicketNow {
    var openedAt: Instant
    var satisfaction: Double?
    var isOpen: Bool
    /// Since when it has been open, or not.
    var since: Instant
    var reopened: [Instant]

    init(_ ticket: ReferenceCustomer.Ticket, at: Instant) {
      openedAt = ticket.openedAt
      satisfaction = ticket.satisfaction
      isOpen = true
      since = ticket.openedAt
      reopened = []
      for (time, status) in ticket.statuses where time <= at && status.isOpen != isOpen {
        isOpen = status.isOpen
        since = time
        if isOpen { reopened.append(time) }
      }
    }
  }

  // MARK: Subscriptions

  private var running: [SubscriptionRecord] {
    customer.subscriptions().filter { version, record in
      let over = record.status == "canceled" || record.status == "incomplete_expired"
      let end = record.canceledAt ?? (over ? version : nil)
      return record.startedAt <= at && (end.map { $0 > at } ?? true)
    }.map(\.record).sorted { $0.mrr != $1.mrr ? $0.mrr > $1.mrr : $0.id < $1.id }
  }

  private var seats: Double? {
    let stated = running.compactMap(\.seats)
    return stated.isEmpty ? customer.attribute("seats")?.double : stated.reduce(0, +)
  }

  private var mrr: Double? {
    customer.subscriptions().isEmpty ? customer.attribute("mrr")?.double : running.map(\.mrr).reduce(0, +)
  }

  private func subscriptionValue(of signal: Signal) -> Value? {
    switch signal {
    case .plan: (running.compactMap(\.plan).first ?? customer.attribute("plan")?.string).map(Value.text)
    case .tier: (running.compactMap(\.tier).first ?? customer.attribute("tier")?.string).map(Value.text)
    case .mrr: mrr.map(Value.number)
    case .arr: mrr.map { .number($0 * 12) }
    case .seats: seats.map(Value.number)
    case .subscribed: .boolean(!running.isEmpty)
    case .canceled: .boolean(running.isEmpty && customer.subscriptions().contains { $0.record.startedAt <= at })
    case .paymentFailed: .boolean(running.contains { $0.status == "past_due" || $0.status == "unpaid" })
    case .untilRenewal: running.compactMap(\.renewsAt).filter { $0 >= at }.min().map { .duration($0 - at) }
    default: nil
    }
  }

  // MARK: The rest

  private var nps: Value? {
    let answers = customer.responses().filter { $0.record.survey == "nps" && $0.record.score != nil && $0.at <= at }
    return answers.max { ($0.at, $0.record.id) < ($1.at, $1.record.id) }?.record.score.map(Value.number)
  }

  private var journey: String {
    let days = (at - customer.startedAt).microseconds / TimeSpan.days(1).microseconds
    return days <= 14 ? "onboarding" : days <= 30 ? "activation" : days <= 90 ? "engagement" : "renewal"
  }

  private func attribute(_ key: String, _ type: ValueType) -> Value? {
    guard let declared = catalog.attributes.first(where: { $0.key == key }), let json = customer.attribute(declared.trait) else {
      return nil
    }
    return switch type {
    case .text: json.string.map(Value.text)
    case .number: json.double.map(Value.number)
    case .boolean: json.bool.map(Value.boolean)
    case .date: json.string.flatMap { Instant(iso8601: $0) }.map(Value.instant)
    case .duration: nil
    }
  }
}
