import Domain

/// A score from some instant on, and what brought it.
struct ScorePoint: Hashable, Sendable {
  var at: Instant
  var score: Int
  var band: Band
  var cause: HealthChange.Cause
  /// The score before, where that is known.
  var from: Int? = nil
}

extension HealthChange.Cause {
  /// For people.
  var words: String {
    switch self {
    case .data: "new data"
    case .time: "time passing"
    case .model: "changed model"
    case .repair: "repair"
    }
  }

  /// A cause is told by its mark's shape: a disc, a ring, a square, a cross.
  fileprivate var mark: HTML {
    switch self {
    case .data: "<circle r=\"4\"/>"
    case .time: "<circle class=\"ring\" r=\"3.5\"/>"
    case .model: "<path d=\"M-4-4h8v8h-8z\"/>"
    case .repair: "<path class=\"ring\" d=\"M-4-4l8 8M-4 4l8-8\"/>"
    }
  }
}

/// A customer's score over time: a step line over the bands, each change a mark that says what brought it.
/// - Parameters:
///   - points: ascending.
///   - before: the score with which the time from `from` on begins; `nil`: there was none yet.
func scoreHistoryChart(points: [ScorePoint], before: Int? = nil, bands: Bands, from: Instant, to: Instant, _ shell: Shell) -> HTML {
  let clock = Clock(timeZone: shell.timeZone)
  let axis = TimeAxis(from: from, to: to, clock: clock)
  let within = points.filter { $0.at >= from && $0.at <= to }
  guard let last = within.last?.score ?? before, to > from else { return emptyState("No score yet.") }
  let changes = zip([before] + within.map { Optional($0.score) }, within).map { (from: $0 ?? $1.from, point: $1) }
  let shown = mostTelling(changes, limit: 80)
  let marks = shown.html { change in
    let point = change.point
    let text = "\(clock.minute(point.at)): \(moved(change)), \(point.cause.words)"
    return """
      <svg class="mark \(point.band.rawValue)" x="\(percent(axis.share(point.at)))" y="\(percent(1 - Double(point.score) / 100))">\
      <title>\(text)</title>\(point.cause.mark)</svg>
      """
  }
  let picture: HTML = """
    \(zones(bands, from: 0, to: 100))\(valueAxis(bandTicks(bands)))\(bottomAxis(axis.ticks))\
    \(plane("<path class=\"line\" d=\"\(stepPath(before: before, within, axis))\"/>"))\(marks)
    """
  let causes = HealthChange.Cause.allCases.filter { cause in shown.contains { $0.point.cause == cause } }
  let changed = shown.reversed().map { [clock.minute($0.point.at), moved($0), $0.point.band.title, $0.point.cause.words] }
  let rows = changed.isEmpty ? [[clock.minute(from), "\(last)", bands.band(of: last).title, "no change since"]] : changed
  let left = changes.count - shown.count
  let caption = "Score changes, newest first, times of \(clock.name)" + (left > 0 ? "; \(left) smaller ones are left out" : "")
  let scores = within.map(\.score) + [before].compactMap(\.self)
  return Chart(
    kind: .history,
    name: """
      Score from \(clock.date(from)) to \(clock.date(to)): now \(last), lowest \(scores.min() ?? last), \
      highest \(scores.max() ?? last), \(counted(changes.count, "change"))
      """,
    picture: picture,
    legend: causeLegend(causes),
    table: figures(caption: caption, head: ["When", "Score", "Band", "Cause"], rows: rows)
  ).html
}

private func causeLegend(_ causes: [HealthChange.Cause]) -> HTML? {
  guard !causes.isEmpty else { return nil }
  return legend(
    causes.map {
      ("<svg class=\"mark key\" aria-hidden=\"true\" width=\"12\" height=\"12\" viewBox=\"-6 -6 12 12\">\($0.mark)</svg>", $0.words)
    })
}

private typealias ScoreChange = (from: Int?, point: ScorePoint)

private func moved(_ change: ScoreChange) -> String { change.from.map { "\($0) → \(change.point.score)" } ?? "\(change.point.score)" }

/// All changes where they are few; else those that moved the score most, of equals the newest.
private func mostTelling(_ changes: [ScoreChange], limit: Int) -> [ScoreChange] {
  if changes.count <= limit { return changes }
  func weight(_ change: ScoreChange) -> Int { change.from.map { abs(change.point.score - $0) } ?? 100 }
  let heaviest = changes.indices.sorted { (weight(changes[$1]), $1) < (weight(changes[$0]), $0) }.prefix(limit)
  return heaviest.sorted().map { changes[$0] }
}

/// The score stays where it is until it changes.
private func stepPath(before: Int?, _ points: [ScorePoint], _ axis: TimeAxis) -> String {
  var path = ""
  func y(_ score: Int) -> Int { 1_000 - score * 10 }
  if let before { path = "M0 \(y(before))" }
  for point in points {
    let x = unit(axis.share(point.at))
    path += path.isEmpty ? "M\(x) \(y(point.score))" : "H\(x)V\(y(point.score))"
  }
  return path + "H1000"
}

/// The bands as zones behind a plot whose values run from `low` to `high`.
func zones(_ bands: Bands, from low: Int, to high: Int) -> HTML {
  let ranges: [(Band, Int, Int)] = [
    (.healthy, bands.healthyFrom, 100), (.atRisk, bands.atRiskFrom, bands.healthyFrom), (.critical, 0, bands.atRiskFrom),
  ]
  return ranges.html { band, bottom, top in
    let (bottom, top) = (max(bottom, low), min(top, high))
    guard top > bottom else { return .empty }
    let y = 1 - Double(top - low) / Double(high - low)
    let height = Double(top - bottom) / Double(high - low)
    // A zone too low for its name goes without.
    let name: HTML? =
      height < 0.12
      ? nil
      : """
      <text class="zone-name minor \(band.rawValue)" x="100%" y="\(percent(y + height / 2))" dx="8" dy="4">\(band.title)</text>
      """
    return "<rect class=\"zone \(band.rawValue)\" width=\"100%\" y=\"\(percent(y))\" height=\"\(percent(height))\"/>\(name)"
  }
}

extension Clock {
  /// "26 Nov 2026, 14:05".
  func minute(_ instant: Instant) -> String {
    let reading = reading(instant)
    return "\(Self.words(reading.date)), \(Self.time(reading))"
  }
}
