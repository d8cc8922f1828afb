/// Decides what the move of a score means for the alert "critical entered": when it opens, whom it tells, when it stays silent and why,
/// when it closes.
///
/// An entering of critical is always told, or held back with its reason on the alert, or falls under one of these rules: a customer's
/// first score opens nothing; history opens nothing; an alert that already told somebody since it opened is only updated.
public struct CriticalAlertDecision: Hashable, Sendable {
  public let rule: CriticalAlert
  private let model: HealthModel
  private let company: String
  private let publicURL: String
  private let timeZone: String
  /// The channels that send mail, by name.
  private let mailServers: [String: MailServer]

  /// `nil` where the rule is switched off.
  public init?(_ blueprint: Blueprint) {
    guard let rule = blueprint.alerts.critical else { return nil }
    self.rule = rule
    model = blueprint.model
    company = blueprint.company
    publicURL = blueprint.publicURL
    timeZone = blueprint.timeZone
    mailServers = Dictionary(
      blueprint.channels.compactMap { channel in channel.mailServer.map { (channel.name, $0) } }, uniquingKeysWith: { first, _ in first })
  }

  /// Whom it is about.
  public struct Subject: Hashable, Sendable {
    public var customer: String
    public var name: String?
    /// The address of who looks after it.
    public var owner: String?
    public init(customer: String, name: String?, owner: String? = nil) {
      self.customer = customer
      self.name = name
      self.owner = owner
    }
  }

  /// A score as it was before and is after, and why.
  public struct Move: Hashable, Sendable {
    /// `nil`: there was no score before.
    public var before: Health?
    public var after: Health
    public var cause: HealthChange.Cause
    /// What caused it happened longer ago than the rule's `historyAge`.
    public var isHistory: Bool
    public init(before: Health?, after: Health, cause: HealthChange.Cause, isHistory: Bool) {
      self.before = before
      self.after = after
      self.cause = cause
      self.isHistory = isHistory
    }
  }

  /// What a move of the score brings about.
  /// - Parameters:
  ///   - present: the newest alert of the identity (customer, critical, "health"), open or closed; `nil`: there was none yet.
  ///   - explanation: asked for only when somebody is told.
  public func decide(
    _ move: Move, of subject: Subject, present: Alert?, now: Instant, explanation: () -> Explanation?
  ) -> [AlertEffect] {
    guard let before = move.before else { return [] }
    let entered = before.band != .critical && move.after.band == .critical
    let isNews = !(move.isHistory && move.cause == .data)
    if var alert = present, alert.state != .closed {
      if move.after.score >= closesAt { return [.save(closed(alert, at: now, health: move.after))] }
      let changed = alert.score != move.after.score || alert.band != move.after.band
      if changed { update(&alert, move.after, at: now) }
      if entered, isNews, alert.state == .open, !alert.hasTold {
        return tellOrHold(alert, subject, Telling(cause: move.cause, previous: before), now: now, explanation: explanation)
      }
      return changed ? [.save(alert)] : []
    }
    guard entered, isNews else { return [] }
    let alert = opened(subject, move.after, after: present, at: now)
    return tellOrHold(alert, subject, Telling(cause: move.cause, previous: before), now: now, explanation: explanation)
  }

  /// What a `wake` that has come due brings about: the end of the delay, of a cool-down or of a snooze. At the end of a snooze people are
  /// told once if the customer is critical then, whatever the cool-down: somebody has asked for that very time.
  /// - Parameter alert: as it is stored now.
  public func wake(_ alert: Alert, of subject: Subject, health: Health, now: Instant, explanation: () -> Explanation?) -> [AlertEffect] {
    guard alert.state != .closed else { return [] }
    let endsSnooze = alert.endsSnooze(at: now)
    guard !alert.hasTold || endsSnooze else {
      // Told of already, and snoozed for longer since this was asked for.
      guard let until = alert.snoozedUntil, until > now else { return [] }
      return [.wake(alert: alert.id, at: until)]
    }
    var alert = alert
    update(&alert, health, at: now)
    guard health.band == .critical else {
      guard alert.state == .waiting else { return [] }
      alert.heldBack = "no longer critical after the delay of \(rule.delay.words)"
      return [.save(closed(alert, at: now, health: health))]
    }
    let telling = Telling(cause: .time, previous: nil, mayWait: false, endsSnooze: endsSnooze)
    return tellOrHold(alert, subject, telling, now: now, explanation: explanation)
  }

  // MARK: Opening and closing

  /// The identity's reason.
  public static let reason = "health"

  /// From this score an alert closes: a score that only trembles around the limit stays one alert.
  private var closesAt: Int { min(model.bands.atRiskFrom + rule.hysteresis, 100) }

  private func opened(_ subject: Subject, _ health: Health, after last: Alert?, at now: Instant) -> Alert {
    let snooze = last.flatMap { last in last.snoozedUntil.flatMap { $0 > now ? (until: $0, reason: last.snoozeReason) : nil } }
    // Two openings never share an instant, so that their ids and their deliveries' keys differ, and what was told belongs to one of them.
    let openedAt = last.map { max(now, max($0.openedAt, $0.notifiedAt ?? $0.openedAt) + TimeSpan(microseconds: 1)) } ?? now
    return Alert(
      id: "\(Alert.Kind.critical.rawValue)/\(Self.reason)/\(subject.customer)/\(openedAt.microseconds)", customer: subject.customer,
      kind: .critical, reason: Self.reason, state: .open, openedAt: openedAt, updatedAt: now, notifiedAt: last?.notifiedAt,
      score: health.score, band: health.band, snoozedUntil: snooze?.until, snoozeReason: snooze?.reason)
  }

  private func update(_ alert: inout Alert, _ health: Health, at now: Instant) {
    alert.score = health.score
    alert.band = health.band
    alert.updatedAt = now
  }

  private func closed(_ alert: Alert, at now: Instant, health: Health) -> Alert {
    var alert = alert
    update(&alert, health, at: now)
    if alert.state == .waiting, alert.heldBack == nil { alert.heldBack = "recovered within the delay of \(rule.delay.words)" }
    alert.state = .closed
    alert.closedAt = now
    return alert
  }

  // MARK: Telling

  /// Why somebody might be told.
  private struct Telling {
    var cause: HealthChange.Cause
    var previous: Health?
    /// The delay has still to pass; otherwise it has.
    var mayWait = true
    /// A snooze is over, and nobody was told since.
    var endsSnooze = false
  }

  /// Why nobody is told now, and when to look again.
  private struct Hold {
    var words: String
    var until: Instant?
    /// It is only that no message goes out: there is work all the same.
    var leavesWork = false
  }

  /// Made when something is told: few moves tell anything.
  private var calendar: LocalCalendar { LocalCalendar(timeZone: timeZone) }

  private func hold(_ alert: Alert, _ telling: Telling, now: Instant) -> Hold? {
    switch telling.cause {
    case .model: return Hold(words: "a changed model moved the score, not the customer")
    case .repair: return Hold(words: "the daily batch mended the score, the customer did not move")
    case .data, .time: break
    }
    if let until = alert.snoozedUntil, until > now {
      return Hold(words: "snoozed \(alert.snoozeWords(in: calendar) ?? "")", until: until)
    }
    if rule.channels.isEmpty { return Hold(words: "the critical alert has no channels", leavesWork: true) }
    if !telling.endsSnooze, let told = alert.notifiedAt, now < told + rule.coolDown {
      let again = told + rule.coolDown
      return Hold(words: "told on \(calendar.minute(at: told)), again from \(calendar.minute(at: again))", until: again, leavesWork: true)
    }
    return nil
  }

  private func tellOrHold(
    _ alert: Alert, _ subject: Subject, _ telling: Telling, now: Instant, explanation: () -> Explanation?
  ) -> [AlertEffect] {
    var alert = alert
    let due = telling.mayWait ? now + rule.delay : now
    if let hold = hold(alert, telling, now: now), hold.until.map({ $0 > due }) ?? true {
      alert.state = .open
      alert.heldBack = hold.words
      return [.save(alert)] + (hold.until.map { [.wake(alert: alert.id, at: $0)] } ?? [])
        + (hold.leavesWork ? task(because: alert, subject, now: now) : [])
    }
    alert.heldBack = nil
    if due > now {
      alert.state = .waiting
      return [.save(alert), .wake(alert: alert.id, at: due)]
    }
    alert.state = .open
    // What is told a second time of the same opening is told at the end of a snooze.
    let repeated = alert.hasTold ? alert.snoozedUntil : nil
    alert.notifiedAt = max(now, alert.openedAt)
    let message = message(alert, subject, previous: telling.previous, explanation: explanation())
    let occasion = Occasion(message: message, alert: alert, repeated: repeated, now: now)
    return [.save(alert)] + deliveries(occasion, owner: subject.owner.flatMap(MailAddress.init)).map(AlertEffect.deliver)
      + task(because: alert, subject, now: now)
  }

  /// Work for the customer's owner; one task for each opening.
  private func task(because alert: Alert, _ subject: Subject, now: Instant) -> [AlertEffect] {
    guard let work = rule.task else { return [] }
    return [
      .task(
        CustomerTask(
          id: StableHash.fnv1a128Hex(Array(alert.id.utf8)), customer: subject.customer, title: work.title(about: subject),
          owner: subject.owner, dueAt: now + work.due, priority: work.priority, createdAt: now,
          createdBy: AuditEntry.Actor.automation.label, alert: alert.id))
    ]
  }

  private func message(_ alert: Alert, _ subject: Subject, previous: Health?, explanation: Explanation?) -> AlertMessage {
    AlertMessage(
      company: company, customer: subject.customer, name: subject.name, now: .init(score: alert.score, band: alert.band),
      previous: previous.map { .init(score: $0.score, band: $0.band) },
      reasons: explanation?.heaviestReasons(model: model) ?? [],
      link: publicURL.isEmpty ? nil : "\(publicURL)/customers/\(percentEncoded(subject.customer))", since: alert.openedAt)
  }

  /// One for each receiver: a Slack channel, a mail address. Each gets one however often and by however many channels the rule names it.
  private func deliveries(_ occasion: Occasion, owner: MailAddress?) -> [Delivery] {
    var named: Set<String> = []
    let calendar = calendar
    return rule.channels.flatMap { channel -> [Delivery] in
      let message = occasion.message
      guard let server = mailServers[channel] else { return [occasion.delivery(message.json, by: channel, receiver: channel)] }
      let receivers = owner.map { [$0] } ?? server.to
      guard !receivers.isEmpty else { return [occasion.undeliverable(by: channel, calendar)] }
      let footer = owner == nil ? "You get this because the channel \(channel) names you." : "You get this because you own this customer."
      return receivers.map { receiver in
        let mail = message.mail(to: receiver, footer: footer, calendar: calendar)
        return occasion.delivery(mail.json, by: channel, receiver: receiver.address)
      }
    }
    .filter { named.insert($0.key).inserted }
  }

  /// What the deliveries of an alert have in common.
  private struct Occasion {
    var message: AlertMessage
    var alert: Alert
    /// The end of the snooze after which it is told again; `nil`: it is told for the first time.
    var repeated: Instant?
    var now: Instant

    func delivery(_ payload: JSON, by channel: String, receiver: String) -> Delivery {
      let opening = "\(alert.openedAt.microseconds)" + (repeated.map { "/\($0.microseconds)" } ?? "")
      return Delivery(
        key: "alert/critical/\(alert.customer)/\(opening)/\(receiver)", customer: alert.customer, channel: channel, payload: payload,
        title: message.title, createdAt: now, nextAttemptAt: now)
    }

    /// Kept as failed from the beginning, so that people see that nobody was told.
    func undeliverable(by channel: String, _ calendar: LocalCalendar) -> Delivery {
      var delivery = delivery(message.mail(to: nil, footer: "", calendar: calendar).json, by: channel, receiver: channel)
      delivery.state = .failed
      delivery.finishedAt = now
      delivery.lastError = "nobody to send it to: the customer has no owner with a mail address, and the channel \(channel) names no \"to\""
      return delivery
    }
  }
}

extension CriticalAlert {
  /// Whether what happened at `at` is history when we learn of it at `now`.
  public func isHistory(_ at: Instant, now: Instant) -> Bool { now - at > historyAge }
}

extension AlertTask {
  /// The title of the task about a customer, cut where it is too long.
  func title(about subject: CriticalAlertDecision.Subject) -> String {
    let name = subject.name.flatMap { WorkText.trimmed($0).isEmpty ? nil : $0 } ?? subject.customer
    return WorkText.cut(title.replacing(Self.placeholder, with: name), to: CustomerTask.longestTitle)
  }
}

extension Alert {
  /// Whether people were told since it opened.
  public var hasTold: Bool { notifiedAt.map { $0 >= openedAt } ?? false }

  /// Whether a snooze of it is over and nobody was told since.
  func endsSnooze(at now: Instant) -> Bool {
    guard let snoozedUntil, snoozedUntil <= now else { return false }
    return notifiedAt.map { $0 < snoozedUntil } ?? true
  }

  /// The customer that an alert of this id is about; `nil` where it is no id of an alert.
  public static func customer(ofID id: String) -> String? {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 4, Kind(rawValue: String(parts[0])) != nil, Int64(parts[parts.count - 1]) != nil else { return nil }
    return parts[2..<(parts.count - 1)].joined(separator: "/")
  }
}
