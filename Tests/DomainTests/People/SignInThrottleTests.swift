import Domain
import Testing

@Suite("Waiting after wrong passwords")
struct SignInThrottleTests {
  private static let last = Instant(microseconds: 1_770_000_000_000_000)

  @Test(
    "is nothing at first, then doubles from a second to a quarter of an hour",
    arguments: [
      (0, 0), (1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 64), (12, 128), (13, 256), (14, 512), (15, 900),
      (16, 900), (1_000_000, 900), (Int.max, 900),
    ] as [(Int, Int64)])
  func table(failures: Int, seconds: Int64) { #expect(SignInThrottle.account.wait(after: failures) == .seconds(seconds)) }

  @Test("begins later for an address than for an account")
  func address() {
    #expect(SignInThrottle.address.wait(after: 19) == .zero)
    #expect(SignInThrottle.address.wait(after: 20) == .seconds(1))
  }

  @Test(
    "counts from the last failure, is over at its second, and makes nobody wait longer where a clock was set back",
    arguments: [
      (7, TimeSpan.zero, TimeSpan.seconds(4)), (7, .milliseconds(3_999), .milliseconds(1)), (7, .seconds(4), .zero),
      (7, .days(3), .zero), (7, .hours(-5), .seconds(4)), (40, .seconds(1), .seconds(899)), (4, .zero, .zero),
      // After a day all is forgotten.
      (40, .hours(24), .zero),
    ])
  func remaining(failures: Int, later: TimeSpan, left: TimeSpan) {
    let counted = SignInThrottle.Failures(count: failures, lastAt: Self.last)
    #expect(SignInThrottle.account.remaining(counted, at: Self.last + later) == left)
    #expect(SignInThrottle.account.remaining(nil, at: Self.last + later) == .zero)
  }
}
