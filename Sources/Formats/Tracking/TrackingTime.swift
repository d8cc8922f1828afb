import Domain

/// When a tracked message happened, from the times its sender gave.
public enum TrackingTime {
  /// The first readable one of the times that a message gives.
  /// - Returns: `nil` where it gives none (nothing, `null` or blank text).
  /// - Throws: `unreadableTime` where what it gives cannot be read: taken for "now" it would be believed.
  static func read(_ given: [JSON?]) throws(RejectionReason) -> Instant? {
    var isGiven = false
    for value in given {
      if let instant = LooseInstant.read(value) { return instant }
      switch value {
      case nil, .null: break
      case .string(let text) where text.utf8.allSatisfy({ $0 <= 0x20 }): break
      default: isGiven = true
      }
    }
    if isGiven { throw .unreadableTime }
    return nil
  }

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
