import Dashboard
import Domain
import Engine
import Hummingbird

/// Everything about one customer.
struct CustomerRoom: Sendable {
  let house: PageHouse
  let streams = LiveStreams()

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/customers/{id}", .look, show),
      PageRoute(.get, "/customers/{id}/live", .look, live),
      PageRoute(.post, "/customers/{id}/notes", .work, note),
      PageRoute(.post, "/customers/{id}/pulse", .work, pulse),
    ]
  }

  private static let timelineEntries = 30
  /// Half a year tells the season.
  private static let historyDays: Int64 = 180

  // MARK: The page

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    guard let report = try await house.inquiries.explanation(of: id, at: nil),
      let records = try await house.inquiries.records(of: id)
    else { return .html(MessagePage.noCustomer(id).html(request.shell(.customers, title: "")), status: .notFound) }
    let owners = try await house.owners()
    let page = CustomerPage(
      summary: report.summary, owner: owner(of: report.summary, owners),
      score: report.summary.health == nil ? nil : try await score(report, id: id, now: request.now),
      work: try await work(of: id, owners), records: Self.records(records, now: request.now),
      timeline: try await timeline(of: id, request), live: customerPath(id) + "/live")
    return .html(page.html(request.shell(.customers, title: report.summary.name ?? id)))
  }

  private func owner(of summary: CustomerSummary, _ owners: [Owner]) -> Owner? {
    let trait = house.blueprint.ownerAttribute
    guard let text = summary.attributes.first(where: { $0.name == trait })?.value.string, let email = ListKeys.owner(text) else {
      return nil
    }
    return owners.first { $0.email == email } ?? Owner(email: email, name: text)
  }

  private func score(_ report: ExplanationReport, id: String, now: Instant) async throws -> CustomerPage.Score {
    let model = house.blueprint.model
    let history = try await house.inquiries.scoreHistory(id, from: now - .days(Self.historyDays))
    let week = now - .days(7)
    let before = history?.changes.last { $0.at <= week }?.to ?? history?.start.flatMap { $0.at <= week ? $0.score : nil }
    return CustomerPage.Score(
      explanation: report.explanation, bands: model.bands, signals: report.explanation.signalWords(model: model),
      nextChange: report.nextChange.map {
        .init(at: $0.at, score: $0.score, band: $0.band, differences: Self.differences($0.differences, model))
      }, advice: report.advice, sinceYesterday: Self.differences(report.sinceYesterday, model),
      sinceLastWeek: Self.differences(report.sinceLastWeek, model), weekAgo: before, trend: report.trend, start: history?.start,
      history: (history?.changes ?? []).reversed())
  }

  private static func differences(
    _ differences: [ExplanationReport.PointsDifference], _ model: HealthModel
  ) -> [CustomerPage.Difference] {
    differences.map { .init(measure: model.title(of: $0.measure), from: $0.from, to: $0.to) }
  }

  private func work(of id: String, _ owners: [Owner]) async throws -> CustomerPage.Work {
    let alerts = try await house.inquiries.alerts(ofCustomer: id, limit: 30)
    let told = try await house.inquiries.told(alerts)
    let work = try await house.desk.customerWork(id, limit: 60)
    return CustomerPage.Work(
      alerts: alerts.map { AlertLine(alert: $0, told: told[$0.id] ?? [], snoozeReason: $0.snoozeReason) },
      openTasks: work.tasks.filter(\.isOpen), closedTasks: work.tasks.filter { !$0.isOpen }, notes: work.notes, pulse: work.pulse,
      owners: owners)
  }

  private static func records(_ records: CustomerRecords, now: Instant) -> CustomerPage.Records {
    CustomerPage.Records(
      contacts: records.contacts.map { .init(id: $0.id, name: $0.name, email: $0.email, seenAt: $0.seenAt) },
      contactCount: records.contactCount, subscriptions: records.subscriptions,
      tickets: records.tickets.prefix(20).map { ticket in
        .init(
          id: ticket.id, subject: ticket.details.value.subject, status: ticket.status(at: now), priority: ticket.details.value.priority,
          openedAt: ticket.openedAt, solvedAt: ticket.solvedAt(at: now), satisfaction: ticket.details.value.satisfaction)
      }, ticketCount: records.tickets.count)
  }

  /// A stretch of the timeline; of one kind, where that is asked for, as far as a few stretches reach.
  private func timeline(of id: String, _ request: PageRequest) async throws -> CustomerPage.Timeline {
    let kind = request.query["kind"].flatMap(TimelineEntry.Kind.init(rawValue:))
    let first = request.query["next"]
    var cursor = first
    var entries: [TimelineEntry] = []
    for _ in 0..<5 {
      let limit = kind == nil ? Self.timelineEntries : 200
      guard let page = try await house.inquiries.timeline(of: id, limit: limit, cursor: cursor) else { break }
      entries += page.items.filter { kind == nil || $0.kind == kind }
      cursor = page.next
      if kind == nil || cursor == nil || entries.count >= Self.timelineEntries { break }
    }
    return CustomerPage.Timeline(entries: entries, kind: kind, next: cursor, isFirst: first == nil)
  }

  // MARK: Live

  /// Says when the score has moved, for as long as somebody looks.
  @Sendable private func live(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    guard let standing = try await house.inquiries.standings(of: [id])[id] else { throw Problem.noCustomer(id) }
    guard let slot = streams.enter() else { throw Problem.unavailable("Too many pages are watched at once; this one stands still.") }
    let (people, token) = (house.people, request.live?.token ?? "")
    let score = LiveScore(
      id: id, known: standing.health, inquiries: house.inquiries,
      mayLook: { try await people.session(token: token)?.user.may(.look) ?? false }, time: house.dependencies.time)
    return .events { writer in
      // Held by what writes the answer, so that it is given back where that is dropped unrun.
      defer { withExtendedLifetime(slot) {} }
      try await score.write(to: &writer)
    }
  }

  // MARK: What people say

  @Sendable private func note(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    return try await request.act(or: customerPath(id), done: "The note is kept.") {
      _ = try await house.desk.note(request.form.text("text"), about: id, by: request.actor, user: request.user)
    }
  }

  @Sendable private func pulse(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    let mood = try request.word("mood", as: CustomerPulse.Mood.self)
    return try await request.act(or: customerPath(id), done: "Your pulse is noted.") {
      _ = try await house.desk.setPulse(mood, text: request.form.text("text"), of: id, by: request.actor, user: request.user)
    }
  }
}
