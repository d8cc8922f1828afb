import Domain
import SQL
import Storage

extension Inquiries {
  /// `nil`: no such customer (then).
  public func customer(_ id: String, at: Instant? = nil) async throws -> CustomerSummary? {
    try await explanation(of: id, at: at)?.summary
  }

  /// Why the score is what it is, now or as of `at` under today's model; `nil`: no such customer (then).
  public func explanation(of id: String, at: Instant?) async throws -> ExplanationReport? {
    let blueprint = current.blueprint
    let now = time.now()
    let trailing = trailing(id)
    return try await database.read { connection in
      try Explainer(blueprint: blueprint, now: now, trailing: trailing, connection: connection).report(of: id, at: at)
    }
  }

  /// Score changes, newest first, at most 1 000; `nil`: no such customer.
  public func history(of id: String) async throws -> [HealthChange]? {
    try await database.read { connection in
      guard try CustomerQueries.exists(id, connection) else { return nil }
      return try HealthQueries.changes(of: id, limit: 1_000, connection)
    }
  }

  /// Events as they came, newest first; `nil`: no such customer.
  public func events(of id: String, limit: Int, cursor: String?) async throws -> Page<EventView>? {
    let place = try cursor.map(TimePlace.init)
    let limit = max(1, min(limit, 1_000))
    let trailing = trailing(id)
    return try await database.read { connection in
      guard try CustomerQueries.exists(id, connection) else { return nil }
      let stored = try EventQueries.latest(
        of: id, kind: "event", before: place?.pair, limit: limit + 1, trailing: trailing, connection)
      let items = stored.prefix(limit).compactMap { stored -> EventView? in
        guard case .success(let entry) = stored.entry, case .event(let name, let properties) = entry.fact else { return nil }
        return EventView(messageID: entry.messageID, name: name, at: entry.at, receivedAt: entry.receivedAt, properties: properties.members)
      }
      return Page(items: items, next: stored.count > limit ? TimePlace(stored[limit - 1])?.text : nil)
    }
  }

  /// Everything that happened, newest first: log entries, score changes, alerts and their snoozes, tasks, notes, how managers saw it;
  /// `nil`: no such customer.
  public func timeline(of id: String, limit: Int, cursor: String?) async throws -> Page<TimelineEntry>? {
    let place = try cursor.map(TimePlace.init)
    let limit = max(1, min(limit, 1_000))
    let labels = current.blueprint.labels
    let trailing = trailing(id)
    return try await database.read { connection in
      guard try CustomerQueries.exists(id, connection) else { return nil }
      let stored = try EventQueries.latest(of: id, kind: nil, before: place?.pair, limit: limit + 1, trailing: trailing, connection)
      let isLast = stored.count <= limit
      let page = stored.prefix(limit)
      // What is not in the log goes between: everything newer than the page's last entry and not newer than the page before it.
      let newest = place?.at ?? .distantFuture
      let oldest = isLast ? Instant.distantPast : page.last.flatMap { TimePlace($0)?.at } ?? .distantPast
      var entries = page.compactMap { stored in (try? stored.entry.get()).map(TimelineEntry.init) }
      entries += try Self.besideTheLog(id, labels, connection).filter { $0.at < newest && $0.at >= oldest }
      entries.sort { $0.at > $1.at }
      return Page(items: entries, next: isLast ? nil : page.last.flatMap { TimePlace($0)?.text })
    }
  }

  /// What happened and does not stand in the log, the newest thousand of each kind.
  private static func besideTheLog(_ id: String, _ labels: RoleLabels, _ connection: any Connection) throws -> [TimelineEntry] {
    let limit = 1_000
    var entries = try HealthQueries.changes(of: id, limit: limit, connection).map(TimelineEntry.init)
    entries += try AlertQueries.list(customer: id, limit: limit, connection).flatMap(TimelineEntry.all)
    entries += try SnoozeQueries.history(customer: id, limit: limit, connection).map { TimelineEntry(snooze: $0, labels) }
    entries += try TaskQueries.all(customer: id, limit: limit, connection).flatMap { TimelineEntry.all($0, labels) }
    entries += try NoteQueries.all(customer: id, limit: limit, connection).map(TimelineEntry.init)
    entries += try PulseQueries.all(customer: id, limit: limit, connection).map(TimelineEntry.init)
    return entries
  }
}

/// Where a page of a customer's log ended.
struct TimePlace {
  var at: Instant
  var position: Int64

  init?(_ stored: StoredEntry) {
    guard case .success(let entry) = stored.entry else { return nil }
    at = entry.at
    position = stored.position
  }

  init(_ text: String) throws {
    let parts = text.split(separator: ".").compactMap { Int64($0) }
    guard parts.count == 2 else { throw Inquiries.InvalidCursor() }
    at = Instant(microseconds: parts[0])
    position = parts[1]
  }

  var text: String { "\(at.microseconds).\(position)" }
  var pair: (at: Int64, position: Int64) { (at.microseconds, position) }
}

/// Puts an explanation together with what surrounds it.
struct Explainer {
  let blueprint: Blueprint
  let now: Instant
  /// What may not be in the customer's tables yet.
  var trailing: [LogIndexRow] = []
  let connection: any Connection

  func report(of id: String, at: Instant?) throws -> ExplanationReport? {
    let instant = at ?? now
    let evaluator = blueprint.evaluator
    let scope = blueprint.scope(today: instant.day)
    let state: CustomerState
    var health: Health?
    if let at {
      guard let past = try Replay.state(of: id, at: at, scope: scope, trailing: trailing, connection) else { return nil }
      state = past
    } else {
      guard var stored = try CustomerQueries.load(id, scope: scope, connection) else { return nil }
      let rows = try TrailQueries.missing(of: trailing, in: Shard.number(of: id), connection)
      if !rows.isEmpty {
        let names = try UsageQueries.names(connection).reduce(into: [:]) { $0[$1.value] = $1.key }
        try stored.add(rows, names: names, scope: scope) {
          $0.isEmpty ? nil : try ActorQueries.load($0, connection)?.root ?? $0
        }
      }
      state = stored.state
      health = stored.health
    }
    let arrivals = at == nil ? try HousekeepingQueries.arrivals(connection) : Arrivals(asOf: state)
    let explanation = evaluator.explanation(of: state, at: max(instant, health?.calculatedAt ?? instant), arrivals: arrivals)
    if at != nil { health = evaluator.health(of: state, at: instant, arrivals: arrivals) }
    let changes = try HealthQueries.changes(of: id, limit: 1_000, connection)
    return ExplanationReport(
      summary: CustomerSummary(state: state, health: health, at: instant), explanation: explanation,
      nextChange: nextChange(of: state, after: explanation, evaluator: evaluator), advice: Advice(for: explanation, model: blueprint.model),
      sinceYesterday: try differences(explanation, since: instant - .days(1), id: id, isPast: at != nil, changes, evaluator),
      sinceLastWeek: try differences(explanation, since: instant - .days(7), id: id, isPast: at != nil, changes, evaluator),
      trend: Trend(changes: changes, at: instant))
  }

  private func nextChange(of state: CustomerState, after explanation: Explanation, evaluator: HealthEvaluator) -> ExplanationReport
    .NextChange?
  {
    var instant = evaluator.nextChange(of: state, after: explanation, steps: 400)
    // Beyond the look-ahead only a lower bound is known: it is shown only if something really changes there.
    guard let at = instant else { return nil }
    let then = evaluator.explanation(of: state, at: at)
    if then.points == explanation.points { instant = nil }
    return instant.map {
      ExplanationReport.NextChange(
        at: $0, score: then.score, band: then.band, differences: Self.differences(from: explanation.points, to: then.points))
    }
  }

  /// Points then and now, by measure. Live, from the history as it was; as of a past instant, from the log.
  private func differences(
    _ explanation: Explanation, since mark: Instant, id: String, isPast: Bool, _ changes: [HealthChange], _ evaluator: HealthEvaluator
  ) throws -> [ExplanationReport.PointsDifference] {
    let before: [MeasurePoints]
    if isPast {
      guard let state = try Replay.state(of: id, at: mark, scope: blueprint.scope(today: mark.day), trailing: trailing, connection) else {
        return []
      }
      before = evaluator.explanation(of: state, at: mark).points
    } else {
      guard let change = changes.first(where: { $0.at <= mark }) else { return [] }
      before = change.points
    }
    return Self.differences(from: before, to: explanation.points)
  }

  private static func differences(from: [MeasurePoints], to: [MeasurePoints]) -> [ExplanationReport.PointsDifference] {
    let names = to.map(\.name) + from.map(\.name).filter { name in !to.contains { $0.name == name } }
    return names.compactMap { name in
      let (old, new) = (from.first { $0.name == name }?.points ?? 0, to.first { $0.name == name }?.points ?? 0)
      return old == new ? nil : ExplanationReport.PointsDifference(measure: name, from: old, to: new)
    }
  }
}

extension Arrivals {
  /// As of a past instant nothing is known of the whole company: what this customer had must do.
  init(asOf state: CustomerState) {
    self.init(
      events: nil, tickets: state.tickets.isEmpty ? nil : state.tickets.values.map(\.openedAt).max(), subscriptions: nil)
  }
}
