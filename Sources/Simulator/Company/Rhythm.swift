import Domain

/// One simulated day: the 24 hours from `start`. Every time of day lies in it exactly once, whatever the time zone.
struct SimulatedDay {
  var index: Int
  var start: Instant
  var end: Instant { start + .days(1) }

  /// The instant of this day at which clocks `offset` minutes ahead of UTC show `minute` minutes after midnight.
  func instant(localMinute minute: Double, offset: Int) -> Instant {
    let day = Int64(86_400_000)
    let wanted = Int64((minute - Double(offset)) * 60_000)
    let startOfDay = start.microseconds / 1_000 - floorModulo(start.microseconds / 1_000, day)
    var instant = startOfDay + floorModulo(wanted, day)
    if instant < start.microseconds / 1_000 { instant += day }
    return Instant(microseconds: instant * 1_000)
  }

  /// Whether people at `offset` minutes ahead of UTC have a day off at `instant`.
  static func isWeekend(_ instant: Instant, offset: Int) -> Bool {
    // 1970-01-01 was a Thursday: day 2 was a Saturday.
    let weekday = floorModulo(Int64((instant + .minutes(Int64(offset))).day.number), 7)
    return weekday == 2 || weekday == 3
  }

  /// How busy people are at that time of the week, 1 on an ordinary Monday to Thursday.
  static func weekShape(_ instant: Instant, offset: Int) -> Double {
    switch floorModulo(Int64((instant + .minutes(Int64(offset))).day.number), 7) {
    case 2: 0.08
    case 3: 0.06
    case 1: 0.85
    case 4: 0.95
    default: 1
    }
  }

  /// How busy the season is: quiet between the years and in high summer.
  var seasonShape: Double {
    let date = CivilDate(start.day)
    switch (date.month, date.day) {
    case (12, 20...31), (1, 1): return 0.4
    case (1, 2...6): return 0.7
    case (7, _): return 0.93
    case (8, _): return 0.86
    case (9, _), (10, _): return 1.05
    default: return 1
    }
  }
}

func floorModulo(_ value: Int64, _ modulus: Int64) -> Int64 {
  let rest = value % modulus
  return rest < 0 ? rest + modulus : rest
}
