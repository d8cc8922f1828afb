/// Parts of what is stored of a customer that lie in tables of their own or cost extra to read: who evaluates a condition reads only those
/// it asks for.
public struct StateParts: OptionSet, Hashable, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let usage = StateParts(rawValue: 1)
  public static let tickets = StateParts(rawValue: 2)
  public static let subscriptions = StateParts(rawValue: 4)
  public static let responses = StateParts(rawValue: 8)
  /// Who did what `usage` tells: each row's actor is looked up.
  public static let contacts = StateParts(rawValue: 16)
  public static let all: StateParts = [.usage, .tickets, .subscriptions, .responses, .contacts]

  /// What must be known of a customer to evaluate a formula.
  /// - Parameter goals: what the conditions of goals ask for.
  public init(of formula: Formula, goals: StateParts = .all) {
    self = formula.term.signals.reduce([]) { $0.union($1.parts(goals: goals)) }
  }
}

extension Signal {
  /// What the signal is read from, beside the customer's own row and score.
  fileprivate func parts(goals: StateParts) -> StateParts {
    switch self {
    case .activeContacts: [.usage, .contacts]
    case .seatsUsed: [.usage, .contacts, .subscriptions]
    case .goals, .goal: goals.union(.usage)
    default:
      switch input {
      case .events: .usage
      case .tickets: .tickets
      case .subscriptions: .subscriptions
      case .responses: .responses
      case .attribute, nil: []
      }
    }
  }
}
