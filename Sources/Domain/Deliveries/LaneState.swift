/// The circuit breaker of a channel: after several failures in a row, or when the receiver asks for it, the lane pauses, so that a dead
/// endpoint is not hammered. After the pause one delivery goes as a probe: success opens the lane, failure pauses it longer. A pause costs
/// no attempts.
public struct LaneState: Hashable, Sendable {
  /// Failures in a row from which the lane pauses.
  public static let tolerated = 3
  private static let firstPause = TimeSpan.seconds(30)
  private static let longestPause = TimeSpan.minutes(10)
  /// A channel that its owner must mend (a revoked webhook) is only probed.
  private static let brokenPause = TimeSpan.hours(1)

  public private(set) var failures = 0
  /// `nil`: open.
  public private(set) var pausedUntil: Instant?
  private var pausedAt: Instant?
  /// Why nothing will get through until a person mends the channel.
  public private(set) var brokenBecause: String?

  public init() {}

  public func isOpen(at now: Instant) -> Bool {
    guard let pausedUntil, let pausedAt else { return true }
    // A clock that was set back to before the pause began does not make it longer.
    return now >= pausedUntil || now < pausedAt
  }

  /// Takes in how an attempt ended.
  /// - Parameter random: 0..<1; the pause is drawn between three quarters and the whole.
  public mutating func record(_ outcome: DeliveryOutcome, now: Instant, random: Double, longestRequest: TimeSpan = .hours(1)) {
    switch outcome {
    case .sent, .refused(_, breaksChannel: false):
      // A refusal of one message is an answer: the endpoint is alive.
      self = LaneState()
    case .refused(let reason, breaksChannel: true):
      failures += 1
      brokenBecause = reason
      pause(Self.brokenPause, now: now, random: random)
    case .unknown:
      fail(now: now, random: random)
    case .retry(_, let requested):
      fail(now: now, random: random)
      if let requested, requested > .zero { extend(to: now + min(requested, longestRequest), now: now) }
    }
  }

  private mutating func fail(now: Instant, random: Double) {
    failures += 1
    guard failures >= Self.tolerated else { return }
    let doublings = min(failures - Self.tolerated, 10)
    pause(min(TimeSpan(microseconds: Self.firstPause.microseconds << Int64(doublings)), Self.longestPause), now: now, random: random)
  }

  private mutating func pause(_ span: TimeSpan, now: Instant, random: Double) {
    (pausedAt, pausedUntil) = (now, now + span.scaled(by: 0.75 + 0.25 * random))
  }

  private mutating func extend(to instant: Instant, now: Instant) {
    // What is left of a pause from before the clock was set back counts for nothing.
    let present = isOpen(at: now) ? instant : pausedUntil ?? instant
    (pausedAt, pausedUntil) = (now, max(present, instant))
  }
}
