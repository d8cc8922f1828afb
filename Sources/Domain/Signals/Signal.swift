/// A typed value derived from what is stored of one customer, at one instant. The leaves of every formula.
///
/// Windows: those on counts and trends are whole UTC days (today and the days before, `days` in all), because roll-ups are kept by day;
/// all others are exact to the microsecond.
public enum Signal: Hashable, Sendable {
  // Events
  /// `age(EVENT)`: time since the last such event; `never` where there was none.
  case age(EventSelector)
  /// `count(EVENT)` or `count(EVENT, 30d)`: how many; `days` nil means ever.
  case count(EventSelector, days: Int?)
  /// `trend(EVENT, 30d)`: count in this window ÷ count in the window before − 1; missing where the window before has none.
  case trend(EventSelector, days: Int)
  /// `features()`, `features(30d)`, `core_features(…)`: distinct features used, ever or last used within the span.
  case features(core: Bool, within: TimeSpan?)
  /// `goals`: how many declared goals are reached.
  case goals
  /// `goal(NAME)`: whether that goal is reached.
  case goal(String)
  /// `active_contacts(30d)`: contacts with an event within the span.
  case activeContacts(within: TimeSpan)
  /// `seats_used(30d)`: active contacts ÷ seats, as a share (may exceed 1); missing where no seats are known.
  case seatsUsed(within: TimeSpan)

  // Tickets
  /// `open_tickets`: status open or pending.
  case openTickets
  /// `unresolved_tickets(7d)`: open or pending, and opened at least that long ago.
  case unresolvedTickets(olderThan: TimeSpan)
  /// `tickets(30d)`: opened within the span.
  case tickets(within: TimeSpan)
  /// `reopened_tickets(30d)`: opened again after being solved or closed, within the span.
  case reopenedTickets(within: TimeSpan)
  /// `oldest_open_ticket`: age of the oldest open one; missing where none is open.
  case oldestOpenTicket
  /// `resolution_time(90d)`: mean time from opened to solved, in whole seconds, of the tickets solved within the span; missing where none.
  case resolutionTime(within: TimeSpan)
  /// `ticket_satisfaction(90d)`: mean satisfaction (1–5) of rated tickets solved within the span; missing where none.
  case ticketSatisfaction(within: TimeSpan)

  // Surveys
  /// `nps`: the latest NPS answer (0–10) of any contact; missing where none.
  case nps

  // Subscription and customer
  /// `plan`, `tier`: of the running subscription with the highest MRR, else the customer's attribute of that name.
  case plan
  case tier
  /// `mrr`: sum over running subscriptions, else the attribute `mrr`; `arr` = 12 × mrr.
  case mrr
  case arr
  /// `seats`: sum over running subscriptions that state seats, else the attribute `seats`.
  case seats
  /// `subscribed`: a subscription is running.
  case subscribed
  /// `canceled`: there were subscriptions and none is running.
  case canceled
  /// `payment_failed`: a running subscription is past due or unpaid.
  case paymentFailed
  /// `until_renewal`: time to the next renewal date of a running subscription; missing where none is known.
  case untilRenewal
  /// `tenure`: time since the customer started.
  case tenure
  /// `journey`: onboarding, activation, engagement, renewal, by days since the customer started.
  case journey
  /// `id`, `name`.
  case customerID
  case customerName
  /// A declared attribute, by its key.
  case attribute(String, ValueType)

  // The score itself; not allowed inside the health model
  case score
  /// `band`: "healthy", "at-risk", "critical".
  case band
}

/// Which events a signal counts.
public enum EventSelector: Hashable, Sendable {
  /// One event by the name that SDKs send ("Signed In").
  case named(String)
  /// `usage`: any event declared as a feature.
  case usage
  /// `activity`: any event at all.
  case activity
}
