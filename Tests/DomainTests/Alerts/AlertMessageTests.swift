import Domain
import Testing

@Suite("What an alert says")
struct AlertMessageTests {
  private func explanation(adjustments: [Adjustment] = []) -> Explanation {
    let measures = [
      MeasureScore(name: "last_login", title: "Last login", signal: .duration(.days(12)), points: 20, max: 40),
      MeasureScore(name: "open_tickets", title: "Open tickets", signal: .number(3), points: 0, max: 30),
      MeasureScore(name: "features", title: "Features", signal: nil, points: 11, max: 11),
      MeasureScore(name: "resolution", title: "Resolution time", signal: .duration(.hours(5)), points: 9, max: 19),
    ]
    let pillar = PillarScore(name: "all", points: 40, max: 100, measures: measures)
    return Explanation(
      customer: "acme", at: AlertFixture.start, score: 40, band: .atRisk, variant: nil, model: "m1", pillars: [pillar],
      adjustments: adjustments, coverage: Coverage(share: 1, gaps: []), until: nil)
  }

  private var model: HealthModel {
    let login = Formula(source: "age(login)", type: .duration, term: .signal(.age(.named("Signed In"))))
    let measure = Measure(name: "last_login", title: "Last login", signal: login, rule: .share, max: 40)
    return HealthModel(pillars: [Pillar(name: "all", max: 100, measures: [measure])], version: "m1")
  }

  @Test("The heaviest reasons are the measures that withhold most, worded, without those that withhold nothing")
  func reasons() {
    let reasons = explanation().heaviestReasons(model: model)
    #expect(
      reasons.map(\.words) == [
        "Open tickets: 3, 0 of 30 points", "Last login: 12 d ago, 20 of 40 points", "Resolution time: 5 h, 9 of 19 points",
      ])
    #expect(reasons.map(\.lost) == [30, 20, 10])
  }

  @Test("A cap that takes points is a reason among the others")
  func cap() {
    let cap = Adjustment(name: "payment", limit: 15, points: -25, reason: "A payment failed")
    let reasons = explanation(adjustments: [cap]).heaviestReasons(2, model: model)
    #expect(reasons.map(\.words) == ["Open tickets: 3, 0 of 30 points", "A payment failed: capped at 15, −25 points"])
  }

  @Test("The stored form reads back as the same message, and anything else is refused")
  func roundTrip() {
    let message = AlertMessage(
      company: "Initech", customer: "acme", name: nil, now: .init(score: 31, band: .critical), previous: .init(score: 52, band: .atRisk),
      reasons: explanation().heaviestReasons(model: model), link: nil, since: AlertFixture.start)
    #expect(AlertMessage(message.json) == message)
    #expect((try? JSON.parse(message.json.printed())).flatMap { AlertMessage($0) } == message)
    #expect(AlertMessage(.null) == nil && AlertMessage(["message": "digest"]) == nil)
    #expect(message.title == "Critical: acme, 31")
  }
}
