import Domain

/// Where "now" comes from. The system's clock in the program, a virtual one in simulations and tests.
public protocol TimeSource: Sendable {
  func now() -> Instant
  /// Returns after `span`, or throws `CancellationError`.
  func sleep(for span: TimeSpan) async throws
}
