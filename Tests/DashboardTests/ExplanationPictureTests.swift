import Domain
import Testing

@testable import Dashboard

@Suite("The picture of an explanation") struct ExplanationPictureTests {
  private func explanation(caps: [Adjustment] = [], gaps: [Coverage.Gap] = [], title: String = "Last login") -> Explanation {
    let pillars = [
      PillarScore(
        name: "engagement", points: 20, max: 40,
        measures: [MeasureScore(name: "last_login", title: title, signal: .duration(.days(12)), points: 20, max: 40)]),
      PillarScore(
        name: "support", points: 10, max: 30,
        measures: [MeasureScore(name: "tickets", title: "Open tickets", signal: .number(2), points: 10, max: 30)]),
      PillarScore(
        name: "value_seen", points: 30, max: 30,
        measures: [
          MeasureScore(name: "features", title: "Features", signal: .number(9), points: 25, max: 25),
          MeasureScore(name: "goals", title: "Goals", signal: nil, points: 5, max: 5),
        ]),
    ]
    let score = 60 + caps.reduce(0) { $0 + $1.points }
    return Explanation(
      customer: "acme", at: LookSamples.now, score: score, band: Bands().band(of: score), variant: nil, model: "m1", pillars: pillars,
      adjustments: caps, coverage: Coverage(share: 1, gaps: gaps), until: nil)
  }

  private let cap = Adjustment(name: "unpaid", limit: 35, points: -25, reason: "A payment failed")

  @Test("The table names every measure with signal and points under its pillar, and ends in the score")
  func table() {
    let markup = Markup(explanationPicture(explanation(), bands: Bands(), signals: ["last_login": "12 d ago"]))
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(
      markup.rows == [
        ["Engagement", "20 of 40"], ["Last login", "12 d ago", "", "20 of 40"],
        ["Support", "10 of 30"], ["Open tickets", "2", "", "10 of 30"],
        ["Value seen", "30 of 30"], ["Features", "9", "", "25 of 25"], ["Goals", "not known", "", "5 of 5"],
      ])
    #expect(
      markup.elements.filter { $0.path.contains("tfoot") && $0.name != "tr" && $0.name != "b" }.map(\.text) == ["Score", "60 of 100"])
  }

  @Test("All bars have one scale: as long as the maximum, filled as far as it gives, hatched the rest")
  func bars() {
    let markup = Markup(explanationPicture(explanation(), bands: Bands()))
    let bars = markup.elements.filter { $0.name == "rect" && $0.path.contains("td") }
    #expect(bars.filter { $0.classes == ["given"] }.map { $0["width"] } == ["50%", "25%", "62.5%", "12.5%"])
    let hatched = bars.filter { $0.classes == ["withheld"] }
    #expect(hatched.map { $0["x"] } == ["50%", "25%"])
    #expect(hatched.map { $0["width"] } == ["50%", "50%"])
    #expect(hatched.allSatisfy { $0["fill"] == "url(#hatch)" })
  }

  @Test("The hundred points are the score and what lacks, heaviest first, and fill the bar")
  func hundred() {
    let markup = Markup(explanationPicture(explanation(caps: [cap]), bands: Bands()))
    let bar = markup.elements.filter { $0.name == "rect" && !$0.path.contains("table") }
    #expect(bar.map { $0.classes.first } == ["given", "cut", "withheld", "withheld"])
    #expect(bar.map { $0["width"] } == ["35%", "25%", "20%", "20%"])
    #expect(bar.map { $0["x"] } == [nil, "35%", "60%", "80%"])
    #expect(
      markup.all("svg").first?["aria-label"]
        == "35 of 100 points, Critical; what lacks: A payment failed −25, Last login −20, Open tickets −20")
    #expect(markup.with(class: "middle").map(\.text) == ["At-risk from 40", "Healthy from 70"])
  }

  @Test("A cap stands at the end as a cut, with its limit and what it took")
  func caps() {
    let markup = Markup(explanationPicture(explanation(caps: [cap]), bands: Bands()))
    #expect(markup.rows.suffix(2) == [["Held down by"], ["A payment failed", "never above 35", "", "−25"]])
    #expect(Markup(explanationPicture(explanation(), bands: Bands())).with(class: "cut").isEmpty)
  }

  @Test("What is not known of a measure stands beside it")
  func gaps() {
    let markup = Markup(
      explanationPicture(explanation(gaps: [.init(measure: "goals", reason: "no event has been seen")]), bands: Bands()))
    #expect(markup.rows.last == ["Goals", "not knownno event has been seen", "", "5 of 5"])
  }

  @Test("Names of measures and caps stay text")
  func hostile() {
    let name = LookSamples.hostile
    let markup = Markup(
      explanationPicture(
        explanation(caps: [Adjustment(name: "x", limit: 1, points: -59, reason: name)], title: name), bands: Bands(),
        signals: ["last_login": name]))
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.rows[1].prefix(2) == [name, name])
  }
}
