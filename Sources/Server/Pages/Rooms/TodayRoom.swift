import Dashboard
import Domain
import Engine
import Hummingbird
import Storage

/// What somebody who comes to work sees first.
struct TodayRoom: Sendable {
  let house: PageHouse

  var routes: [PageRoute] { [PageRoute(.get, PageRoutes.home, .look, show)] }

  private static let tasksShown = 100
  /// Of tasks that are not the reader's.
  private static let othersShown = 20

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    guard let user = request.user else { throw Problem.notFound() }
    let since = request.now - .days(1)
    let digest = try await house.inquiries.today(owner: user.email, since: since)
    let summary = try await house.inquiries.summary(at: nil)
    let tasks = try await house.desk.tasks(owner: user.email, limit: Self.tasksShown + 1)
    let mine = TaskQueries.Filter.Owner.address(user.email)
    let overdue = try await house.desk.countedTasks(.init(state: .overdue(at: request.now), owner: mine))
    let dueToday = try await house.desk.countedTasks(.init(state: .due(request.now..<endOfDay(request.now)), owner: mine))
    // The database leaves the reader's own out: of very many that are hers those of others would not be among the first.
    let late = user.may(.leadWork) ? try await first(of: .init(state: .overdue(at: request.now), owner: .otherThan(user.email))) : .none
    let free = user.may(.work) ? try await first(of: .init(owner: .nobody)) : .none
    let lines = try await house.inquiries.lines(of: (tasks + late.shown + free.shown).map(\.customer))
    func works(_ tasks: some Sequence<CustomerTask>) -> [TodayPage.Work] {
      tasks.map { TodayPage.Work(task: $0, customer: lines.line(of: $0.customer)) }
    }
    var isOwner = false
    if case .owner = digest.about { isOwner = true }
    let page = TodayPage(
      hasCustomers: summary.customers > 0, ownsCustomers: isOwner,
      tasks: works(tasks.prefix(Self.tasksShown)), hasMoreTasks: tasks.count > Self.tasksShown,
      overdue: Self.count(overdue), dueToday: Self.count(dueToday), late: works(late.shown), moreLate: late.more,
      free: works(free.shown), moreFree: free.more, slid: digest.slid.map(Self.slide),
      slidCount: Self.count(digest.slidCount), isFindingSlid: digest.slidAt == nil,
      critical: digest.lowest.filter { isOwner || $0.band == .critical }.map(Self.critical),
      criticalCount: digest.criticalCount.map(Self.count) ?? TodayPage.Count(summary.bands[.critical] ?? 0),
      condition: house.ownerCondition(user.email), ownerAttribute: house.blueprint.ownerAttribute,
      automation: Self.automation(digest.since))
    return .html(page.html(request.shell(.today, title: "Today")))
  }

  /// The first tasks of a list, and how many there are beyond.
  private struct Tasks {
    var shown: [CustomerTask]
    var more: TodayPage.Count
    static let none = Tasks(shown: [], more: 0)
  }

  private func first(of filter: TaskQueries.Filter) async throws -> Tasks {
    let found = try await house.desk.tasks(filter, cursor: nil, limit: Self.othersShown + 1).items
    let shown = Array(found.prefix(Self.othersShown))
    guard found.count > shown.count else { return Tasks(shown: shown, more: 0) }
    let count = try await house.desk.countedTasks(filter)
    // Some may have been closed since they were found.
    return Tasks(shown: shown, more: TodayPage.Count(max(1, count.number - shown.count), isMore: count.isMore))
  }

  /// Where tomorrow begins for the company.
  private func endOfDay(_ now: Instant) -> Instant {
    let zone = house.blueprint.timeZone
    let tomorrow = LocalCalendar(timeZone: zone).day(at: now) + 1
    return max(now, FormTime.instant(tomorrow.iso8601, timeZone: zone) ?? now + .days(1))
  }

  private static func slide(_ customer: TodayDigest.Customer) -> TodayPage.Slide {
    TodayPage.Slide(
      customer: line(customer), from: customer.from ?? customer.score, to: customer.score,
      reason: customer.shift?.words ?? customer.reason?.words)
  }

  private static func critical(_ customer: TodayDigest.Customer) -> TodayPage.Critical {
    // No step is enough where a cap holds the score down.
    let steps = customer.advice?.steps ?? []
    return TodayPage.Critical(
      customer: line(customer), reason: customer.reason?.words, step: steps.isEmpty ? nil : steps.joined(separator: ", "))
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
