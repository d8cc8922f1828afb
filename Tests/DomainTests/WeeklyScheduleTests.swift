import Domain
import TestKit
import Testing

@Suite("Weekly work")
struct WeeklyScheduleTests {
  private func instant(_ text: String) -> Instant { Instant(iso8601: text) ?? .epoch }

  @Test(
    "Weeks are numbered as ISO 8601 does, across the turn of the year",
    arguments: [
      ("2026-11-30", "2026-W49", "2026-11-30"), ("2026-12-06", "2026-W49", "2026-11-30"), ("2027-01-03", "2026-W53", "2026-12-28"),
      ("2027-01-04", "2027-W01", "2027-01-04"), ("2024-12-30", "2025-W01", "2024-12-30"), ("2021-01-01", "2020-W53", "2020-12-28"),
      ("1969-12-31", "1970-W01", "1969-12-29"),
    ])
  func weeks(day: String, week: String, monday: String) {
    let found = Week(containing: instant(day).day)
    #expect(found.description == week && found.monday.iso8601 == monday)
  }

  @Test(
    "Monday at nine is nine by the clocks of the place, in winter and in summer",
    arguments: [
      ("Europe/Berlin", "2026-12-02T12:00:00Z", "2026-11-30T08:00:00Z"), ("Europe/Berlin", "2026-07-01T12:00:00Z", "2026-06-29T07:00:00Z"),
      ("America/New_York", "2026-12-02T12:00:00Z", "2026-11-30T14:00:00Z"), ("UTC", "2026-11-30T00:00:00Z", "2026-11-30T09:00:00Z"),
      // Sunday evening in UTC is Monday in Auckland already.
      ("Pacific/Auckland", "2026-11-29T20:30:00Z", "2026-11-29T20:00:00Z"),
    ])
  func due(zone: String, at: String, due: String) {
    let schedule = WeeklySchedule(timeZone: zone, weekday: .monday, minute: 540)
    #expect(schedule.due(in: schedule.week(of: instant(at))) == instant(due))
  }

  @Test("It is due from its time on until the week ends, and what was missed in an earlier week is let go")
  func missed() {
    let schedule = WeeklySchedule(timeZone: "UTC", weekday: .monday, minute: 540)
    let lastWeek = instant("2026-11-23T09:00:10Z")
    for (now, isDue) in [
      ("2026-11-30T08:59:59Z", false), ("2026-11-30T09:00:00Z", true), ("2026-12-06T23:59:59Z", true), ("2026-12-07T03:00:00Z", false),
      ("2026-12-07T09:00:00Z", true),
    ] {
      #expect(schedule.isDue(at: instant(now), lastRun: lastWeek) == isDue, "\(now)")
    }
    #expect(!schedule.isDue(at: instant("2026-12-03T09:00:00Z"), lastRun: instant("2026-11-30T09:00:00Z")))
    let friday = WeeklySchedule(timeZone: "UTC", weekday: .friday, minute: 1_020)
    #expect(friday.isDue(at: instant("2026-12-06T12:00:00Z"), lastRun: lastWeek))
    #expect(!friday.isDue(at: instant("2026-12-07T12:00:00Z"), lastRun: lastWeek))
  }

  @Test("is done at most once for each week, however the clock jumps by less than a day")
  func jumps() {
    for seed in 0..<cases(40) {
      var random = SplitMix64(seed: seed)
      let zone = random.pick(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"])
      let schedule = WeeklySchedule(timeZone: zone, weekday: random.pick(Weekday.allCases), minute: random.below(1_440))
      var now = instant(random.pick(["2026-02-20T00:00:00Z", "2026-10-01T00:00:00Z"]))
      var (lastRun, farthest) = (now, now)
      var done: Set<Week> = []
      for _ in 0..<1_500 {
        now = now + .minutes(Int64(random.whole(in: -700...900)))
        if farthest - now >= .days(1) { now = farthest - .hours(23) }
        farthest = max(farthest, now)
        guard schedule.isDue(at: now, lastRun: lastRun) else { continue }
        #expect(done.insert(schedule.week(of: now)).inserted, "seed \(seed): twice at \(now.iso8601)")
        lastRun = now
      }
      #expect(done.count > 3, "else this test shows nothing")
    }
  }
}
