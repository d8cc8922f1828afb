import Domain
import Storage

extension TimelineEntry {
  init(_ entry: LogEntry) {
    let (kind, title): (Kind, String) =
      switch entry.fact {
      case .event(let name, _): (.event, entry.actor.contact.map { "\(name) · \($0)" } ?? name)
      case .usage(let name, let count, _):
        (.event, (count == 1 ? "\(name), once" : "\(name), \(count) times") + (entry.actor.contact.map { " · \($0)" } ?? ""))
      case .contact: (.contact, "Contact \(entry.actor.contact ?? entry.actor.anonymous ?? "") updated")
      case .customer: (.customer, "Customer updated")
      case .alias(let previous): (.contact, "\(previous) is \(entry.actor.contact ?? "")")
      case .ticket(let ticket): (.ticket, "Ticket \(ticket.id)\(ticket.subject.map { " “\($0)”" } ?? "") \(ticket.status.rawValue)")
      case .subscription(let item):
        (
          .subscription,
          "Subscription \(item.id)\(item.plan.map { " (\($0))" } ?? "") \(item.status ?? (item.canceledAt == nil ? "running" : "ended"))"
        )
      case .response(let answer): (.response, "Survey \(answer.survey)\(answer.score.map { ": \(Value.number($0).words)" } ?? "")")
      }
    self.init(at: entry.at == .distantPast ? entry.receivedAt : entry.at, kind: kind, title: title)
  }

  init(_ change: HealthChange) {
    let cause =
      switch change.cause {
      case .data: "new data"
      case .time: "time passing"
      case .model: "another model"
      case .repair: "the daily batch"
      }
    let title =
      change.from.map { "Score \($0) → \(change.to) (\(change.bandTo.rawValue)), by \(cause)" }
      ?? "First score \(change.to) (\(change.bandTo.rawValue))"
    self.init(at: change.at, kind: .score, title: title)
  }

  static func all(_ alert: Alert) -> [TimelineEntry] {
    let held = alert.heldBack.map { ", nobody told: \($0)" } ?? ""
    let opened = TimelineEntry(at: alert.openedAt, kind: .alert, title: "Alert \(alert.kind.rawValue) opened at \(alert.score)\(held)")
    return [opened] + (alert.closedAt.map { [TimelineEntry(at: $0, kind: .alert, title: "Alert \(alert.kind.rawValue) closed")] } ?? [])
  }

  /// A snooze of an alert, or its end before its time, as the audit log has it.
  init(snooze entry: AuditEntry, _ labels: RoleLabels) {
    let actor = labels.name(ofActor: entry.actor)
    let title =
      entry.action == SnoozeQueries.snoozed
      ? "Alert snoozed by \(actor)\(entry.to.map { " \($0)" } ?? "")" : "Alert no longer snoozed, by \(actor)"
    self.init(at: entry.at, kind: .alert, title: title)
  }

  static func all(_ task: CustomerTask, _ labels: RoleLabels) -> [TimelineEntry] {
    let owner = task.owner.map { "for \($0)" } ?? "for nobody yet"
    let made = TimelineEntry(
      at: task.createdAt, kind: .task, title: "Task “\(task.title)” \(owner), by \(labels.name(ofActor: task.createdBy))")
    guard let closedAt = task.closedAt else { return [made] }
    let outcome = task.outcome.map { ": \($0.title)" } ?? ""
    let closer = task.closedBy.map { " by \(labels.name(ofActor: $0))" } ?? ""
    return [made, TimelineEntry(at: closedAt, kind: .task, title: "Task “\(task.title)” closed\(closer)\(outcome)\(excerpt(task.note))")]
  }

  init(_ note: CustomerNote) {
    self.init(at: note.at, kind: .note, title: "Note by \(note.author)\(Self.excerpt(note.text))")
  }

  init(_ pulse: CustomerPulse) {
    self.init(at: pulse.at, kind: .pulse, title: "\(pulse.author) sees it as \(pulse.mood.rawValue)\(Self.excerpt(pulse.text))")
  }

  /// The beginning of what somebody wrote, in one line.
  private static func excerpt(_ text: String) -> String {
    guard !text.isEmpty else { return "" }
    let line = text.replacing(scalar: "\n", with: " ").unicodeScalars
    let beginning = line.prefix(200)
    return ": \(String(beginning))\(beginning.endIndex < line.endIndex ? "…" : "")"
  }
}
