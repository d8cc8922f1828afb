import Domain
import Testing

@Suite("When a delivery is tried again")
struct RetryPolicyTests {
  private let now = Instant(microseconds: 1_764_000_000_000_000)
  private let policy = RetryPolicy.standard

  private func wait(_ attempts: Int, after: TimeSpan? = nil, random: Double) -> TimeSpan? {
    let verdict = policy.verdict(on: .retry(reason: "503", after: after), attempts: attempts, now: now, random: random)
    guard case .again(let at, "503") = verdict else { return nil }
    return at - now
  }

  @Test("Waits grow from a second to hours, each drawn between its half and its whole; after ten attempts it is given up")
  func backOff() {
    #expect(wait(1, random: 0) == .milliseconds(500) && wait(1, random: 0.999_999_999) == .seconds(1))
    #expect(wait(4, random: 0) == .minutes(5))
    #expect(wait(9, random: 0) == .hours(4))
    let longest = (1...9).compactMap { wait($0, random: 0.999_999_999) }.reduce(TimeSpan.zero, +)
    #expect(longest < .days(1) && longest > .hours(20))
    let last = policy.verdict(on: .retry(reason: "503", after: nil), attempts: 10, now: now, random: 0)
    #expect(last == .finished(.failed, reason: "503; given up after 10 attempts"))
  }

  @Test("Retry-After is honoured up to an hour, never cut short, and never makes a late retry earlier")
  func retryAfter() {
    #expect(wait(1, after: .seconds(30), random: 0) == .seconds(30))
    #expect(wait(1, after: .seconds(30), random: 0.5) == .milliseconds(31_500))
    #expect(wait(1, after: .days(3), random: 0) == .hours(1))
    #expect(wait(9, after: .seconds(1), random: 0) == .hours(4))
    #expect(wait(1, after: .seconds(-5), random: 0) == .milliseconds(500))
  }

  @Test("Sent, refused and unknown are final: what may have arrived is not sent again")
  func final() {
    #expect(policy.verdict(on: .sent, attempts: 1, now: now, random: 0) == .finished(.sent, reason: nil))
    #expect(
      policy.verdict(on: .refused(reason: "no", breaksChannel: true), attempts: 1, now: now, random: 0) == .finished(.failed, reason: "no"))
    #expect(policy.verdict(on: .unknown(reason: "time"), attempts: 1, now: now, random: 0) == .finished(.unknown, reason: "time"))
  }

  @Test("A lane pauses after three failures in a row, longer each time up to ten minutes, and opens at a success")
  func lane() {
    var lane = LaneState()
    let failure = DeliveryOutcome.retry(reason: "refused", after: nil)
    lane.record(failure, now: now, random: 0)
    lane.record(failure, now: now, random: 0)
    #expect(lane.isOpen(at: now))
    lane.record(failure, now: now, random: 1)
    #expect(!lane.isOpen(at: now + .seconds(29)) && lane.isOpen(at: now + .seconds(30)))
    for _ in 0..<100 { lane.record(failure, now: now, random: 1) }
    #expect(lane.pausedUntil == now + .minutes(10))
    lane.record(.sent, now: now, random: 0)
    #expect(lane == LaneState() && lane.isOpen(at: now))
  }

  @Test(
    "A receiver that asks for time gets it for the whole lane; a broken channel is only probed; a refused message is no failure of the lane"
  )
  func laneRequests() {
    var asked = LaneState()
    asked.record(.retry(reason: "429", after: .seconds(20)), now: now, random: 0)
    #expect(!asked.isOpen(at: now + .seconds(19)) && asked.isOpen(at: now + .seconds(20)))
    var broken = LaneState()
    broken.record(.refused(reason: "no_service", breaksChannel: true), now: now, random: 1)
    #expect(broken.brokenBecause == "no_service" && broken.pausedUntil == now + .hours(1))
    var refused = LaneState()
    refused.record(.retry(reason: "x", after: nil), now: now, random: 0)
    refused.record(.refused(reason: "invalid_payload", breaksChannel: false), now: now, random: 0)
    #expect(refused == LaneState())
  }

  @Test("A clock that is set back ends a pause that began later; one that goes back within it does not")
  func laneAndClock() {
    var lane = LaneState()
    lane.record(.retry(reason: "429", after: .minutes(50)), now: now, random: 0)
    #expect(!lane.isOpen(at: now + .minutes(49)) && !lane.isOpen(at: now))
    #expect(lane.isOpen(at: now - .seconds(1)) && lane.isOpen(at: now - .hours(5)))
    lane.record(.retry(reason: "429", after: .seconds(20)), now: now - .hours(5), random: 0)
    #expect(!lane.isOpen(at: now - .hours(5)) && lane.isOpen(at: now - .hours(5) + .seconds(20)))
  }

  @Test("No wait is longer than the longest that can be after so many attempts")
  func longestWait() {
    for made in 1...9 {
      for asked in [nil, TimeSpan.seconds(1), .minutes(50), .days(3)] {
        let waits = [0, 0.5, 0.999_999_999].compactMap { wait(made, after: asked, random: $0) }
        #expect(waits.count == 3 && waits.allSatisfy { $0 <= policy.longestWait(after: made) })
      }
    }
    #expect(policy.longestWait(after: 0) == .zero)
  }
}
