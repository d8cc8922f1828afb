import Domain
import Storage

/// Local days before today, each with the instant at which the company is looked at.
struct PastDays {
  /// Ascending.
  let days: [(day: Day, at: Instant)]

  init(blueprint: Blueprint, from start: Instant, today: Day, now: Instant) {
    let schedule = LocalSchedule(timeZone: blueprint.timeZone, minute: blueprint.dailyBatchMinute)
    let calendar = LocalCalendar(timeZone: blueprint.timeZone)
    var days: [(day: Day, at: Instant)] = []
    var next = schedule.latest(at: now)
    while let at = next, at >= start, days.count < HealthRecordQueries.daysKept {
      let day = calendar.day(at: at)
      if day < days.last?.day ?? today { days.append((day, at)) }
      next = schedule.latest(at: at - TimeSpan(microseconds: 1))
    }
    self.days = days.reversed()
  }

  /// The first day whose instant is not before another one; as many as there are days where there is none.
  func index(of instant: Instant) -> Int {
    var (low, high) = (0, days.count)
    while low < high {
      let middle = (low + high) / 2
      if days[middle].at < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Adds up a history of scores, in whatever order it comes, to how many customers had which score on each day.
struct PastScores {
  private struct Place: Hashable {
    var score: Int
    var band: Band
  }
  private let days: [(day: Day, at: Instant)]
  private var differences: [[Place: Int]]

  init(days: [(day: Day, at: Instant)]) {
    self.days = days
    differences = Array(repeating: [:], count: days.count)
  }

  /// From that day on a score stands in the place of another one, or of none.
  mutating func add(_ from: (score: Int, band: Band)?, _ to: (score: Int, band: Band), on index: Int) {
    guard differences.indices.contains(index) else { return }
    if let from { differences[index][Place(score: from.score, band: from.band), default: 0] -= 1 }
    differences[index][Place(score: to.score, band: to.band), default: 0] += 1
  }

  /// The days on which anybody had a score.
  var snapshots: [(day: Day, snapshot: HealthSnapshot)] {
    var counts: [Place: Int] = [:]
    return zip(days, differences).compactMap { day, difference in
      counts.merge(difference, uniquingKeysWith: +)
      let scores = counts.filter { $0.value > 0 }
        .map { ScoreCount(score: $0.key.score, band: $0.key.band, customers: $0.value) }
        .sorted { ($0.score, $0.band.rawValue) < ($1.score, $1.band.rawValue) }
      return scores.isEmpty ? nil : (day.day, HealthSnapshot(at: day.at, scores: scores))
    }
  }
}
