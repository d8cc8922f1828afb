/// How long somebody who gave wrong passwords has to wait before the next attempt is looked at: nothing at first, then twice as long each
/// time, up to a quarter of an hour.
///
/// Failures are counted by account and by address, each with its own bound. An address gets more of them, because an office may stand
/// behind one; and a right password takes back what was counted for its account but never what others failed with from the same address:
/// whoever has an account of their own would else begin anew after every few guesses at somebody else's.
public struct SignInThrottle: Hashable, Sendable {
  /// Failures that cost no waiting.
  public var free: Int

  /// Of one account.
  public static let account = SignInThrottle(free: 5)
  /// Of one network address.
  public static let address = SignInThrottle(free: 20)

  static let first = TimeSpan.seconds(1)
  static let longest = TimeSpan.minutes(15)
  /// So long after the last one, failures are forgotten.
  public static let memory = TimeSpan.hours(24)

  public init(free: Int) { self.free = free }

  /// What has been counted for an account or an address.
  public struct Failures: Hashable, Sendable {
    public var count: Int
    public var lastAt: Instant
    public init(count: Int, lastAt: Instant) {
      self.count = count
      self.lastAt = lastAt
    }
  }

  /// How long after a failure the next attempt has to wait, where so many were counted.
  public func wait(after failures: Int) -> TimeSpan {
    guard failures >= free else { return .zero }
    // 2¹⁰ seconds are more than the longest wait already.
    return min(TimeSpan(microseconds: Self.first.microseconds << Int64(min(failures - free, 10))), Self.longest)
  }

  /// What is left of the wait; zero: the attempt may be made.
  public func remaining(_ failures: Failures?, at now: Instant) -> TimeSpan {
    guard let failures, now - failures.lastAt < Self.memory else { return .zero }
    let wait = wait(after: failures.count)
    // A clock that was set back makes nobody wait for longer than the rule says.
    return max(.zero, min(wait, failures.lastAt + wait - now))
  }
}
