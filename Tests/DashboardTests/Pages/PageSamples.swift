import Domain

@testable import Dashboard

/// Pages as they are in a company that has been at it for a while, in the shell of somebody with a role.
struct PageSamples {
  /// Stands for every text that comes from outside.
  enum Texts: String, CaseIterable { case typical, hostile }

  var texts = Texts.typical
  var role = Role.operations

  static let now = Instant(iso8601: "2026-11-26T12:05:00Z") ?? .epoch
  static let attack = "<script>alert(1)</script>\"'&"
  static let book = attack + String(repeating: "x", count: 10_000)

  /// A short text: a title, a word.
  func text(_ typical: String) -> String { texts == .hostile ? typical + Self.attack : typical }
  /// A name, as long as whoever gives it likes.
  func name(_ typical: String) -> String { texts == .hostile ? Self.book : typical }

  func at(_ text: String) -> Instant { Instant(iso8601: text) ?? .epoch }
  func ago(_ span: TimeSpan) -> Instant { Self.now - span }

  var user: User {
    User(id: "u-1", email: text("ann@example.com"), name: text("Ann Ahrens"), role: role, createdAt: .epoch, hasPassword: true)
  }

  func shell(_ room: Shell.Room? = nil, isSignedIn: Bool = true) -> Shell {
    Shell(
      company: text("Acme"), user: isSignedIn ? user : nil, room: room, title: "", csrf: text("token"), timeZone: "Europe/Berlin",
      now: Self.now, assets: .init(style: "/assets/style-1.css", script: "/assets/script-1.js"))
  }

  func customer(_ id: String, _ label: String?, _ score: Int?) -> CustomerLine {
    CustomerLine(id: text(id), name: label.map(name), score: score, band: score.map { Bands().band(of: $0) })
  }

  func task(
    _ id: String, _ title: String, due: TimeSpan, owner: String? = "ann@example.com", priority: CustomerTask.Priority = .normal,
    outcome: CustomerTask.Outcome? = nil, note: String = ""
  ) -> CustomerTask {
    CustomerTask(
      id: text(id), customer: text("globex"), title: text(title), owner: owner.map(text), dueAt: Self.now + due, priority: priority,
      createdAt: ago(.days(3)), createdBy: text("Holdfast"), alert: priority == .high ? text("a") : nil,
      closedAt: outcome.map { _ in ago(.days(1)) }, outcome: outcome, note: note.isEmpty ? "" : text(note))
  }

  func alert(
    _ customer: String, score: Int, opened: TimeSpan, state: Alert.State = .open, told: Bool = true, snoozed: TimeSpan? = nil,
    held: String? = nil
  ) -> Alert {
    Alert(
      id: text("critical/health/\(customer)/\(opened.microseconds)"), customer: text(customer), kind: .critical, reason: "health",
      state: state, openedAt: ago(opened), updatedAt: ago(.hours(1)), closedAt: state == .closed ? ago(.hours(5)) : nil,
      notifiedAt: told ? ago(opened) + .seconds(2) : nil, heldBack: held.map(text), score: score, band: Bands().band(of: score),
      snoozedUntil: snoozed.map { Self.now + $0 })
  }
}

/// One page, by a name of its own.
struct PageSample {
  var name: String
  var html: HTML
}

extension PageSamples {
  /// Every page with something in it.
  var all: [PageSample] { entrance + rooms + machinery }

  /// What is seen without a session, and what says one thing.
  var entrance: [PageSample] {
    let out = shell(isSignedIn: false)
    let provider = SignInPage.Provider(name: text("Acme single sign-on"))
    return [
      PageSample(name: "sign-in", html: SignInPage().html(out)),
      PageSample(
        name: "sign-in-again",
        html: SignInPage(
          email: text("ann@example.com"), error: text("The address or the password is not right."), provider: provider,
          next: text("/customers/globex")
        ).html(out)),
      PageSample(
        name: "choose-password",
        html: ChoosePasswordPage(
          name: name("Ben"), email: text("ben@example.com"), path: "/link/k3y", purpose: .invitation,
          error: text("The password is too short.")
        ).html(out)),
      PageSample(
        name: "sign-in-link",
        html: ChoosePasswordPage(name: name("Ben"), email: text("ben@example.com"), path: "/link/k3y", purpose: .signIn).html(out)),
      PageSample(name: "message", html: MessagePage.noCustomer(text("hooli"), requestID: text("r-17")).html(shell())),
      PageSample(name: "refused", html: refused(canBeMended: true).html(shell())),
      PageSample(name: "refused-for-good", html: refused(canBeMended: false).html(shell())),
    ]
  }

  func refused(canBeMended: Bool) -> RefusedPage {
    let fields = [("outcome", "contacted"), ("note", "They will call back.\nIn January."), ("due", "2026-11-27T14:05"), ("title", "")]
    return RefusedPage(
      sentence: canBeMended ? text("The note is too long.") : text("The task is closed already."), action: "/tasks/t-1/close",
      fields: fields.map { .init(name: $0, value: text($1)) }, back: "/customers/globex#tasks", canBeMended: canBeMended)
  }

  /// Pages about customers.
  var rooms: [PageSample] {
    [
      PageSample(name: "today", html: today.html(shell(.today))),
      PageSample(name: "today-company", html: todayOfCompany.html(shell(.today))),
      PageSample(name: "health", html: health.html(shell(.health))), PageSample(name: "customers", html: customers.html(shell(.customers))),
      PageSample(name: "customers-wrong", html: customersWrong.html(shell(.customers))),
      PageSample(name: "customer", html: customerPage.html(shell(.customers))),
      PageSample(name: "alerts", html: alerts.html(shell(.alerts))),
    ]
  }

  /// Pages about the machinery and the people.
  var machinery: [PageSample] {
    [
      PageSample(name: "outbox", html: outbox.html(shell(.outbox))), PageSample(name: "system", html: system.html(shell(.system))),
      PageSample(name: "people", html: people.html(shell(.people))), PageSample(name: "audit", html: audit.html(shell(.audit))),
      PageSample(name: "account", html: account.html(shell())),
    ]
  }

  /// Every page of a new installation, or of a customer of whom nothing is known.
  var empty: [PageSample] {
    let automation = TodayPage.Automation(since: ago(.days(1)))
    let nobody = TodayPage(
      hasCustomers: false, ownsCustomers: false, tasks: [], hasMoreTasks: false, overdue: 0, dueToday: 0, late: [], moreLate: 0,
      free: [], moreFree: 0, slid: [], slidCount: 0, isFindingSlid: false, critical: [], criticalCount: 0, condition: nil,
      ownerAttribute: "owner", automation: automation)
    var quiet = nobody
    quiet.hasCustomers = true
    quiet.ownsCustomers = true
    let summary = CustomerSummary(
      id: text("globex"), name: nil, startedAt: .distantFuture, journey: .onboarding, health: nil, attributes: [])
    let bare = SystemPage(
      installation: installation, obstacles: [], intake: .init(customers: 0, accepted: 0, duplicates: 0, rejected: 0))
    return [
      PageSample(name: "sign-in-nobody", html: SignInPage(hasNoUsers: true).html(shell(isSignedIn: false))),
      PageSample(name: "today-empty", html: nobody.html(shell(.today))), PageSample(name: "today-quiet", html: quiet.html(shell(.today))),
      PageSample(
        name: "health-empty",
        html: HealthPage(at: Self.now, bands: Bands(), scores: [], counts: [:], average: nil).html(shell(.health))),
      PageSample(
        name: "customers-empty",
        html: CustomersPage(address: CustomersAddress(), lines: [], hasCustomers: false).html(shell(.customers))),
      PageSample(name: "customer-empty", html: CustomerPage(summary: summary, score: nil).html(shell(.customers))),
      PageSample(name: "alerts-empty", html: AlertsPage(lines: []).html(shell(.alerts))),
      PageSample(name: "outbox-empty", html: OutboxPage(counts: [:], deliveries: []).html(shell(.outbox))),
      PageSample(name: "system-empty", html: bare.html(shell(.system))),
      PageSample(name: "people-empty", html: PeoplePage(people: [.init(user: user, seenAt: Self.now)]).html(shell(.people))),
      PageSample(name: "audit-empty", html: AuditPage(list: []).html(shell(.audit))),
      PageSample(name: "account-empty", html: AccountPage(sessions: [], hasPassword: false).html(shell())),
    ]
  }
}
