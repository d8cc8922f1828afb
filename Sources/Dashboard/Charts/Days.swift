import Domain

/// How many customers were in which band at the end of a day.
struct DayBands: Hashable, Sendable {
  var day: Day
  var healthy: Int
  var atRisk: Int
  var critical: Int

  var total: Int { healthy + atRisk + critical }

  func customers(_ band: Band) -> Int {
    switch band {
    case .healthy: healthy
    case .atRisk: atRisk
    case .critical: critical
    }
  }
}

/// The customers' average score at the end of a day.
struct DayAverage: Hashable, Sendable {
  var day: Day
  var average: Double
}

/// Which share of the customers was in which band, day by day: areas on top of each other, critical at the ground.
/// - Parameter days: ascending; days without customers are passed over.
func bandShareChart(days: [DayBands]) -> HTML {
  let days = days.filter { $0.total > 0 }
  guard let first = days.first, let last = days.last, first.day < last.day else {
    return emptyState("Not enough days yet.", hint: "The chart begins with the second day that has scores.")
  }
  let axis = DayAxis(from: first.day, to: last.day)
  var ground = days.map { _ in 0.0 }
  let areas = Band.allCases.html { band -> HTML in
    let top = zip(ground, days).map { $0 + Double($1.customers(band)) / Double($1.total) }
    let upper = zip(days, top).map { "\(unit(axis.share($0.day))) \(unit(1 - $1))" }
    let lower = zip(days, ground).map { "\(unit(axis.share($0.day))) \(unit(1 - $1))" }.reversed()
    ground = top
    return "<path class=\"area \(band.rawValue)\" d=\"M\(upper.joined(separator: "L"))L\(lower.joined(separator: "L"))Z\"/>"
  }
  let scale = [(0, "0 %"), (0.5, "50 %"), (1, "100 %")].map { Tick(share: $0.0, label: $0.1) }
  let texts = days.map { day in
    Band.allCases.reversed().map { "\($0.title) \(grouped(day.customers($0))) (\(shareText(day.customers($0), of: day.total)))" }
  }
  let rows = days.reversed().map { day in [Clock.words(CivilDate(day.day))] + Band.allCases.reversed().map { day.cell($0) } }
  return Chart(
    kind: .shares, name: "Share of customers by band, \(axis.words); last: \(texts.last?.joined(separator: ", ") ?? "")",
    picture: """
      \(plane(areas))\(valueAxis(scale))\(bottomAxis(axis.ticks))\
      \(axis.strips(zip(days, texts).map { ($0.day, $1.joined(separator: ", ")) }))
      """,
    legend: legend(Band.allCases.reversed().map { (swatch($0), $0.title) }),
    table: figures(caption: "Customers by band, newest day first", head: ["Day", "Healthy", "At-risk", "Critical"], rows: rows)
  ).html
}

extension DayBands {
  fileprivate func cell(_ band: Band) -> String { "\(grouped(customers(band))) (\(shareText(customers(band), of: total)))" }
}

/// "12 %"; never 0 % of what is there nor 100 % where something is missing.
func shareText(_ part: Int, of total: Int) -> String {
  guard total > 0 else { return "–" }
  let percent = Int((Double(part) / Double(total) * 100).rounded())
  if percent == 0, part > 0 { return "< 1 %" }
  return percent == 100 && part < total ? "> 99 %" : "\(percent) %"
}

/// The average score day by day, over the bands.
/// - Parameter days: ascending.
func averageLine(days: [DayAverage], bands: Bands) -> HTML {
  guard let first = days.first, let last = days.last, first.day < last.day else {
    return emptyState("Not enough days yet.", hint: "The line begins with the second day that has scores.")
  }
  let axis = DayAxis(from: first.day, to: last.day)
  let averages = days.map(\.average)
  let (low, high) = tens(around: averages)
  func share(_ value: Double) -> Double { (value - Double(low)) / Double(high - low) }
  let line = days.map { "\(unit(axis.share($0.day))) \(unit(1 - share($0.average)))" }
  let ticks = stride(from: low, through: high, by: high - low > 50 ? 20 : high - low > 20 ? 10 : 5).map {
    Tick(share: share(Double($0)), label: "\($0)")
  }
  let rows = days.reversed().map { [Clock.words(CivilDate($0.day)), oneDecimal($0.average)] }
  return Chart(
    kind: .average,
    name: """
      Average score, \(axis.words): first \(oneDecimal(first.average)), last \(oneDecimal(last.average)), \
      lowest \(oneDecimal(averages.min() ?? 0)), highest \(oneDecimal(averages.max() ?? 0))
      """,
    picture: """
      \(zones(bands, from: low, to: high))\(valueAxis(ticks))\(bottomAxis(axis.ticks))\
      \(plane("<path class=\"line\" d=\"M\(line.joined(separator: "L"))\"/>"))\
      <circle class="last" cx="100%" cy="\(percent(1 - share(last.average)))" r="4"/>\
      \(axis.strips(days.map { ($0.day, oneDecimal($0.average)) }))
      """,
    legend: nil,
    table: figures(caption: "Average score, newest day first", head: ["Day", "Average"], rows: rows)
  ).html
}

/// The range of tens that holds all values, at least 20 wide; widened where they come nearest to its edge.
private func tens(around values: [Double]) -> (Int, Int) {
  let (least, most) = (values.min() ?? 0, values.max() ?? 0)
  var low = Int((least / 10).rounded(.down)) * 10
  var high = Int((most / 10).rounded(.up)) * 10
  while high - low < 20 {
    if high < 100, low == 0 || Double(high) - most <= least - Double(low) { high += 10 } else { low -= 10 }
  }
  return (low, high)
}

/// An axis of calendar days.
private struct DayAxis {
  var from: Day
  var to: Day
  var ticks: [Tick]

  init(from: Day, to: Day) {
    self.from = from
    self.to = to
    ticks = TimeAxis(from: from.start, to: to.start, clock: Clock(timeZone: "UTC")).ticks
  }

  var words: String { "\(Clock.words(CivilDate(from))) to \(Clock.words(CivilDate(to)))" }

  func share(_ day: Day) -> Double { Double(day.number - from.number) / Double(to.number - from.number) }

  /// Unseen strips that say a day's figures under the pointer, at most 46 of them.
  func strips(_ texts: [(day: Day, text: String)]) -> HTML {
    let step = (texts.count + 45) / 46
    let width = Double(step) / Double(to.number - from.number)
    return texts.enumerated().html { index, entry in
      // Counted from the newest, which always has one.
      guard (texts.count - 1 - index) % step == 0 else { return .empty }
      return """
        <rect class="strip" x="\(percent(share(entry.day) - width / 2))" width="\(percent(width))" height="100%">\
        <title>\(Clock.words(CivilDate(entry.day))): \(entry.text)</title></rect>
        """
    }
  }
}
