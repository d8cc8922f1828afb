import Domain

@testable import Dashboard

extension PageSamples {
  private func delivery(
    _ state: Delivery.State, attempts: Int = 1, error: String? = nil, customer: String? = "globex"
  ) -> Delivery {
    Delivery(
      key: text("alert/critical/globex/\(state.rawValue)"), customer: customer.map(text), channel: text("slack:success"), payload: .null,
      title: name("Critical: Globex Corporation, 31"), state: state, attempts: attempts, createdAt: ago(.hours(3)),
      nextAttemptAt: Self.now + .minutes(2), finishedAt: [.sent, .failed].contains(state) ? ago(.hours(2)) : nil, lastError: error.map(text)
    )
  }

  var outbox: OutboxPage {
    OutboxPage(
      counts: [.pending: 1, .sent: 812, .failed: 1, .unknown: 1],
      deliveries: [
        delivery(.pending, attempts: 2, error: "Slack answered 503"), delivery(.sent),
        delivery(.failed, attempts: 3, error: "no such webhook"),
        delivery(.unknown, error: "no answer within 30 s"), delivery(.canceled, customer: nil), delivery(.sending, attempts: 0),
      ],
      next: text("o-2"), isFirst: false,
      lanes: [.init(channel: text("slack:success"), pausedUntil: Self.now + .minutes(9), broken: text("the webhook was revoked"))])
  }

  var installation: SystemPage.Installation {
    .init(
      version: "0.5.0", database: "PostgreSQL", place: text("db.internal/holdfast"), configuration: "a1b2c3", startedAt: ago(.days(6)))
  }

  var system: SystemPage {
    SystemPage(
      installation: installation, obstacles: [text("The fold is 40 s behind.")],
      intake: .init(
        customers: 1_944, accepted: 2_113_077, duplicates: 14, rejected: 3, rejectedByReason: [text("too_large"): 2, "no_actor": 1],
        lag: .seconds(40)),
      nodes: [
        .init(name: text("app-1 (417)"), startedAt: ago(.days(6)), isThis: true, shards: 128),
        .init(name: "app-2 (90)", startedAt: ago(.hours(6)), isThis: false, shards: 128, hasOtherConfiguration: true),
      ],
      channels: [
        .init(name: text("success"), kind: "Slack"),
        .init(name: "owners", kind: "email", obstacle: text("SMTP_PASSWORD is not set")),
      ],
      lastBatch: at("2026-11-26T01:00:00Z"), nextBatch: at("2026-11-27T01:00:00Z"),
      setAside: [
        .init(at: ago(.hours(4)), source: text("import events"), reason: text("no such date"), excerpt: text("{\"at\":\"2026-02-31\"}"))
      ],
      incidents: [.init(at: ago(.days(2)), kind: "scores_differ", detail: text("2 customers\nglobex 31, should be 30"))])
  }

  var people: PeoplePage {
    let ben = User(
      id: text("u-2"), email: text("ben@example.com"), name: name("Ben Bauer"), role: .successManager, createdAt: ago(.days(1)))
    let cleo = User(
      id: "u-3", email: "cleo@example.com", name: text("Cleo"), role: .executive, createdAt: ago(.days(90)), disabledAt: ago(.days(2)),
      hasPassword: true)
    return PeoplePage(
      people: [
        .init(user: user, seenAt: ago(.minutes(1)), sessions: 2), .init(user: ben, linkUntil: Self.now + .days(6)),
        .init(user: cleo, seenAt: ago(.days(3))),
        .init(user: User(id: "u-4", email: "dan@example.com", name: "Dan", role: .lead, createdAt: .epoch, hasPassword: true), sessions: 1),
      ],
      freshLink: .init(name: name("Ben Bauer"), kind: "invitation", url: "https://holdfast.example/link/k3y", until: Self.now + .days(7)),
      error: text("That is no email address."), draft: .init(email: text("dora@"), name: name("Dora"), role: .lead), next: text("u-5"))
  }

  private var sessions: [SessionLine] {
    [
      .init(id: text("s-1"), createdAt: ago(.hours(5)), seenAt: ago(.minutes(1)), agent: name("Firefox on Linux"), isThis: true),
      .init(id: text("s-2"), createdAt: ago(.days(8)), seenAt: ago(.days(1)), agent: text("Chrome on Android")),
    ]
  }

  var audit: AuditPage {
    AuditPage(
      list: [
        AuditEntry(
          id: "a-3", at: ago(.minutes(4)), actor: text("ann@example.com"), action: text("task.closed"), subject: text("t-0"),
          customer: text("globex"), from: "open", to: text("no_answer")),
        AuditEntry(
          id: "a-2", at: ago(.hours(2)), actor: "Holdfast", action: "alert.snoozed", subject: text("globex"), customer: text("globex"),
          to: "2026-12-01"),
        AuditEntry(id: "a-1", at: ago(.days(2)), actor: "command line", action: "user.role_changed", subject: name("ben"), from: "viewer"),
      ],
      filter: .init(actor: text("ann@example.com")), actors: [text("ann@example.com"), "Holdfast"], actions: ["task.closed"],
      next: text("a-0"), isFirst: false)
  }

  var account: AccountPage {
    AccountPage(sessions: sessions, error: text("The present password is not right."))
  }
}
