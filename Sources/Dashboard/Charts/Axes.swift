import Domain

/// A place on an axis with what is written there.
struct Tick: Hashable {
  /// 0…1 along the axis.
  var share: Double
  var label: String
}

/// Marks on a count axis from 0: steps of 1, 2 or 5 times a power of ten, at most five of them.
func countTicks(upTo most: Int) -> (ticks: [Tick], top: Int) {
  var step = 1
  var factors = [2.0, 2.5, 2].makeIterator()
  while most > step * 4 {
    guard let factor = factors.next() else {
      factors = [2.0, 2.5, 2].makeIterator()
      continue
    }
    step = Int(Double(step) * factor)
  }
  let count = max(1, (most + step - 1) / step)
  let top = count * step
  return ((0...count).map { Tick(share: Double($0 * step) / Double(top), label: grouped($0 * step)) }, top)
}

/// Marks where the bands begin, and at both ends of the scale.
func bandTicks(_ bands: Bands) -> [Tick] {
  Set([0, bands.atRiskFrom, bands.healthyFrom, 100]).sorted().map { Tick(share: Double($0) / 100, label: "\($0)") }
}

/// Lines across the plot with their values in the left margin. `share` 0 is at the bottom.
func valueAxis(_ ticks: [Tick]) -> HTML {
  ticks.html { tick in
    let y = percent(1 - tick.share)
    return
      "<line class=\"grid\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/><text class=\"left\" x=\"-8\" y=\"\(y)\" dy=\"4\">\(tick.label)</text>"
  }
}

/// Values below the plot; on a narrow one every other is left out.
func bottomAxis(_ ticks: [Tick]) -> HTML {
  ticks.enumerated().html { index, tick in
    let x = percent(tick.share)
    // Labels at the ends stay within the plot's width.
    let place = tick.share < 0.03 ? "start" : tick.share > 0.97 ? "end" : "middle"
    let rank = index % 2 == 0 ? "" : " minor"
    return """
      <svg class="at" x="\(x)" y="100%"><path class="tick" d="M0 0v5"/><text class="below \(place)\(rank)" y="19">\(tick.label)</text></svg>
      """
  }
}

/// Moments on a time axis, at whole hours, days, weeks, months or years of the reader's zone: the finest step that gives at most eight.
struct TimeAxis {
  var from: Instant
  var to: Instant
  var ticks: [Tick]

  fileprivate enum Step {
    case hours(Int)
    case days(Int)
    case weeks(Int)
    case months(Int)
  }

  private static let steps: [Step] = [
    .hours(1), .hours(3), .hours(6), .hours(12), .days(1), .days(2), .weeks(1), .weeks(2), .months(1), .months(2), .months(3), .months(6),
    .months(12), .months(24), .months(60), .months(120),
  ]

  init(from: Instant, to: Instant, clock: Clock) {
    self.from = from
    self.to = to
    ticks = []
    let length = (to - from).days
    for step in Self.steps where length / step.days <= 9 {
      let marks = step.marks(from: from, to: to, clock)
      if marks.count > 8 { continue }
      ticks = marks.map { Tick(share: share($0.at), label: $0.label) }
      return
    }
  }

  /// Where on the axis an instant lies, 0…1; at its ends for what lies beyond.
  func share(_ instant: Instant) -> Double {
    guard to > from else { return 0 }
    return min(1, max(0, (instant - from).seconds / (to - from).seconds))
  }
}

extension TimeAxis.Step {
  fileprivate typealias Mark = (at: Instant, label: String)

  /// About how many days it is long.
  fileprivate var days: Double {
    switch self {
    case .hours(let count): Double(count) / 24
    case .days(let count): Double(count)
    case .weeks(let count): Double(7 * count)
    case .months(let count): 30.4 * Double(count)
    }
  }

  /// All its boundaries from `from` through `to`, ascending.
  fileprivate func marks(from: Instant, to: Instant, _ clock: Clock) -> [Mark] {
    let first = clock.day(from)
    let last = clock.day(to)
    var marks: [Mark] = []
    switch self {
    case .hours(let count):
      for number in first.number...last.number {
        marks += stride(from: 0, to: 24, by: count).compactMap { Self.hour($0, of: Day(number: number), clock) }
      }
    case .days(let count), .weeks(let count):
      let isWeeks = if case .weeks = self { true } else { false }
      for number in first.number...last.number {
        // Counted from a Monday, so that a week begins on one and a step keeps its days when the window moves.
        let sinceMonday = Int(number) + 3
        guard sinceMonday % (isWeeks ? 7 * count : count) == 0 else { continue }
        let day = Day(number: number)
        marks.append((clock.start(of: day), Clock.short(CivilDate(day))))
      }
    case .months(let count):
      var month = CivilDate(first)
      while let begin = CivilDate(year: month.year, month: month.month, day: 1), Day(begin) <= last {
        if (begin.year * 12 + begin.month - 1) % count == 0 {
          marks.append((clock.start(of: Day(begin)), begin.month == 1 ? "\(begin.year)" : Clock.month(begin)))
        }
        guard let next = begin.adding(months: 1) else { break }
        month = next
      }
    }
    return marks.filter { $0.at >= from && $0.at <= to }
  }

  /// A full hour of a day there; `nil` where the clocks skip it.
  private static func hour(_ hour: Int, of day: Day, _ clock: Clock) -> Mark? {
    let guess = clock.start(of: day) + .hours(Int64(hour))
    let at = guess + .hours(Int64(hour - clock.reading(guess).hour))
    let reading = clock.reading(at)
    guard reading.hour == hour, clock.day(at) == day else { return nil }
    return (at, hour == 0 ? Clock.short(reading.date) : Clock.time(reading))
  }
}
