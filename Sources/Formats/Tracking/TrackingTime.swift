import Domain

/// When a tracked message happened, from the times its sender gave.
public enum TrackingTime {
  /// The time of the event, set right for a wrong clock at the sender.
  ///
  /// Source of the formula: Segment's HTTP API, `timestamp = receivedAt − (sentAt − originalTimestamp)`. Without `sentAt`, or where
  /// `sentAt` lies before
  /// `original` (then they do not belong together), the sender's time stands. Never after `receivedAt`; without any time it is
  /// `receivedAt`.
  /// - Returns: `nil` for a time before 1970.
  public static func corrected(original: Instant?, sentAt: Instant?, receivedAt: Instant) -> Instant? {
    guard let original else { return receivedAt }
    var at = original
    if let sentAt, sentAt >= original { at = receivedAt - (sentAt - original) }
    at = min(at, receivedAt)
    return at >= .epoch ? at : nil
  }
}
