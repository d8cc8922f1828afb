import Dashboard
import Domain
import Engine
import Hummingbird

/// What somebody who comes to work sees first.
struct TodayRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] { [PageRoute(.get, PageRoutes.home, .look, show)] }

  private static let tasksShown = 100

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    guard let user = request.user else { throw Problem.notFound() }
    let since = request.now - .days(1)
    let digest = try await house.inquiries.today(owner: user.email, since: since)
    let summary = try await house.inquiries.summary(at: nil)
    let tasks = try await house.desk.tasks(owner: user.email, limit: Self.tasksShown + 1)
    let late = user.may(.leadWork) ? try await others(than: user, at: request.now) : []
    let lines = try await house.inquiries.lines(of: (tasks + late).map(\.customer))
    var isOwner = false
    if case .owner = digest.about { isOwner = true }
    let page = TodayPage(
      hasCustomers: summary.customers > 0, ownsCustomers: isOwner,
      tasks: tasks.prefix(Self.tasksShown).map { TodayPage.Work(task: $0, customer: lines.line(of: $0.customer)) },
      moreTasks: max(0, tasks.count - Self.tasksShown),
      late: late.map { TodayPage.Work(task: $0, customer: lines.line(of: $0.customer)) },
      slid: digest.slid.map(Self.slide), slidCount: digest.slid.count,
      critical: digest.lowest.filter { isOwner || $0.band == .critical }.map(Self.critical),
      criticalCount: isOwner ? digest.lowest.count : summary.bands[.critical] ?? 0,
      condition: house.ownerCondition(user.email), automation: Self.automation(digest.since))
    return .html(page.html(request.shell(.today, title: "Today")))
  }

  /// The overdue tasks of others, for those who lead them.
  private func others(than user: User, at now: Instant) async throws -> [CustomerTask] {
    try await house.desk.openTasks(limit: 50).items.filter { $0.owner != user.email && $0.isOverdue(at: now) }
  }

  private static func slide(_ customer: TodayDigest.Customer) -> TodayPage.Slide {
    TodayPage.Slide(
      customer: line(customer), from: customer.from ?? customer.score, to: customer.score,
      reason: customer.shift?.words ?? customer.reason?.words)
  }

  private static func critical(_ customer: TodayDigest.Customer) -> TodayPage.Critical {
    TodayPage.Critical(customer: line(customer), reason: customer.reason?.words)
  }

  private static func line(_ customer: TodayDigest.Customer) -> CustomerLine {
    CustomerLine(id: customer.id, name: customer.name, score: customer.score, band: customer.band)
  }

  private static func automation(_ since: TodayDigest.Since) -> TodayPage.Automation {
    TodayPage.Automation(
      since: since.at, alertsOpened: count(since.alertsOpened), alertsClosed: count(since.alertsClosed),
      deliveriesSent: count(since.deliveriesSent), deliveriesFailed: count(since.deliveriesFailed),
      deliveriesUnknown: count(since.deliveriesUnknown), recovered: since.recovered, worsened: since.worsened)
  }

  private static func count(_ count: TodayDigest.Count) -> TodayPage.Count { TodayPage.Count(count.number, isMore: count.isMore) }
}
