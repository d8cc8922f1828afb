/// When a delivery is tried again, and when it is given up.
///
/// The gaps grow from a second to hours, ten attempts over most of a day: an alert that arrives late is worth more than none. (The
/// parameter `retries` is another thing: how often a connector repeats a call that people wait for.) Each gap is drawn between its half
/// and its whole, so that what failed together does not come back together.
public struct RetryPolicy: Hashable, Sendable {
  /// Attempts in all.
  public var attempts: Int
  /// The longest wait after the first, second … attempt; the last holds for all further ones.
  public var gaps: [TimeSpan]
  /// The longest wait that a receiver's `Retry-After` can ask for.
  public var longestRequest: TimeSpan

  /// The default: 1 s, 10 s, 1 min, 10 min, 1 h, 2 h, 4 h, 6 h, 8 h; a receiver may ask for one hour.
  public static let standard = RetryPolicy(
    attempts: 10,
    gaps: [.seconds(1), .seconds(10), .minutes(1), .minutes(10), .hours(1), .hours(2), .hours(4), .hours(6), .hours(8)],
    longestRequest: .hours(1))

  public init(attempts: Int, gaps: [TimeSpan], longestRequest: TimeSpan) {
    self.attempts = attempts
    self.gaps = gaps
    self.longestRequest = longestRequest
  }

  /// What becomes of a delivery after an attempt.
  public enum Verdict: Hashable, Sendable {
    /// The state is final until a person says otherwise; `reason`: what went wrong.
    case finished(Delivery.State, reason: String?)
    case again(at: Instant, reason: String)
  }

  /// - Parameters:
  ///   - made: attempts made so far, this one included.
  ///   - random: 0..<1.
  public func verdict(on outcome: DeliveryOutcome, attempts made: Int, now: Instant, random: Double) -> Verdict {
    switch outcome {
    case .sent: .finished(.sent, reason: nil)
    case .unknown(let reason): .finished(.unknown, reason: reason)
    case .refused(let reason, _): .finished(.failed, reason: reason)
    case .retry(let reason, let requested):
      if made >= attempts {
        .finished(.failed, reason: "\(reason); given up after \(made) attempts")
      } else {
        .again(at: now + wait(after: made, requested: requested, random: random), reason: reason)
      }
    }
  }

  /// No attempt is due later than this after the one before it; so one that seems to be was put off by a clock that stood ahead.
  public func longestWait(after made: Int) -> TimeSpan {
    made <= 0 ? .zero : max(gap(after: made), jittered(request: longestRequest, random: 1))
  }

  private func gap(after made: Int) -> TimeSpan { gaps.isEmpty ? .zero : gaps[min(max(made, 1), gaps.count) - 1] }

  /// The own gap or what was asked for, whichever is longer: whoever always asks for a second would else use up all attempts in ten.
  private func wait(after made: Int, requested: TimeSpan?, random: Double) -> TimeSpan {
    let own = gap(after: made).scaled(by: 0.5 + 0.5 * random)
    guard let requested else { return own }
    return max(own, jittered(request: min(max(requested, .zero), longestRequest), random: random))
  }

  /// Never earlier than asked; up to a tenth later.
  private func jittered(request: TimeSpan, random: Double) -> TimeSpan { request.scaled(by: 1 + 0.1 * random) }
}

extension TimeSpan {
  /// Times a small factor; for waits, where a microsecond more or less does not matter.
  func scaled(by factor: Double) -> TimeSpan { TimeSpan(microseconds: Int64((Double(microseconds) * factor).rounded())) }
}
