import Domain

@testable import Dashboard

extension PageSamples {
  var today: TodayPage {
    let globex = customer("globex", "Globex Corporation", 31)
    let initech = customer("initech", "Initech", 52)
    let hooli = customer("hooli", nil, 38)
    return TodayPage(
      hasCustomers: true, ownsCustomers: true,
      tasks: [
        .init(task: task("t-1", "Call: critical since Monday", due: .days(-1), priority: .high), customer: globex),
        .init(task: task("t-2", "Ask about the failed import", due: .hours(4)), customer: initech),
        .init(task: task("t-3", "Quarterly review", due: .days(3), owner: nil, priority: .low, note: "Slides are ready"), customer: hooli),
      ],
      hasMoreTasks: false, overdue: 1, dueToday: 1,
      late: [.init(task: task("t-9", "Call back", due: .days(-2), owner: "ben@example.com"), customer: initech)],
      moreLate: 3, free: [.init(task: task("t-8", "Say hello", due: .days(2), owner: nil), customer: hooli)],
      moreFree: .init(10_000, isMore: true),
      slid: [
        .init(customer: globex, from: 74, to: 31, reason: text("Last login: 12 d ago, 20 of 40 points")),
        .init(customer: initech, from: 70, to: 52),
      ],
      slidCount: 2, isFindingSlid: false,
      critical: [
        .init(
          customer: globex, reason: text("Open tickets: 3, 0 of 30 points"), step: text("Open tickets at 1 (+20)")),
        .init(customer: hooli),
      ],
      criticalCount: 14, condition: "owner == \"ann@example.com\"",
      ownerAttribute: text("owner"),
      automation: .init(
        since: ago(.hours(24)), alertsOpened: 3, deliveriesSent: .init(10_000, isMore: true), deliveriesFailed: 1,
        recovered: 2, worsened: 1))
  }

  var todayOfCompany: TodayPage {
    var page = today
    page.ownsCustomers = false
    page.tasks = []
    page.overdue = 0
    page.dueToday = 0
    page.condition = nil
    return page
  }

  var health: HealthPage {
    let first = at("2026-10-27T00:00:00Z").day
    let days = (0..<30).map { index -> HealthPage.Past in
      HealthPage.Past(
        day: first + index, bands: [.healthy: 1_200 + index * 3, .atRisk: 500 - index, .critical: 180 + index % 5],
        average: 66 + Double(index) / 10)
    }
    let scores = (0...100).map { $0 % 7 + ($0 > 60 ? 20 : 4) }
    let mover = HealthPage.Mover(
      customer: customer("globex", "Globex Corporation", 31), from: 74, to: 31, reason: text("Open tickets 30 → 0"))
    return HealthPage(
      at: Self.now, bands: Bands(), scores: scores, counts: [.healthy: 1_290, .atRisk: 470, .critical: 184], average: 68.9,
      weekAgo: days.dropLast(7).last, days: days,
      flows: [
        .init(from: .healthy, to: .healthy, customers: 1_220), .init(from: .healthy, to: .atRisk, customers: 31),
        .init(from: .atRisk, to: .critical, customers: 12), .init(from: .critical, to: .healthy, customers: 3),
        .init(from: nil, to: .healthy, customers: 9), .init(from: .critical, to: nil, customers: 2),
      ],
      movers: [mover, .init(customer: customer("umbrella", "Umbrella", 81), from: 40, to: 81)], moversAt: ago(.minutes(9)),
      tiers: [
        .init(name: .named(text("enterprise")), bands: [.healthy: 90, .atRisk: 12, .critical: 4], average: 74.2),
        .init(name: .unknown, bands: [.healthy: 1_200, .atRisk: 458, .critical: 180], average: 66.1),
      ],
      stages: [.init(name: .named("onboarding"), bands: [.healthy: 40, .atRisk: 30], average: 61)], groupsAt: at("2026-11-26T01:00:00Z"))
  }

  var customers: CustomersPage {
    let address = CustomersAddress(
      condition: "band == \"at-risk\"", search: text("glo"), sort: "-mrr",
      columns: ["score", "journey", "owner", "mrr", "started", "plan"],
      next: "c-1")
    let lines = (1...25).map { index in
      CustomersPage.Line(
        customer: customer("c-\(index)", index % 5 == 0 ? nil : "Customer \(index)", index % 7 == 0 ? nil : 40 + index),
        cells: [
          "journey": .text("renewal"), "owner": .text(text("ann@example.com")), "mrr": .number(1_250.5),
          "started": .instant(ago(.days(400))),
          "plan": index % 2 == 0 ? .json(.string(name("team"))) : .json(.array([.integer(1), .string(text("x"))])),
        ])
    }
    return CustomersPage(
      address: address, lines: lines, next: text("c-26"), examined: 5_000,
      choices: CustomersPage.Choice.usual + [.init(key: "plan", title: text("Plan")), .init(key: "seats", title: "Seats", isNumber: true)],
      segments: [.init(name: "enterprise", title: text("Enterprise"))],
      views: [
        SavedView(
          id: text("v-1"), name: name("My renewals"), owner: text("ann@example.com"), isShared: false, condition: "until_renewal < 30d",
          sort: "score", columns: ["score", "mrr"]),
        SavedView(
          id: "v-2", name: text("At risk"), owner: "ben@example.com", isShared: true, condition: "band == \"at-risk\"", sort: "-mrr",
          columns: []),
      ],
      words: [.init(name: "open_tickets", about: "number"), .init(name: text("</script>"), about: text("event"))])
  }

  var customersWrong: CustomersPage {
    let condition = texts == .hostile ? "plna == \"\(Self.book)\"" : "plna == \"team\" and open_tickets >"
    return CustomersPage(
      address: CustomersAddress(query: [("where", condition)]),
      errors: [
        ExpressionError(range: 0..<4, message: text("there is no name “plna”"), suggestion: text("plan")),
        ExpressionError(range: 34..<35, message: text("a value is missing after >")),
      ], lines: [], words: [.init(name: "plan", about: "text")])
  }

  var alerts: AlertsPage {
    let globex = customer("globex", "Globex Corporation", 31)
    return AlertsPage(
      counts: [.open: 3, .snoozed: 1],
      lines: [
        .init(line: .init(alert: alert("globex", score: 31, opened: .days(3)), told: [text("slack:success")]), customer: globex),
        .init(
          line: .init(alert: alert("initech", score: 12, opened: .days(9), snoozed: .days(4)), snoozeReason: text("On holiday")),
          customer: customer("initech", "Initech", 12)),
        .init(
          line: .init(alert: alert("hooli", score: 38, opened: .hours(2), told: false, held: "the critical alert has no channels")),
          customer: customer("hooli", nil, 38)),
      ],
      next: text("n-1"),
      precision: [
        .init(rule: text("Critical"), alerts: 40, preceded: 15, interval: 0.2422...0.5296, isSample: true),
        .init(rule: "Slid", alerts: 12, preceded: 4, young: 3, withoutSubscription: 1),
      ])
  }
}
