import Domain
import Synchronization

/// How long answered entries wait for their scores, as a node has last seen it. A process that folds alone needs none: it folds in the
/// commit that makes entries durable.
public final class LagGauge: Sendable {
  /// Entries that would wait longer are refused, to be sent again: what is answered is in its score within a few seconds.
  static let bound = TimeSpan.seconds(2)

  private let seen = Mutex<(lag: TimeSpan, at: Instant)>((.zero, .distantPast))

  public init() {}

  /// Whether more must wait outside until some has been folded. What was seen waiting is taken to wait still: a database that has much to
  /// do is slow to tell.
  func isTooLong(at now: Instant) -> Bool {
    let (lag, at) = seen.withLock { $0 }
    return lag > .zero && lag + max(now - at, .zero) > Self.bound
  }

  func note(_ lag: TimeSpan, at now: Instant) { seen.withLock { $0 = (max(lag, .zero), now) } }
}
