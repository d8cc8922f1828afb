import Domain
import Testing

@testable import Dashboard

@Suite("Axes") struct AxisTests {
  private func axis(_ from: String, _ to: String, _ zone: String = "Europe/Berlin") -> TimeAxis {
    TimeAxis(from: LookSamples.instant(from), to: LookSamples.instant(to), clock: Clock(timeZone: zone))
  }

  @Test(
    "Ticks ascend, lie on the axis and are few, whatever its length", arguments: ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
  func ticksAscend(zone: String) {
    var length = TimeSpan.hours(2)
    while length < .days(20_000) {
      let to = LookSamples.instant("2026-11-26T12:05:00Z")
      let ticks = TimeAxis(from: to - length, to: to, clock: Clock(timeZone: zone)).ticks
      let shares = ticks.map(\.share)
      #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 }, "\(length.words)")
      #expect(shares.allSatisfy { $0 >= 0 && $0 <= 1 }, "\(length.words)")
      #expect((1...8).contains(ticks.count), "\(length.words): \(ticks.map(\.label))")
      length = TimeSpan(microseconds: length.microseconds / 10 * 13)
    }
  }

  @Test("Ticks stand at whole days, weeks and months of the reader's zone")
  func labels() {
    #expect(axis("2026-11-22T10:00:00Z", "2026-11-26T12:00:00Z").ticks.map(\.label) == ["23 Nov", "24 Nov", "25 Nov", "26 Nov"])
    #expect(axis("2026-10-27T12:00:00Z", "2026-11-26T12:00:00Z").ticks.map(\.label) == ["2 Nov", "9 Nov", "16 Nov", "23 Nov"])
    #expect(axis("2026-08-27T12:00:00Z", "2027-02-26T12:00:00Z").ticks.map(\.label) == ["Sep", "Oct", "Nov", "Dec", "2027", "Feb"])
    #expect(
      axis("2026-11-26T05:00:00Z", "2026-11-26T22:00:00Z").ticks.map(\.label) == ["06:00", "09:00", "12:00", "15:00", "18:00", "21:00"])
    #expect(axis("2010-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "UTC").ticks.first?.label == "2010")
  }

  @Test("A day that the clocks lengthen is longer on the axis")
  func daylightSaving() {
    // In Berlin 25 October 2026 has 25 hours.
    let ticks = axis("2026-10-23T22:00:00Z", "2026-10-27T23:00:00Z").ticks
    #expect(ticks.map(\.label) == ["24 Oct", "25 Oct", "26 Oct", "27 Oct", "28 Oct"])
    let hours = zip(ticks, ticks.dropFirst()).map { (($1.share - $0.share) * 97).rounded() }
    #expect(hours == [24, 25, 24, 24])
    let spring = axis("2026-03-28T20:00:00Z", "2026-03-29T04:00:00Z").ticks.map(\.label)
    #expect(spring == ["21:00", "29 Mar", "03:00", "06:00"])
  }

  @Test("Counts have ticks at round numbers, from 0 to at least the most")
  func counts() {
    for most in [0, 1, 3, 4, 5, 9, 41, 99, 1_000, 123_456, 1_000_000] {
      let (ticks, top) = countTicks(upTo: most)
      #expect(top >= most)
      #expect((2...5).contains(ticks.count), "\(most)")
      #expect(ticks.first == Tick(share: 0, label: "0"))
      #expect(ticks.last?.share == 1)
      #expect(ticks.last?.label == grouped(top))
    }
    #expect(countTicks(upTo: 41).ticks.map(\.label) == ["0", "20", "40", "60"])
  }

  @Test("The scale of scores is marked where the bands begin")
  func bands() {
    #expect(bandTicks(Bands()).map(\.label) == ["0", "40", "70", "100"])
    #expect(bandTicks(Bands(healthyFrom: 90, atRiskFrom: 30)).map(\.share) == [0, 0.3, 0.9, 1])
  }
}
