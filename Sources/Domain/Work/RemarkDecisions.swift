extension CustomerNote {
  /// The longest note, in characters.
  public static let longest = 10_000

  /// A note, checked. - Throws: `WorkMistake` where it is empty or too long.
  public static func written(
    id: String, customer: String, text: String, at now: Instant, by actor: AuditEntry.Actor
  ) throws(WorkMistake) -> CustomerNote {
    CustomerNote(id: id, customer: customer, at: now, author: actor.label, text: try WorkText.block(text, .text, maximum: longest))
  }
}

extension CustomerPulse {
  /// The longest text beside a mood, in characters.
  public static let longest = 1_000

  /// How somebody sees the customer now, checked. - Throws: `WorkMistake` where the text is too long.
  public static func taken(
    customer: String, mood: Mood, text: String, at now: Instant, by actor: AuditEntry.Actor
  ) throws(WorkMistake) -> CustomerPulse {
    CustomerPulse(
      customer: customer, at: now, author: actor.label, mood: mood,
      text: try WorkText.block(text, .text, maximum: longest, mayBeEmpty: true))
  }
}

extension Alert {
  /// How long an alert may be snoozed, and the longest reason in characters.
  public static let longestSnooze = TimeSpan.days(366)
  public static let longestSnoozeReason = 500

  /// The alert silent until then, also where it closes and its identity opens again. - Throws: `WorkMistake`.
  public func snoozed(until: Instant, reason: String, at now: Instant) throws(WorkMistake) -> Alert {
    guard state != .closed else { throw .alertClosed }
    guard until > now else { throw .snoozeOver }
    guard until <= now + Self.longestSnooze else { throw .snoozeTooLong }
    var alert = self
    alert.snoozeReason = try WorkText.line(reason, .reason, maximum: Self.longestSnoozeReason)
    alert.snoozedUntil = until
    return alert
  }

  /// The alert no longer snoozed. - Throws: `WorkMistake` where it is not.
  public func awakened(at now: Instant) throws(WorkMistake) -> Alert {
    guard let snoozedUntil, snoozedUntil > now else { throw .notSnoozed }
    var alert = self
    alert.snoozedUntil = nil
    alert.snoozeReason = nil
    return alert
  }

  /// For people: "until 2026-11-30 09:05 UTC: they are on holiday"; `nil` where no snooze was ever set.
  public func snoozeWords(in calendar: LocalCalendar) -> String? {
    guard let snoozedUntil else { return nil }
    return "until \(calendar.minute(at: snoozedUntil))" + (snoozeReason.map { ": \($0)" } ?? "")
  }
}

extension SavedView {
  public static let longestName = 80
  public static let longestCondition = ExpressionLimits.sourceLength
  public static let longestSort = 64
  public static let maximumColumns = 40
  public static let longestColumn = 64
  /// How many views one person may have.
  public static let maximumPerPerson = 50

  /// The view in the form in which it is kept; that the condition compiles is for the caller to see. - Throws: `WorkMistake`.
  public func checked() throws(WorkMistake) -> SavedView {
    var view = self
    view.name = try WorkText.line(name, .name, maximum: Self.longestName)
    view.condition = try WorkText.block(condition, .condition, maximum: Self.longestCondition, mayBeEmpty: true)
    view.sort = try WorkText.line(sort, .sort, maximum: Self.longestSort, mayBeEmpty: true)
    guard columns.count <= Self.maximumColumns, columns.allSatisfy({ (1...Self.longestColumn).contains($0.unicodeScalars.count) }) else {
      throw .columns(maximum: Self.maximumColumns, characters: Self.longestColumn)
    }
    return view
  }

  /// For the audit log, in one line.
  public var words: String {
    let parts = ["“\(name)”", condition.isEmpty ? "all customers" : condition, sort, isShared ? "shared" : "private"]
    return WorkText.cut(parts.filter { !$0.isEmpty }.joined(separator: ", "), to: AuditEntry.longestValue)
  }
}
