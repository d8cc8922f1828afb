/// How often something happened, by day. The latest day, most often the only one, has its place here; the others are in an array.
public struct DayCounts: Hashable, Sendable {
  private struct DayCount: Hashable, Sendable {
    var day: Day
    var count: Int
  }

  /// Its count is 0 where there is no day at all.
  private var latest = DayCount(day: Day(number: .min), count: 0)
  /// Ascending, all before `latest`.
  private var earlier: [DayCount] = []

  public init() {}

  /// Adds to a day, and forgets the days before `first`.
  mutating func add(_ count: Int, on day: Day, keepingFrom first: Day) {
    guard day >= first, count > 0 else { return }
    if day > latest.day {
      if latest.count > 0 { earlier.append(latest) }
      latest = DayCount(day: day, count: count)
    } else if day == latest.day {
      latest.count += count
    } else {
      addEarlier(count, on: day)
    }
    if let oldest = earlier.first, oldest.day < first { earlier.removeFirst(earlier.prefix { $0.day < first }.count) }
  }

  private mutating func addEarlier(_ count: Int, on day: Day) {
    var index = earlier.endIndex
    while index > earlier.startIndex, earlier[index - 1].day >= day { index -= 1 }
    if index < earlier.endIndex, earlier[index].day == day {
      earlier[index].count += count
    } else {
      earlier.insert(DayCount(day: day, count: count), at: index)
    }
  }

  /// The sum over the days `from`…`through`.
  func count(from: Day, through: Day) -> Int {
    var sum = latest.day >= from && latest.day <= through ? latest.count : 0
    for entry in earlier.reversed() {
      if entry.day < from { break }
      if entry.day <= through { sum += entry.count }
    }
    return sum
  }

  /// The earliest day from `from` through `through` that has any.
  func firstDay(from: Day, through: Day) -> Day? {
    if let day = earlier.first(where: { $0.day >= from && $0.day <= through })?.day { return day }
    return latest.count > 0 && latest.day >= from && latest.day <= through ? latest.day : nil
  }
}
