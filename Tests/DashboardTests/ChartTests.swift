import Domain
import Testing

@testable import Dashboard

@Suite("Charts") struct ChartTests {
  private let shell = LookSamples.shell()
  private let bands = Bands()

  private func point(_ at: String, _ score: Int, _ cause: HealthChange.Cause = .data) -> ScorePoint {
    ScorePoint(at: LookSamples.instant(at), score: score, band: bands.band(of: score), cause: cause)
  }

  private func history(
    _ points: [ScorePoint], before: Int? = nil, from: String = "2026-10-27T12:00:00Z", to: String = "2026-11-26T12:05:00Z"
  ) -> Markup {
    Markup(
      scoreHistoryChart(points: points, before: before, bands: bands, from: LookSamples.instant(from), to: LookSamples.instant(to), shell))
  }

  private let days: [DayBands] = (0..<92).map { number in
    DayBands(day: LookSamples.day("2026-08-27") + number, healthy: 100 - number, atRisk: 40, critical: number)
  }

  @Test("Each is well-formed, has a name, and no style or handler of its own")
  func wellFormed() {
    let all: HTML = """
      \(scoreHistoryChart(
          points: [point("2026-11-01T12:00:00Z", 50, .model)], bands: bands, from: shell.now - .days(30), to: shell.now, shell))
      \(distributionChart(counts: (0...100).map { $0 * $0 }, bands: bands))\(bandShareChart(days: days))
      \(averageLine(days: days.map { DayAverage(day: $0.day, average: Double($0.healthy)) }, bands: bands))
      \(flowDiagram(flows: [DrawnFlow(from: .healthy, to: .critical, customers: 3), DrawnFlow(from: nil, to: .atRisk, customers: 1)]))
      \(sparkline([3, 50, 100], label: LookSamples.hostile))\(stackedBar([.healthy: 3, .critical: 1], label: LookSamples.hostile))
      """
    let markup = Markup(all)
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.all("figure").count == 5)
    #expect(markup.all("table").count == 5)
  }

  // MARK: Score history

  @Test("The line holds a score until it changes, from the score before the window to its end")
  func steps() {
    let markup = history([point("2026-11-11T12:02:30Z", 50), point("2026-11-26T12:05:00Z", 30)], before: 80)
    #expect(markup.with(class: "line").map { $0["d"] } == ["M0 200H500V500H1000V700H1000"])
  }

  @Test("Each change is a mark with its cause, and a row with the same figures")
  func marksAndRows() {
    let markup = history([point("2026-11-01T00:30:00Z", 60, .time), point("2026-11-20T08:00:00Z", 31)], before: 80)
    let marks = markup.all("title").map(\.text)
    #expect(marks == ["1 Nov 2026, 01:30: 80 → 60, time passing", "20 Nov 2026, 09:00: 60 → 31, new data"])
    #expect(
      markup.rows == [
        ["20 Nov 2026, 09:00", "60 → 31", "Critical", "new data"], ["1 Nov 2026, 01:30", "80 → 60", "At-risk", "time passing"],
      ])
    #expect(markup.all("svg").first?["aria-label"] == "Score from 27 Oct 2026 to 26 Nov 2026: now 31, lowest 31, highest 80, 2 changes")
    #expect(markup.with(class: "legend").first?.text == "new datatime passing")
  }

  @Test("Of very many changes those are marked that moved the score most, and the rest is counted")
  func manyChanges() {
    let points = (0..<200).map { number in
      ScorePoint(at: shell.now - .hours(Int64(200 - number)), score: number == 150 ? 5 : 70 + number % 2, band: .healthy, cause: .data)
    }
    let markup = history(points)
    #expect(markup.all("title").count == 80)
    #expect(markup.rows.count == 80)
    #expect(markup.all("title").contains { $0.text.contains("71 → 5") })
    #expect(markup.all("caption").first?.text.hasSuffix("120 smaller ones are left out") == true)
    #expect(markup.with(class: "line").first?["d"]?.split(separator: "H").count == 201)
  }

  @Test("A score that has not changed is a line through the whole window, and a row")
  func unchanged() {
    let markup = history([], before: 85)
    #expect(markup.faults.isEmpty, "\(markup.faults)")
    #expect(markup.with(class: "line").map { $0["d"] } == ["M0 150H1000"])
    #expect(markup.rows == [["27 Oct 2026, 13:00", "85", "Healthy", "no change since"]])
    #expect(markup.all("svg").first?["aria-label"] == "Score from 27 Oct 2026 to 26 Nov 2026: now 85, lowest 85, highest 85, 0 changes")
    #expect(markup.with(class: "legend").isEmpty)
  }

  @Test("Where nothing is known of the time before the window the first row says what its change came from")
  func firstRow() {
    var first = point("2026-11-20T08:00:00Z", 60)
    first.from = 85
    #expect(history([first]).rows == [["20 Nov 2026, 09:00", "85 → 60", "At-risk", "new data"]])
  }

  @Test("Without a score there is a sentence instead")
  func noScore() {
    #expect(history([]).with(class: "empty").count == 1)
  }

  // MARK: Company

  @Test("Bars of five points hold every customer once, in the colour of the band")
  func distribution() {
    var counts = [Int](repeating: 0, count: 101)
    (counts[0], counts[39], counts[40], counts[72], counts[100]) = (1, 2, 3, 4, 4)
    let markup = Markup(distributionChart(counts: counts, bands: Bands(healthyFrom: 73, atRiskFrom: 40)))
    let bars = markup.with(class: "bar")
    #expect(bars.map { $0.classes.last } == ["critical", "critical", "at-risk", "at-risk", "healthy"])
    #expect(bars.map(\.text).first == "Score 0–4: 1 customer, Critical")
    #expect(bars.map(\.text).last == "Score 95–100: 4 customers, Healthy")
    #expect(bars.map { $0["height"] } == ["25%", "50%", "75%", "100%", "100%"])
    let rows = markup.rows
    #expect(rows.count == 20)
    #expect(rows.compactMap { Int($0[1]) }.reduce(0, +) == 14)
    #expect(rows.first == ["95–100", "4", "Healthy"])
  }

  @Test("A bar in which a band begins is shared between both")
  func sharedBar() {
    let markup = Markup(
      distributionChart(counts: (0...100).map { (70...74).contains($0) ? 1 : 0 }, bands: Bands(healthyFrom: 73, atRiskFrom: 40)))
    #expect(markup.with(class: "bar").map(\.text) == ["Score 70–74: 3 customers, At-risk", "Score 70–74: 2 customers, Healthy"])
    #expect(markup.rows.first { $0[1] == "5" } == ["70–74", "5", "At-risk, Healthy"])
  }

  @Test("Areas of the bands fill the plot; their table has a row a day")
  func shares() {
    let markup = Markup(bandShareChart(days: Array(days.prefix(3))))
    let areas = markup.with(class: "area")
    #expect(areas.map { $0.classes.last } == ["critical", "at-risk", "healthy"])
    #expect(areas.first?["d"] == "M0 1000L500 993L1000 986L1000 1000L500 1000L0 1000Z")
    #expect(areas.last?["d"]?.hasPrefix("M0 0L500 0L1000 0L") == true)
    #expect(markup.rows.count == 3)
    #expect(markup.rows.first == ["29 Aug 2026", "98 (70 %)", "40 (29 %)", "2 (1 %)"])
    #expect(Markup(bandShareChart(days: days)).rows.count == 92)
    #expect(Markup(bandShareChart(days: days)).with(class: "strip").count == 46)
    #expect(Markup(bandShareChart(days: Array(days.prefix(1)))).with(class: "empty").count == 1)
  }

  @Test("The average's scale is of whole tens around the line, at least twenty wide")
  func average() {
    let days = [(0, 68.04), (1, 69.5), (3, 71.25)].map { DayAverage(day: LookSamples.day("2026-11-20") + $0.0, average: $0.1) }
    let markup = Markup(averageLine(days: days, bands: bands))
    #expect(markup.with(class: "left").map(\.text) == ["60", "65", "70", "75", "80"])
    #expect(markup.with(class: "line").first?["d"] == "M0 598L333 525L1000 438")
    #expect(markup.rows == [["23 Nov 2026", "71.3"], ["21 Nov 2026", "69.5"], ["20 Nov 2026", "68"]])
    let top = Markup(averageLine(days: [0, 1].map { DayAverage(day: LookSamples.day("2026-11-20") + $0, average: 100) }, bands: bands))
    #expect(top.with(class: "left").map(\.text) == ["80", "85", "90", "95", "100"])
    let near = Markup(
      averageLine(days: [66, 69].map { DayAverage(day: LookSamples.day("2026-11-20") + Int($0), average: $0) }, bands: bands))
    #expect(near.with(class: "left").map(\.text) == ["60", "65", "70", "75", "80"])
  }

  @Test("Streams leave and reach the bands with what they carry; the table says the same, largest first")
  func flow() {
    let flows = [
      DrawnFlow(from: .healthy, to: .healthy, customers: 90), DrawnFlow(from: .healthy, to: .critical, customers: 4),
      DrawnFlow(from: .critical, to: .healthy, customers: 1), DrawnFlow(from: nil, to: .atRisk, customers: 7),
      DrawnFlow(from: .atRisk, to: nil, customers: 2), DrawnFlow(from: .atRisk, to: .critical, customers: 0),
    ]
    let markup = Markup(flowDiagram(flows: flows))
    #expect(markup.with(class: "stream").count == 5)
    #expect(markup.with(class: "stays").map(\.text) == ["90 customers: Healthy → Healthy"])
    #expect(markup.with(class: "left").map(\.text) == ["Healthy94", "At-risk2", "Critical1", "New7"])
    #expect(markup.with(class: "right").map(\.text) == ["Healthy91", "At-risk7", "Critical4", "Gone2"])
    #expect(
      markup.rows == [
        ["Healthy", "Healthy", "90"], ["New", "At-risk", "7"], ["Healthy", "Critical", "4"], ["At-risk", "Gone", "2"],
        ["Critical", "Healthy", "1"],
      ])
    #expect(markup.all("svg").first?["aria-label"] == "Customers by band a week ago and now: 14 moved")
  }

  @Test("A bar of bands is as wide as their shares, and says the counts")
  func stacked() {
    let markup = Markup(stackedBar([.healthy: 3, .critical: 1], label: "Enterprise"))
    #expect(markup.with(class: "bar").map { $0["width"] } == ["75%", "25%"])
    #expect(markup.with(class: "bar").map { $0["x"] } == ["0%", "75%"])
    #expect(markup.all("svg").first?["aria-label"] == "Enterprise: Healthy 3, At-risk 0, Critical 1")
  }

  @Test("A share never says 0 % of something nor 100 % of less than all")
  func shareWords() {
    #expect(shareText(1, of: 1_000) == "< 1 %")
    #expect(shareText(999, of: 1_000) == "> 99 %")
    #expect(shareText(0, of: 1_000) == "0 %")
    #expect(shareText(1_000, of: 1_000) == "100 %")
    #expect(shareText(0, of: 0) == "–")
  }

  @Test("Numbers are written as people read them")
  func numbers() {
    #expect(
      [0, 12, 123, 1_234, 1_234_567, -1_234].map { grouped($0) } == [
        "0", "12", "123", "1\u{202f}234", "1\u{202f}234\u{202f}567", "−1\u{202f}234",
      ])
    #expect([0, 68.04, 68.05, -0.5, 100].map { oneDecimal($0) } == ["0", "68", "68.1", "−0.5", "100"])
    #expect([0, 0.5, 0.123_4, 0.300_5, 1, -0.01].map { percent($0) } == ["0%", "50%", "12.34%", "30.05%", "100%", "-1%"])
  }
}
