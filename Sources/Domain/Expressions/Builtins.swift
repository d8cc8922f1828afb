/// The names that the language itself gives a meaning, as data: the checker, the documentation test and suggestions read the same table.
public enum Builtins {
  /// A bare name.
  struct Name: Sendable {
    var signal: Signal
    var type: ValueType
    /// The only values it can have, where that is known.
    var values: [String]? = nil
  }

  static let names: [String: Name] = [
    "goals": Name(signal: .goals, type: .number),
    "open_tickets": Name(signal: .openTickets, type: .number),
    "oldest_open_ticket": Name(signal: .oldestOpenTicket, type: .duration),
    "nps": Name(signal: .nps, type: .number),
    "plan": Name(signal: .plan, type: .text),
    "tier": Name(signal: .tier, type: .text),
    "mrr": Name(signal: .mrr, type: .number),
    "arr": Name(signal: .arr, type: .number),
    "seats": Name(signal: .seats, type: .number),
    "subscribed": Name(signal: .subscribed, type: .boolean),
    "canceled": Name(signal: .canceled, type: .boolean),
    "payment_failed": Name(signal: .paymentFailed, type: .boolean),
    "until_renewal": Name(signal: .untilRenewal, type: .duration),
    "tenure": Name(signal: .tenure, type: .duration),
    "journey": Name(signal: .journey, type: .text, values: JourneyStage.allCases.map(\.rawValue)),
    "id": Name(signal: .customerID, type: .text),
    "name": Name(signal: .customerName, type: .text),
    "score": Name(signal: .score, type: .number),
    "band": Name(signal: .band, type: .text, values: Band.allCases.map(\.rawValue)),
  ]

  /// What a function takes.
  enum Function: Sendable {
    /// `age(EVENT)`
    case ofEvent(@Sendable (EventSelector) -> Signal, ValueType)
    /// `count(EVENT, 30d)`: whole days; the window may be left out where `optional`.
    case ofEventInDays(@Sendable (EventSelector, Int?) -> Signal, optional: Bool)
    /// `tickets(30d)`
    case within(@Sendable (TimeSpan) -> Signal, ValueType)
    /// `features()`, `features(30d)`
    case optionallyWithin(@Sendable (TimeSpan?) -> Signal, ValueType)
    /// `goal(NAME)`
    case goal
    /// `in_segment(NAME)`
    case segment
    /// `date("2024-01-01")`
    case date
  }

  static let functions: [String: Function] = [
    "age": .ofEvent({ .age($0) }, .duration),
    "count": .ofEventInDays({ .count($0, days: $1) }, optional: true),
    "trend": .ofEventInDays({ .trend($0, days: $1 ?? 30) }, optional: false),
    "features": .optionallyWithin({ .features(core: false, within: $0) }, .number),
    "core_features": .optionallyWithin({ .features(core: true, within: $0) }, .number),
    "goal": .goal,
    "active_contacts": .within({ .activeContacts(within: $0) }, .number),
    "seats_used": .within({ .seatsUsed(within: $0) }, .number),
    "unresolved_tickets": .within({ .unresolvedTickets(olderThan: $0) }, .number),
    "tickets": .within({ .tickets(within: $0) }, .number),
    "reopened_tickets": .within({ .reopenedTickets(within: $0) }, .number),
    "resolution_time": .within({ .resolutionTime(within: $0) }, .duration),
    "ticket_satisfaction": .within({ .ticketSatisfaction(within: $0) }, .number),
    "in_segment": .segment,
    "date": .date,
  ]

  /// Words that stand for events without being declared.
  static let eventWords: [String: EventSelector] = ["usage": .usage, "activity": .activity]

  /// Every word of the language; attributes may not take one, save `attributeFallbacks`.
  public static var reservedNames: Set<String> {
    Set(names.keys).union(functions.keys).union(Lexer.keywords)
  }

  /// Event and feature keys may not take these.
  public static var reservedEventKeys: Set<String> { Set(eventWords.keys).union(Lexer.keywords) }

  /// Built-ins that fall back to the customer's attribute of the same name, with the type such an attribute must have.
  public static let attributeFallbacks: [String: ValueType] = ["plan": .text, "tier": .text, "mrr": .number, "seats": .number]

  /// How a function is called, for messages.
  static func example(_ name: String) -> String {
    switch functions[name] {
    case .ofEvent: "\(name)(login)"
    case .ofEventInDays: "\(name)(usage, 30d)"
    case .within: "\(name)(30d)"
    case .optionallyWithin: "\(name)(30d)"
    case .goal, .segment: "\(name)(NAME)"
    case .date: "date(\"2024-01-01\")"
    case nil: name
    }
  }
}

extension ValueType {
  /// "a number", for messages.
  public var withArticle: String { self == .boolean ? "a boolean (true or false)" : "a \(rawValue)" }
}

extension Builtins {
  /// The bare name that means this signal; empty for signals that take arguments.
  public static func word(for signal: Signal) -> String { words[signal] ?? "" }

  private static let words = Dictionary(uniqueKeysWithValues: names.map { ($0.value.signal, $0.key) })
}

extension Builtins {
  /// Every word of the language with what it is, names before functions, each in the order of the alphabet: for whoever types one.
  public static var vocabulary: [(word: String, about: String)] {
    names.sorted { $0.key < $1.key }.map { ($0.key, $0.value.type.rawValue) }
      + functions.keys.sorted().map { ($0, example($0)) } + eventWords.keys.sorted().map { ($0, "event") }
  }
}
