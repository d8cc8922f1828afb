import Domain

@testable import Dashboard

extension PageSamples {
  var explanation: Explanation {
    Explanation(
      customer: text("globex"), at: Self.now, score: 31, band: .critical, variant: text("enterprise"), model: "m-1",
      pillars: [
        PillarScore(
          name: "engagement", points: 20, max: 40,
          measures: [
            MeasureScore(name: "last_login", title: text("Last login"), signal: .duration(.days(12)), points: 20, max: 40)
          ]),
        PillarScore(
          name: "support", points: 10, max: 30,
          measures: [MeasureScore(name: "open_tickets", title: "Open tickets", signal: .number(2), points: 10, max: 30)]),
        PillarScore(
          name: "value", points: 20, max: 30,
          measures: [
            MeasureScore(name: "features", title: "Features adopted", signal: .number(4), points: 20, max: 25),
            MeasureScore(name: "plan", title: "Plan", signal: texts == .hostile ? .text(Self.book) : nil, points: 0, max: 5),
          ]),
      ],
      adjustments: [Adjustment(name: "payment", limit: 31, points: -19, reason: text("A payment failed"))],
      coverage: Coverage(share: 0.95, gaps: [.init(measure: "plan", reason: text("the attribute plan is not known"))]), until: nil)
  }

  /// What would lift the customer, under a model like the explanation's, without its cap.
  private var advice: Advice? {
    func measure(_ name: String, _ title: String, _ rule: PointsRule, _ max: Int) -> Measure {
      let signal = Formula(source: "open_tickets", type: .number, term: .signal(.openTickets))
      return Measure(name: name, title: title, signal: signal, rule: rule, max: max)
    }
    let model = HealthModel(
      pillars: [
        Pillar(
          name: "support", max: 30,
          measures: [measure("open_tickets", text("Open tickets"), .each(start: 30, each: -10, bonus: 0, bonusWhen: nil), 30)])
      ], version: "m-1")
    var free = explanation
    free.adjustments = []
    free.pillars = [free.pillars[1]]
    return Advice(for: free, model: model)
  }

  private var scoreOfCustomer: CustomerPage.Score {
    let changes: [(Int, Int, HealthChange.Cause)] = [(120, 82, .data), (90, 74, .time), (40, 61, .model), (9, 74, .data), (3, 31, .data)]
    var history: [HealthChange] = []
    var last: Int?
    for (days, score, cause) in changes {
      history.insert(
        HealthChange(
          at: ago(.days(Int64(days))), from: last, to: score, bandFrom: last.map { Bands().band(of: $0) }, bandTo: Bands().band(of: score),
          cause: cause, model: "m-1", points: []), at: 0)
      last = score
    }
    return CustomerPage.Score(
      explanation: explanation, bands: Bands(), signals: ["last_login": text("12 d ago")],
      nextChange: .init(
        at: Self.now + .days(18), score: 11, band: .critical, differences: [.init(measure: text("Last login"), from: 20, to: 0)]),
      advice: advice, sinceYesterday: [], sinceLastWeek: [.init(measure: text("Open tickets"), from: 30, to: 10)], weekAgo: 74,
      trend: Trend(direction: .declining, slope: -4.2, bandChanges: 1), history: history)
  }

  private var work: CustomerPage.Work {
    CustomerPage.Work(
      alerts: [
        .init(alert: alert("globex", score: 31, opened: .days(3)), told: [text("slack:success")]),
        .init(alert: alert("globex", score: 45, opened: .days(60), state: .closed, told: false, held: "recovered within the delay")),
      ],
      openTasks: [
        task("t-1", "Call: critical since Monday", due: .days(-1), priority: .high), task("t-4", "Send the offer", due: .days(2)),
      ],
      closedTasks: [task("t-0", "Ask about seats", due: .days(-9), outcome: .noAnswer, note: "Tried twice")],
      notes: [
        CustomerNote(
          id: text("n-1"), customer: text("globex"), at: ago(.days(2)), author: text("ann@example.com"),
          text: text("New head of operations.\nWants a review in January."))
      ],
      pulse: CustomerPulse(
        customer: text("globex"), at: ago(.days(4)), author: text("ann@example.com"), mood: .worried, text: text("Nobody answers")),
      owners: [.init(email: text("ann@example.com"), name: name("Ann Ahrens")), .init(email: "ben@example.com", name: text("Ben"))])
  }

  private var records: CustomerPage.Records {
    CustomerPage.Records(
      contacts: [
        .init(id: text("p-1"), name: name("Hank Scorpio"), email: text("hank@globex.example"), seenAt: ago(.days(12))),
        .init(id: text("p-2")),
      ],
      contactCount: 9,
      subscriptions: [
        SubscriptionRecord(
          id: text("s-1"), plan: text("Team"), tier: text("enterprise"), mrr: 1_250.5, seats: 40, status: text("past_due"),
          startedAt: ago(.days(400)), renewsAt: Self.now + .days(30))
      ],
      tickets: [
        .init(
          id: text("T-7"), subject: name("Import fails"), status: .open, priority: text("high"), openedAt: ago(.days(5)),
          satisfaction: nil),
        .init(id: text("T-3"), status: .solved, openedAt: ago(.days(50)), solvedAt: ago(.days(45)), satisfaction: 4),
      ], ticketCount: 12)
  }

  var customerPage: CustomerPage {
    let kinds = TimelineEntry.Kind.allCases
    let entries = (0..<40).map { index in
      TimelineEntry(
        at: ago(.hours(Int64(index) * 7)), kind: kinds[index % kinds.count], title: text("Something happened, number \(index)"))
    }
    return CustomerPage(
      summary: CustomerSummary(
        id: text("globex"), name: name("Globex Corporation"), startedAt: ago(.days(400)), journey: .renewal, health: nil,
        attributes: [
          .init(text("industry"), .string(name("energy"))), .init("employees", .integer(1_200)), .init("trial", .bool(false)),
          .init("tags", .array([.string(text("a"))])),
        ]),
      owner: .init(email: text("ann@example.com"), name: name("Ann Ahrens")), score: scoreOfCustomer, work: work, records: records,
      timeline: .init(entries: entries, next: text("cursor")), live: "/customers/globex/live")
  }
}
