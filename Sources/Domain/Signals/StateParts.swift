/// Parts of what is stored of a customer that lie in tables of their own: who evaluates a condition reads only those it asks for.
public struct StateParts: OptionSet, Hashable, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let usage = StateParts(rawValue: 1)
  public static let tickets = StateParts(rawValue: 2)
  public static let subscriptions = StateParts(rawValue: 4)
  public static let responses = StateParts(rawValue: 8)
  public static let all: StateParts = [.usage, .tickets, .subscriptions, .responses]

  /// What must be known of a customer to evaluate a formula.
  public init(of formula: Formula) { self = formula.term.signals.reduce([]) { $0.union($1.parts) } }
}

extension Signal {
  /// What the signal is read from, beside the customer's own row and score.
  var parts: StateParts {
    switch self {
    case .age, .count, .trend, .features, .activeContacts: .usage
    case .seatsUsed: [.usage, .subscriptions]
    // The condition of a goal may ask for anything.
    case .goals, .goal: .all
    case .openTickets, .unresolvedTickets, .tickets, .reopenedTickets, .oldestOpenTicket, .resolutionTime, .ticketSatisfaction: .tickets
    case .nps: .responses
    case .plan, .tier, .mrr, .arr, .seats, .subscribed, .canceled, .paymentFailed, .untilRenewal: .subscriptions
    case .tenure, .journey, .customerID, .customerName, .attribute, .score, .band: []
    }
  }
}
