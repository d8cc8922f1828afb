/// Rules for summaries on a schedule.
public struct DigestRules: Hashable, Sendable {
  /// `nil`: none is sent.
  public var atRisk: AtRiskDigestRule?
  public init(atRisk: AtRiskDigestRule? = nil) { self.atRisk = atRisk }
}

/// When the weekly digest of customers at risk goes out, and to whom.
public struct AtRiskDigestRule: Hashable, Sendable {
  /// Names of `Blueprint.channels`.
  public var channels: [String]
  public var weekday: Weekday
  /// Minutes after midnight in the company's zone.
  public var minute: Int
  /// Monday 09:00 where nothing else is said.
  public init(channels: [String], weekday: Weekday = .monday, minute: Int = 9 * 60) {
    self.channels = channels
    self.weekday = weekday
    self.minute = minute
  }
}
