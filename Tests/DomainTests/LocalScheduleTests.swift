import Domain
import TestKit
import Testing

@Suite("Daily work")
struct LocalScheduleTests {
  @Test("is done once for each time it falls due, however the clock jumps by less than a day")
  func jumps() {
    for seed in 0..<cases(40) {
      var random = SplitMix64(seed: seed)
      let schedule = LocalSchedule(timeZone: random.pick(["UTC", "Europe/Berlin", "America/New_York"]), minute: random.below(1_440))
      // Around the nights on which clocks are changed.
      var now = Instant(iso8601: random.pick(["2026-03-20T00:00:00Z", "2026-10-18T00:00:00Z"])) ?? .epoch
      var (lastRun, farthest) = (now, now)
      var done: Set<Instant> = []
      for _ in 0..<400 {
        now = now + .minutes(Int64(random.whole(in: -700...900)))
        // By less than a day behind where it was.
        if farthest - now >= .days(1) { now = farthest - .hours(23) }
        farthest = max(farthest, now)
        if schedule.isDue(at: now, lastRun: lastRun), let due = schedule.latest(at: now) {
          #expect(done.insert(due).inserted, "seed \(seed): twice for \(due.iso8601)")
          lastRun = now
        }
        let newest = schedule.latest(at: farthest) ?? .distantPast
        #expect(newest <= lastRun || now < newest, "seed \(seed): \(newest.iso8601) is passed over")
      }
      #expect(done.count > 10, "else this test shows nothing")
    }
  }

  @Test("goes on at once where the clock that noted it stood more than a day ahead")
  func setRight() {
    let schedule = LocalSchedule(timeZone: "UTC", minute: 120)
    let now = Instant(iso8601: "2026-06-01T14:00:00Z") ?? .epoch
    #expect(!schedule.isDue(at: now, lastRun: now + .days(1)))
    #expect(schedule.isDue(at: now, lastRun: now + .days(1) + .seconds(1)))
    #expect(!schedule.isDue(at: now, lastRun: now))
  }
}
