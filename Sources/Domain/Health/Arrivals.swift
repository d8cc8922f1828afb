/// When something of each kind last happened in the whole company, as far as it has arrived: what coverage judges freshness by.
public struct Arrivals: Hashable, Sendable {
  public var events: Instant?
  public var tickets: Instant?
  public var subscriptions: Instant?

  public init(events: Instant? = nil, tickets: Instant? = nil, subscriptions: Instant? = nil) {
    self.events = events
    self.tickets = tickets
    self.subscriptions = subscriptions
  }

  /// Notes that a fact of this kind arrived at `at`.
  public mutating func note(_ fact: Fact, at: Instant) {
    switch fact {
    case .event: events = max(events ?? at, at)
    case .usage(_, _, let last): events = max(events ?? last, last)
    case .ticket: tickets = max(tickets ?? at, at)
    case .subscription: subscriptions = max(subscriptions ?? at, at)
    default: break
    }
  }

  /// Why a measure's points rest on nothing, or on something old; `nil` where its input is there and fresh.
  func gap(for measure: Measure, signal: Value?, state: CustomerState, at: Instant, freshness: Freshness) -> String? {
    for input in measure.signal.term.inputs {
      switch input {
      case .events:
        if state.activity.total == 0 { return "no event has been seen of this customer" }
        if let reason = Self.stale("event", last: events, limit: freshness.events, at: at) { return reason }
      case .tickets:
        if tickets == nil && state.tickets.isEmpty { return "no ticket has ever arrived" }
        if let reason = Self.stale("ticket", last: tickets, limit: freshness.tickets, at: at) { return reason }
      case .subscriptions:
        if state.subscriptions.isEmpty && signal == nil { return "no subscription is known of this customer" }
        if let reason = Self.stale("subscription", last: subscriptions, limit: freshness.subscriptions, at: at) { return reason }
      case .responses:
        if state.responses.isEmpty { return "no survey answer is known of this customer" }
      case .attribute(let name):
        if signal == nil { return "the attribute \(name) is not known" }
      }
    }
    return nil
  }

  private static func stale(_ kind: String, last: Instant?, limit: TimeSpan?, at: Instant) -> String? {
    guard let last, let limit, at - last > limit else { return nil }
    return "the newest \(kind) is \((at - last).words) old"
  }
}

/// What a formula reads from.
enum Input: Hashable {
  case events, tickets, subscriptions, responses
  case attribute(String)
}

extension Term {
  /// The kinds of data this formula reads, each once, in order of appearance.
  var inputs: [Input] {
    var found: [Input] = []
    for signal in signals {
      guard let input = signal.input, !found.contains(input) else { continue }
      found.append(input)
    }
    return found
  }

  /// All signals in it, in order of appearance.
  public var signals: [Signal] {
    switch self {
    case .literal: []
    case .signal(let signal): [signal]
    case .not(let a), .isMissing(let a), .oneOf(let a, _), .segment(_, let a): a.signals
    case .and(let a, let b), .or(let a, let b), .compare(_, let a, let b), .arithmetic(_, let a, let b), .contains(let a, let b):
      a.signals + b.signals
    }
  }
}

extension Signal {
  var input: Input? {
    switch self {
    case .age, .count, .trend, .features, .goals, .goal, .activeContacts, .seatsUsed: .events
    case .openTickets, .unresolvedTickets, .tickets, .reopenedTickets, .oldestOpenTicket, .resolutionTime, .ticketSatisfaction: .tickets
    case .plan, .tier, .mrr, .arr, .seats, .subscribed, .canceled, .paymentFailed, .untilRenewal: .subscriptions
    case .nps: .responses
    case .attribute(let name, _): .attribute(name)
    case .tenure, .journey, .customerID, .customerName, .score, .band: nil
    }
  }

  /// How many whole days back its window reaches, for windows counted by day; 0 for all others.
  var windowDays: Int {
    switch self {
    case .count(_, let days): days ?? 0
    case .trend(_, let days): 2 * days
    default: 0
    }
  }
}
