import Dashboard
import Domain
import Engine
import Hummingbird

/// Alerts: who needs somebody now, who was told, and how often the rules were right.
struct AlertRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/alerts", .look, show),
      PageRoute(.post, "/alerts/{id}/snooze", .work, snooze),
      PageRoute(.post, "/alerts/{id}/unsnooze", .work, unsnooze),
    ]
  }

  private static let pageSize = 50

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let filter = request.query["state"].flatMap(AlertsPage.Filter.init(rawValue:)) ?? .open
    let cursor = request.query["next"]
    let page = try await house.inquiries.alerts(filter.listed, limit: Self.pageSize, cursor: cursor)
    let lines = try await house.inquiries.lines(of: page.items.map(\.customer))
    let precision = try await house.inquiries.alertPrecision().map { precision in
      AlertsPage.Precision(
        rule: precision.kind.title, alerts: precision.counted, preceded: precision.preceded,
        days: Int(AlertPrecision.window.microseconds / TimeSpan.days(1).microseconds),
        interval: precision.interval.map { $0.lower...$0.upper }, young: precision.young,
        withoutSubscription: precision.withoutSubscription, isSample: precision.isSample)
    }
    let told = try await house.inquiries.told(page.items)
    return .html(
      AlertsPage(
        filter: filter,
        lines: page.items.map { alert in
          AlertsPage.Line(
            line: AlertLine(alert: alert, told: told[alert.id] ?? [], snoozeReason: alert.snoozeReason),
            customer: lines.line(of: alert.customer))
        }, next: page.next, isFirst: cursor == nil, precision: precision
      ).html(request.shell(.alerts, title: "Alerts")))
  }

  @Sendable private func snooze(_ request: PageRequest) async throws -> PageAnswer {
    let (id, until) = (try request.part("id"), try request.instant("until"))
    return try await request.act(or: "/alerts", done: "The alert is silent until then.") {
      _ = try await house.desk.snooze(id, until: until, reason: request.form.text("reason"), by: request.actor, user: request.user)
    }
  }

  @Sendable private func unsnooze(_ request: PageRequest) async throws -> PageAnswer {
    let id = try request.part("id")
    return try await request.act(or: "/alerts", done: "The alert is awake again.") {
      _ = try await house.desk.unsnooze(id, by: request.actor, user: request.user)
    }
  }
}

extension AlertsPage.Filter {
  fileprivate var listed: Inquiries.AlertFilter {
    switch self {
    case .open: .open
    case .snoozed: .snoozed
    case .waiting: .waiting
    case .closed: .closed
    case .all: .all
    }
  }
}
