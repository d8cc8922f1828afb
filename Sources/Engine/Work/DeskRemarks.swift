import Domain
import SQL
import Storage

/// What people have to do and have said about a customer.
public struct CustomerWork: Hashable, Sendable {
  /// Open ones by due time, then closed ones, the newest first.
  public var tasks: [CustomerTask]
  /// Newest first.
  public var notes: [CustomerNote]
  /// How it is seen now; `nil`: nobody has said.
  public var pulse: CustomerPulse?
  public init(tasks: [CustomerTask], notes: [CustomerNote], pulse: CustomerPulse?) {
    self.tasks = tasks
    self.notes = notes
    self.pulse = pulse
  }
}

extension Desk {
  /// Writes a note about a customer. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func note(_ text: String, about customer: String, by actor: AuditEntry.Actor, user: User?) async throws -> CustomerNote {
    try TaskRights.check(.remark, by: actor, user: user)
    let now = time.now()
    let note = try CustomerNote.written(id: newID(), customer: customer, text: text, at: now, by: actor)
    // The text stands in its own table, where it goes with the customer.
    let entry = entry(Record(action: "note.written", subject: note.id, customer: customer), by: actor, at: now)
    try await remark(about: customer, entry) { try NoteQueries.insert(note, $0) }
    return note
  }

  /// Says how somebody sees a customer now. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func setPulse(
    _ mood: CustomerPulse.Mood, text: String = "", of customer: String, by actor: AuditEntry.Actor, user: User?
  ) async throws -> CustomerPulse {
    try TaskRights.check(.remark, by: actor, user: user)
    let now = time.now()
    let pulse = try CustomerPulse.taken(customer: customer, mood: mood, text: text, at: now, by: actor)
    let blank = entry(Record(action: "pulse.set", subject: customer, customer: customer, to: mood.rawValue), by: actor, at: now)
    try await database.write { connection in
      guard try CustomerQueries.exists(customer, connection) else { throw WorkMistake.noCustomer(customer) }
      var entry = blank
      entry.from = try PulseQueries.newest(customer: customer, connection)?.mood.rawValue
      try PulseQueries.save(pulse, connection)
      try AuditQueries.insert(entry, connection)
    }
    return pulse
  }

  private func remark(
    about customer: String, _ entry: AuditEntry, _ save: @escaping @Sendable (any Connection) throws -> Void
  ) async throws {
    try await database.write { connection in
      guard try CustomerQueries.exists(customer, connection) else { throw WorkMistake.noCustomer(customer) }
      try save(connection)
      try AuditQueries.insert(entry, connection)
    }
  }

  // MARK: Snoozes

  /// Keeps an alert silent until then, also where it closes and opens again meanwhile; at its end people are told once if the customer is
  /// critical still. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func snooze(_ alert: String, until: Instant, reason: String, by actor: AuditEntry.Actor, user: User?) async throws -> Alert {
    let now = time.now()
    return try await change(alert: alert, action: SnoozeQueries.snoozed, by: actor, user: user, at: now) {
      (alert: Alert) throws(WorkMistake) -> Alert in
      try alert.snoozed(until: until, reason: reason, at: now)
    }
  }

  /// Ends a snooze before its time: whoever would have been told meanwhile is told now. - Throws: `WorkMistake`, `DatabaseFailure`.
  public func unsnooze(_ alert: String, by actor: AuditEntry.Actor, user: User?) async throws -> Alert {
    let now = time.now()
    return try await change(alert: alert, action: SnoozeQueries.awakened, by: actor, user: user, at: now) {
      (alert: Alert) throws(WorkMistake) -> Alert in
      try alert.awakened(at: now)
    }
  }

  private func change(
    alert id: String, action: String, by actor: AuditEntry.Actor, user: User?, at now: Instant,
    _ decide: @escaping @Sendable (Alert) throws(WorkMistake) -> Alert
  ) async throws -> Alert {
    try TaskRights.check(.remark, by: actor, user: user)
    guard let customer = Alert.customer(ofID: id) else { throw WorkMistake.noAlert(id) }
    let blank = entry(Record(action: action, subject: id, customer: customer), by: actor, at: now)
    return try await database.write { connection in
      guard let alert = try AlertQueries.load(id: id, customer: customer, connection) else { throw WorkMistake.noAlert(id) }
      let changed = try decide(alert)
      guard try SnoozeQueries.write(changed, at: now, connection) else { throw WorkMistake.alertClosed }
      var entry = blank
      // A snooze that is over is none.
      entry.from = alert.snoozedUntil.flatMap { $0 > now ? alert.snoozeWords(in: .utc) : nil }
      entry.to = changed.snoozeWords(in: .utc)
      try AuditQueries.insert(entry, connection)
      return changed
    }
  }

  // MARK: Reads

  /// Tasks, notes and the newest pulse of a customer; empty where there is nothing, or no such customer.
  public func customerWork(_ id: String, limit: Int = 200) async throws -> CustomerWork {
    try await database.read { connection in
      CustomerWork(
        tasks: try TaskQueries.all(customer: id, limit: limit, connection),
        notes: try NoteQueries.all(customer: id, limit: limit, connection),
        pulse: try PulseQueries.newest(customer: id, connection))
    }
  }
}
