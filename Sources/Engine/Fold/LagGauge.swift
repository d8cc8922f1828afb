import Domain
import Synchronization

/// How long answered entries wait for their scores, as a node has last seen it. A process that folds alone needs none: it folds in the
/// commit that makes entries durable.
public final class LagGauge: Sendable {
  /// Entries that would wait longer are refused, to be sent again: what is answered is in its score within a few seconds.
  static let bound = TimeSpan.seconds(2)

  private let lag = Atomic<Int64>(0)

  public init() {}

  /// Whether more must wait outside until some has been folded.
  var isTooLong: Bool { lag.load(ordering: .relaxed) > Self.bound.microseconds }

  func note(_ span: TimeSpan) { lag.store(max(span, .zero).microseconds, ordering: .relaxed) }
}
