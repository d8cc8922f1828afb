/// Reads signals from a customer's state at an instant, under a catalog. The one place that says what a signal means in Swift.
public struct SignalReader: Sendable {
  let catalog: Catalog
  private let traits: [String: String]
  private let goals: [String: GoalDeclaration]

  public init(catalog: Catalog) {
    self.catalog = catalog
    traits = Dictionary(catalog.attributes.map { ($0.key, $0.trait) }, uniquingKeysWith: { first, _ in first })
    goals = Dictionary(catalog.goals.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameter health: the stored score, for formulas that may ask for `score` and `band`.
  public func reading(of signal: Signal, in state: CustomerState, at: Instant, health: Health? = nil) -> Reading {
    switch signal {
    case .age, .count, .trend, .features, .goals, .goal, .activeContacts, .seatsUsed:
      usageReading(of: signal, in: state, at: at)
    case .openTickets, .unresolvedTickets, .tickets, .reopenedTickets, .oldestOpenTicket, .resolutionTime, .ticketSatisfaction:
      TicketSignals(tickets: state.tickets.values, at: at).reading(of: signal)
    case .plan, .tier, .mrr, .arr, .seats, .subscribed, .canceled, .paymentFailed, .untilRenewal:
      SubscriptionSignals(state: state, at: at).reading(of: signal)
    case .nps: nps(in: state, at: at)
    case .tenure: Reading(.duration(at - state.startedAt), slope: 1)
    case .journey: journey(startedAt: state.startedAt, at: at)
    case .customerID: Reading(.text(state.id))
    case .customerName: Reading(state.name.map(Value.text))
    case .attribute(let key, let type): Reading(state[attribute: traits[key] ?? key].flatMap { Value($0, as: type) })
    case .score: Reading(health.map { .number(Double($0.score)) })
    case .band: Reading(health.map { .text($0.band.rawValue) })
    }
  }

  // MARK: Events

  private func usageReading(of signal: Signal, in state: CustomerState, at: Instant) -> Reading {
    switch signal {
    case .age(let selector):
      guard let last = usage(of: selector, in: state).map(\.last).max() else { return Reading(.duration(.never)) }
      return Reading(.duration(at - last), slope: 1)
    case .count(let selector, let days): return count(of: usage(of: selector, in: state), days: days, at: at)
    case .trend(let selector, let days): return trend(of: usage(of: selector, in: state), days: days, at: at)
    case .features(let core, let within): return features(core: core, within: within, in: state, at: at)
    case .goals:
      var until: Instant?
      var reached = 0
      for goal in catalog.goals {
        let reading = self.reading(of: goal, in: state, at: at)
        until = earliest(until, reading.until)
        if reading.isTrue { reached += 1 }
      }
      return Reading(.number(Double(reached)), until: until)
    case .goal(let key): return goals[key].map { reading(of: $0, in: state, at: at) } ?? Reading(.boolean(false))
    case .activeContacts(let span): return activeContacts(within: span, in: state, at: at)
    case .seatsUsed(let span):
      let active = activeContacts(within: span, in: state, at: at)
      let seats = SubscriptionSignals(state: state, at: at).reading(of: .seats)
      let until = earliest(active.until, seats.until)
      guard case .number(let used)? = active.value, case .number(let bought)? = seats.value, bought > 0 else {
        return Reading(nil, until: until)
      }
      return Reading(.number(used / bought), until: until)
    default: return Reading(nil)
    }
  }

  /// The usage that a selector means: of several events each for itself.
  private func usage(of selector: EventSelector, in state: CustomerState) -> [EventUsage] {
    switch selector {
    case .named(let name): state.usage[name].map { [$0] } ?? []
    case .activity: state.activity.total > 0 ? [state.activity] : []
    case .usage: catalog.features.compactMap { state.usage[$0.event] }
    }
  }

  private func count(of usage: [EventUsage], days: Int?, at: Instant) -> Reading {
    guard let days else { return Reading(.number(Double(usage.reduce(0) { $0 + $1.total }))) }
    let today = at.day
    let from = today - (days - 1)
    let until = usage.firstDay(from: from, through: today).map { ($0 + days).start }
    return Reading(.number(Double(usage.count(from: from, through: today))), until: until)
  }

  private func trend(of usage: [EventUsage], days: Int, at: Instant) -> Reading {
    let today = at.day
    let middle = today - (days - 1)
    let from = today - (2 * days - 1)
    let leavesPresent = usage.firstDay(from: middle, through: today).map { ($0 + days).start }
    let leavesPast = usage.firstDay(from: from, through: middle - 1).map { ($0 + 2 * days).start }
    let until = earliest(leavesPresent, leavesPast)
    let before = usage.count(from: from, through: middle - 1)
    guard before > 0 else { return Reading(nil, until: until) }
    return Reading(.number(Double(usage.count(from: middle, through: today)) / Double(before) - 1), until: until)
  }

  private func features(core: Bool, within: TimeSpan?, in state: CustomerState, at: Instant) -> Reading {
    var until: Instant?
    var used = 0
    for feature in catalog.features where feature.isCore || !core {
      guard let usage = state.usage[feature.event] else { continue }
      guard let within else {
        used += 1
        continue
      }
      if at - usage.last < within {
        used += 1
        until = earliest(until, usage.last + within)
      }
    }
    return Reading(.number(Double(used)), until: until)
  }

  private func reading(of goal: GoalDeclaration, in state: CustomerState, at: Instant) -> Reading {
    switch goal.reached {
    case .event(let name): return Reading(.boolean(state.usage[name] != nil))
    case .condition(let formula):
      let reading = FormulaEvaluator(reader: self, state: state, at: at).reading(of: formula.term)
      return Reading(.boolean(reading.isTrue), until: reading.until)
    }
  }

  private func activeContacts(within span: TimeSpan, in state: CustomerState, at: Instant) -> Reading {
    var until: Instant?
    var active = 0
    for last in state.contacts.values where at - last < span {
      active += 1
      until = earliest(until, last + span)
    }
    return Reading(.number(Double(active)), until: until)
  }

  // MARK: Surveys, journey

  private func nps(in state: CustomerState, at: Instant) -> Reading {
    let answers = state.responses.values.filter { $0.value.record.survey == "nps" && $0.value.record.score != nil && $0.value.at <= at }
    let latest = answers.max { a, b in
      a.value.at == b.value.at ? a.value.record.id.precedesInBytes(b.value.record.id) : a.value.at < b.value.at
    }
    return Reading(latest?.value.record.score?.asSignal.map(Value.number))
  }

  private func journey(startedAt: Instant, at: Instant) -> Reading {
    let (stage, until) = JourneyStage.stage(startedAt: startedAt, at: at)
    return Reading(.text(stage.rawValue), until: until)
  }
}

extension JourneyStage {
  /// The stage at `at`, and when the next one begins. Days are spans of 24 hours since the start.
  public static func stage(startedAt: Instant, at: Instant) -> (stage: JourneyStage, until: Instant?) {
    let limits: [(JourneyStage, Int64)] = [(.onboarding, 15), (.activation, 31), (.engagement, 91)]
    for (stage, days) in limits where at - startedAt < .days(days) { return (stage, startedAt + .days(days)) }
    return (.renewal, nil)
  }
}

extension Value {
  /// The attribute's JSON as a value of the declared type; `nil` where it does not fit.
  public init?(_ json: JSON, as type: ValueType) {
    switch type {
    case .boolean:
      if let value = json.bool { self = .boolean(value) } else { return nil }
    case .number:
      if let value = (json.double ?? json.string.flatMap { Double($0) })?.asSignal { self = .number(value) } else { return nil }
    case .text:
      if let value = json.plainText { self = .text(value) } else { return nil }
    case .date:
      if let value = json.string.flatMap({ Instant(iso8601: $0) }) { self = .instant(value) } else { return nil }
    case .duration: return nil
    }
  }
}

extension [EventUsage] {
  fileprivate func count(from: Day, through: Day) -> Int { reduce(0) { $0 + $1.days.count(from: from, through: through) } }

  fileprivate func firstDay(from: Day, through: Day) -> Day? {
    lazy.compactMap { $0.days.firstDay(from: from, through: through) }.min()
  }
}
