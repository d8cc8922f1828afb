/// How often an alert rule was right: of its alerts so many preceded a cancellation or a downgrade.
public struct AlertPrecision: Hashable, Sendable {
  public var kind: Alert.Kind
  /// When it was counted.
  public var at: Instant
  /// Alerts old enough to tell, of customers who had a subscription to lose.
  public var counted: Int
  /// Of those, followed by the end of every subscription.
  public var cancellations: Int
  /// Of those, followed by a lower revenue.
  public var downgrades: Int
  /// Old enough, but there was no subscription running: nothing that could be lost.
  public var withoutSubscription: Int
  /// Younger than `window`: still open to tell.
  public var young: Int
  /// There are more alerts than are looked at: the newest were.
  public var isSample: Bool

  /// For so long after an alert its customer is watched.
  public static let window = TimeSpan.days(90)
  /// Alerts opened longer ago count no more.
  public static let oldest = TimeSpan.days(180)

  public init(
    kind: Alert.Kind, at: Instant, counted: Int = 0, cancellations: Int = 0, downgrades: Int = 0, withoutSubscription: Int = 0,
    young: Int = 0, isSample: Bool = false
  ) {
    self.kind = kind
    self.at = at
    self.counted = counted
    self.cancellations = cancellations
    self.downgrades = downgrades
    self.withoutSubscription = withoutSubscription
    self.young = young
    self.isSample = isSample
  }

  public var preceded: Int { cancellations + downgrades }
  /// The share of `preceded` in `counted` with its bounds; `nil` where nothing could be counted yet.
  public var interval: Wilson? { Wilson(preceded, of: counted) }

  /// Takes in how one alert that is old enough turned out.
  public mutating func add(_ outcome: AlertOutcome) {
    switch outcome {
    case .cancellation: cancellations += 1
    case .downgrade: downgrades += 1
    case .kept: break
    case .nothingToLose: withoutSubscription += 1
    }
    if outcome != .nothingToLose { counted += 1 }
  }
}

/// What became of a customer's subscriptions after an alert.
public enum AlertOutcome: Hashable, Sendable, CaseIterable {
  /// One ended, and none was running then.
  case cancellation
  /// One ended, and those running then bring less revenue.
  case downgrade
  case kept
  /// None was running when the alert opened.
  case nothingToLose
}

extension CustomerState {
  /// A new subscription may begin so much after the old one's end and is still in its place.
  private static let gap = TimeSpan.days(1)

  /// What became of the subscriptions within a time after an alert, as far as their records tell: each is kept as it was last stated, so
  /// that a lower price of the same subscription is not seen.
  public func outcome(ofAlertAt opened: Instant, within window: TimeSpan = AlertPrecision.window) -> AlertOutcome {
    let before = SubscriptionSignals(state: self, at: opened)
    guard before.reading(of: .subscribed).value == .boolean(true) else { return .nothingToLose }
    let ends = subscriptions.values.compactMap { $0.value.canceledAt ?? ($0.value.isOver ? $0.version : nil) }
      .filter { $0 > opened && $0 <= opened + window }
    var outcome = AlertOutcome.kept
    for end in ends {
      let after = SubscriptionSignals(state: self, at: end + Self.gap)
      if after.reading(of: .subscribed).value != .boolean(true) { return .cancellation }
      if let revenue = after.revenue, let earlier = before.revenue, revenue < earlier { outcome = .downgrade }
    }
    return outcome
  }
}

extension SubscriptionSignals {
  fileprivate var revenue: Double? {
    if case .number(let value)? = reading(of: .mrr).value { value } else { nil }
  }
}
