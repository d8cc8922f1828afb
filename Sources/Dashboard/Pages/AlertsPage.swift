import Domain

/// Alerts about all customers, and how good the rules behind them are.
public struct AlertsPage: Hashable, Sendable {
  /// An alert with its customer as it is now.
  public struct Line: Hashable, Sendable {
    public var line: AlertLine
    public var customer: CustomerLine
    public init(line: AlertLine, customer: CustomerLine) {
      self.line = line
      self.customer = customer
    }
  }

  /// How often a rule's alerts preceded a downgrade or cancellation.
  public struct Precision: Hashable, Sendable {
    /// With fewer alerts a share says nothing.
    public static let enough = 20

    /// For people: "Critical".
    public var rule: String
    /// Alerts that are old enough to be judged.
    public var alerts: Int
    /// Of these, those that a downgrade or cancellation followed within `days`.
    public var preceded: Int
    public var days: Int
    /// In which the true share lies with 95 %, 0…1 (Wilson).
    public var interval: ClosedRange<Double>?
    /// Alerts that are not `days` old yet.
    public var young: Int
    /// Alerts of customers who had nothing to lose: no subscription ran.
    public var withoutSubscription: Int
    /// There are more alerts than were looked at: the newest were.
    public var isSample: Bool
    public init(
      rule: String, alerts: Int, preceded: Int, days: Int = 90, interval: ClosedRange<Double>? = nil, young: Int = 0,
      withoutSubscription: Int = 0, isSample: Bool = false
    ) {
      self.rule = rule
      self.alerts = alerts
      self.preceded = preceded
      self.days = days
      self.interval = interval
      self.young = young
      self.withoutSubscription = withoutSubscription
      self.isSample = isSample
    }
  }

  /// What the list is narrowed to.
  public enum Filter: String, Hashable, Sendable, CaseIterable { case open, snoozed, waiting, closed, all }

  public var filter: Filter
  /// How many there are; what is not counted is left out.
  public var counts: [Filter: Int]
  /// Newest first.
  public var lines: [Line]
  public var next: String?
  public var isFirst: Bool
  public var precision: [Precision]

  public init(
    filter: Filter = .open, counts: [Filter: Int] = [:], lines: [Line], next: String? = nil, isFirst: Bool = true,
    precision: [Precision] = []
  ) {
    self.filter = filter
    self.counts = counts
    self.lines = lines
    self.next = next
    self.isFirst = isFirst
    self.precision = precision
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let states = choices(
      label: "State",
      Filter.allCases.map { state in
        let count = counts[state].map { " (\(grouped($0)))" } ?? ""
        return (path: path(state), label: "\(Self.title(state))\(count)", isCurrent: state == filter)
      })
    return document(
      shell.titled("Alerts"), "\(heading("Alerts"))\(states)\(list(shell))\(pages)\(precisionCard)")
  }

  private static func title(_ filter: Filter) -> String { filter.rawValue.prefix(1).uppercased() + filter.rawValue.dropFirst() }

  private func path(_ filter: Filter, next: String? = nil) -> String {
    address("/alerts", [("state", filter == .open ? nil : filter.rawValue), ("next", next)])
  }

  private var pages: HTML { pager(next: next.map { path(filter, next: $0) }, first: isFirst ? nil : path(filter)) }

  private func list(_ shell: Shell) -> HTML {
    guard !lines.isEmpty else {
      let hint: HTML = "One opens when a customer becomes critical. <a href=\"/alerts?state=all\">See all alerts so far.</a>"
      return filter == .all
        ? emptyState("No alert has opened yet.", hint: "One opens when a customer becomes critical.")
        : emptyState("No alert is \(filter.rawValue).", hint: hint)
    }
    let alerts = AlertLines(shell: shell, back: path(filter))
    let items = lines.enumerated().map { index, item -> Entry in
      let alert = item.line.alert
      let until: HTML = alert.closedAt.map { "closed \(time($0, shell))" } ?? lasting("for", alert.openedAt, shell)
      return Entry(
        mark: alerts.state(item.line),
        title: "<span id=\"\(AlertLines.id(index + 1))\">\(item.customer.link)</span> \(item.customer.standing)",
        detail: "\(dotted([.text(AlertLines.title(alert)), alerts.told(item.line)]))\(alerts.snoozed(item.line))", when: until,
        actions: alerts.snoozeForms(item.line, number: index + 1))
    }
    return entries(items, label: "Alerts")
  }

  // MARK: Precision

  private var precisionCard: HTML? {
    guard !precision.isEmpty else { return nil }
    let rows = precision.map { rule in "<li><b>\(clipped(rule.rule, 60))</b>: \(Self.sentence(rule))</li>" as HTML }
    return card(
      title: "How often alerts were right", id: "precision",
      """
      <ul class="plain">\(rows)</ul>\
      <p class="hint">Counted are alerts old enough to be judged. In brackets: the 95 % confidence interval.</p>
      """)
  }

  private static func sentence(_ rule: Precision) -> String {
    guard rule.alerts > 0 else { return "no alert can be judged yet; that takes \(rule.days) days and a subscription.\(rest(rule))" }
    let verb = rule.alerts == 1 ? "alert" : "alerts"
    let all = "of \(rule.isSample ? "the newest " : "")\(grouped(rule.alerts)) \(verb)"
    let counted = "\(all), \(grouped(rule.preceded)) preceded a downgrade or cancellation within \(rule.days) days"
    guard rule.alerts >= Precision.enough else { return "\(counted); too few to say more.\(rest(rule))" }
    let share = shareText(rule.preceded, of: rule.alerts)
    let range = rule.interval.map { " (\(CustomerPage.percent($0.lowerBound)) to \(CustomerPage.percent($0.upperBound)))" } ?? ""
    return "\(counted): \(share)\(range).\(rest(rule))"
  }

  /// Of alerts that do not count.
  private static func rest(_ rule: Precision) -> String {
    let young = rule.young == 0 ? "" : " \(grouped(rule.young)) \(rule.young == 1 ? "is" : "are") too new to tell."
    let unsubscribed = rule.withoutSubscription
    guard unsubscribed > 0 else { return young }
    return young + " \(grouped(unsubscribed)) \(unsubscribed == 1 ? "was" : "were") about customers without a subscription to lose."
  }
}
