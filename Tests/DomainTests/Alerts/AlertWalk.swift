import Domain

/// What the tests of alerts are built from.
enum AlertFixture {
  static let start = Instant(microseconds: 1_764_000_000_000_000)
  static let subject = CriticalAlertDecision.Subject(customer: "acme/1", name: "Acme", owner: "ann@example.com")

  static func decision(_ rule: CriticalAlert) -> CriticalAlertDecision {
    let model = HealthModel(pillars: [], version: "m1")
    let blueprint = Blueprint(
      company: "Initech", publicURL: "https://cs.example.com", catalog: Catalog(), model: model, alerts: AlertRules(critical: rule),
      version: "b1")
    guard let decision = CriticalAlertDecision(blueprint) else { preconditionFailure("the rule is there") }
    return decision
  }

  static func health(_ score: Int, at: Instant = start) -> Health {
    Health(score: score, band: Bands().band(of: score), coverage: 1, calculatedAt: at, nextChangeAt: nil, model: "m1", points: [])
  }
}

/// One customer's alerts over time, as the engine would keep them: applies effects, fires timers, checks what must always hold.
struct AlertWalk {
  let decision: CriticalAlertDecision
  var now = AlertFixture.start
  var health: Health?
  var alerts: [String: Alert] = [:]
  var timers: [String: Instant] = [:]
  var deliveries: [Delivery] = []
  /// As the table keeps them: one of each id.
  var tasks: [String: CustomerTask] = [:]
  /// What broke, in words.
  var faults: [String] = []

  init(_ rule: CriticalAlert) { decision = AlertFixture.decision(rule) }

  var newest: Alert? { alerts.values.max { $0.openedAt < $1.openedAt } }

  /// Moves the score now.
  mutating func move(to score: Int, _ cause: HealthChange.Cause = .data, isHistory: Bool = false) {
    let after = AlertFixture.health(score, at: now)
    let move = CriticalAlertDecision.Move(before: health, after: after, cause: cause, isHistory: isHistory)
    let present = newest
    let effects = decision.decide(move, of: AlertFixture.subject, present: present, now: now) { nil }
    apply(effects)
    account(for: move, present: present, effects: effects)
    health = after
  }

  /// Lets time pass, firing timers in their order.
  mutating func pass(_ span: TimeSpan) {
    let end = now + span
    while let (id, at) = timers.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), at <= end {
      now = max(now, at)
      timers[id] = nil
      guard let alert = alerts[id], let health else { continue }
      apply(decision.wake(alert, of: AlertFixture.subject, health: health, now: now) { nil })
      requireTold(id, health)
    }
    now = end
  }

  /// Whoever is critical at the end of a snooze is told of.
  private mutating func requireTold(_ id: String, _ health: Health) {
    guard let alert = alerts[id], alert.state != .closed, health.band == .critical, !decision.rule.channels.isEmpty,
      let until = alert.snoozedUntil, until <= now
    else { return }
    if alert.notifiedAt.map({ $0 < until }) ?? true { faults.append("a snooze ended in silence at \(now.iso8601)") }
  }

  /// As a person does it: nothing happens where that is a mistake.
  mutating func snooze(until: Instant, reason: String = "on holiday") {
    guard let newest, let alert = try? newest.snoozed(until: until, reason: reason, at: now) else { return }
    alerts[alert.id] = alert
    timers[alert.id] = min(timers[alert.id] ?? until, until)
  }

  /// Ends a snooze before its time.
  mutating func awaken() {
    guard let newest, let alert = try? newest.awakened(at: now) else { return }
    alerts[alert.id] = alert
    if alert.state != .waiting { timers[alert.id] = now }
    pass(.zero)
  }

  private mutating func apply(_ effects: [AlertEffect]) {
    for effect in effects {
      switch effect {
      case .save(let alert): alerts[alert.id] = alert
      case .wake(let alert, let at):
        if at < now { faults.append("a wake lies in the past") }
        timers[alert] = at
      case .deliver(let delivery): deliver(delivery)
      case .task(let task):
        if let until = newest?.snoozedUntil, until > now { faults.append("work while snoozed") }
        if tasks[task.id] == nil { tasks[task.id] = task }
      }
    }
    let open = alerts.values.filter { $0.state != .closed }
    if open.count > 1 { faults.append("two open alerts at \(now.iso8601)") }
    if let newest, let open = open.first, open.id != newest.id { faults.append("an older alert is open") }
  }

  private mutating func deliver(_ delivery: Delivery) {
    if deliveries.contains(where: { $0.key == delivery.key }) { faults.append("key twice: \(delivery.key)") }
    if health == nil { faults.append("told at the first score") }
    let recent = deliveries.last { $0.channel == delivery.channel && now - $0.createdAt < decision.rule.coolDown }
    // Only the end of a snooze, once, is told within the cool-down: somebody has asked for it.
    let isSnoozeOver = newest?.snoozedUntil.map { $0 <= now && recent?.createdAt ?? now < $0 } ?? false
    if recent != nil, !isSnoozeOver { faults.append("told twice within the cool-down at \(now.iso8601)") }
    if let until = newest?.snoozedUntil, until > now { faults.append("told while snoozed") }
    deliveries.append(delivery)
  }

  /// Every entering is told, waits, is held back with a reason, or falls under a named rule.
  private mutating func account(for move: CriticalAlertDecision.Move, present: Alert?, effects: [AlertEffect]) {
    let told = effects.contains { if case .deliver = $0 { true } else { false } }
    guard let before = move.before, before.band != .critical, move.after.band == .critical else {
      if told { faults.append("told without an entering") }
      return
    }
    if move.cause == .model || move.cause == .repair, told { faults.append("paged by \(move.cause)") }
    if told { return }
    if move.isHistory, move.cause == .data { return }
    guard let newest, newest.state != .closed else {
      faults.append("an entering without an alert at \(now.iso8601)")
      return
    }
    let isAlreadyTold = present?.id == newest.id && newest.hasTold
    let waits = newest.state == .waiting && timers[newest.id] != nil
    if !isAlreadyTold, !waits, newest.heldBack == nil { faults.append("an entering in silence at \(now.iso8601)") }
  }
}
