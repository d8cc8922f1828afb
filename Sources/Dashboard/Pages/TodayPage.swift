import Domain

/// What a success manager sees first: who needs her, why, and what to do.
public struct TodayPage: Hashable, Sendable {
  /// A task of hers.
  public struct Work: Hashable, Sendable {
    public var task: CustomerTask
    public var customer: CustomerLine
    public init(task: CustomerTask, customer: CustomerLine) {
      self.task = task
      self.customer = customer
    }
  }

  /// A customer who is worse off than a week ago.
  public struct Slide: Hashable, Sendable {
    public var customer: CustomerLine
    public var from: Int
    public var to: Int
    /// What took most points: "Last login: 12 d ago, 20 of 40 points".
    public var reason: String?
    public init(customer: CustomerLine, from: Int, to: Int, reason: String? = nil) {
      self.customer = customer
      self.from = from
      self.to = to
      self.reason = reason
    }
  }

  /// A customer in the critical band.
  public struct Critical: Hashable, Sendable {
    public var customer: CustomerLine
    public var since: Instant?
    /// What holds the score down most.
    public var reason: String?
    /// The smallest step out of the band: "Open tickets at 0 (+20)".
    public var step: String?
    public init(customer: CustomerLine, since: Instant? = nil, reason: String? = nil, step: String? = nil) {
      self.customer = customer
      self.since = since
      self.reason = reason
      self.step = step
    }
  }

  /// A number that may be counted only so far.
  public struct Count: Hashable, Sendable, ExpressibleByIntegerLiteral {
    public var number: Int
    /// "More than `number`".
    public var isMore: Bool
    public init(_ number: Int, isMore: Bool = false) {
      self.number = number
      self.isMore = isMore
    }
    public init(integerLiteral number: Int) { self.init(number) }

    var words: String { isMore ? "more than \(grouped(number))" : grouped(number) }
  }

  /// What went on by itself since `since`.
  public struct Automation: Hashable, Sendable {
    public var since: Instant
    public var alertsOpened: Count
    public var alertsClosed: Count
    public var deliveriesSent: Count
    public var deliveriesFailed: Count
    /// Those of which nobody knows whether they arrived.
    public var deliveriesUnknown: Count
    /// `nil`: not counted; left out.
    public var scoresMoved: Count?
    /// Customers in a better band than at `since`; `nil`: not counted.
    public var recovered: Int?
    /// Some of them by name.
    public var recoveredCustomers: [CustomerLine]
    /// Customers in a worse band than at `since`; `nil`: not counted.
    public var worsened: Int?
    public init(
      since: Instant, alertsOpened: Count = 0, alertsClosed: Count = 0, deliveriesSent: Count = 0, deliveriesFailed: Count = 0,
      deliveriesUnknown: Count = 0, scoresMoved: Count? = nil, recovered: Int? = nil, recoveredCustomers: [CustomerLine] = [],
      worsened: Int? = nil
    ) {
      self.since = since
      self.alertsOpened = alertsOpened
      self.alertsClosed = alertsClosed
      self.deliveriesSent = deliveriesSent
      self.deliveriesFailed = deliveriesFailed
      self.deliveriesUnknown = deliveriesUnknown
      self.scoresMoved = scoresMoved
      self.recovered = recovered
      self.recoveredCustomers = recoveredCustomers
      self.worsened = worsened
    }
  }

  /// Whether the company has any customer yet.
  public var hasCustomers: Bool
  /// Whether the reader owns customers; else `slid` and `critical` are the company's worst.
  public var ownsCustomers: Bool
  /// Open, by due time.
  public var tasks: [Work]
  /// How many open tasks of hers there are beyond these.
  public var moreTasks: Int
  /// Overdue tasks of others, for those who lead them; by due time.
  public var late: [Work]
  /// Heaviest first.
  public var slid: [Slide]
  /// How many slid in all.
  public var slidCount: Int
  /// Whether `slid` is still being found out.
  public var isFindingSlid: Bool
  /// Lowest score first.
  public var critical: [Critical]
  /// How many are critical in all.
  public var criticalCount: Int
  /// Where all of hers are listed: "owner == "ann@example.com"", as a condition; `nil`: there is no such attribute.
  public var condition: String?
  public var automation: Automation

  public init(
    hasCustomers: Bool, ownsCustomers: Bool, tasks: [Work], moreTasks: Int = 0, late: [Work] = [], slid: [Slide], slidCount: Int,
    isFindingSlid: Bool = false, critical: [Critical], criticalCount: Int, condition: String? = nil, automation: Automation
  ) {
    self.hasCustomers = hasCustomers
    self.ownsCustomers = ownsCustomers
    self.tasks = tasks
    self.moreTasks = moreTasks
    self.late = late
    self.slid = slid
    self.slidCount = slidCount
    self.isFindingSlid = isFindingSlid
    self.critical = critical
    self.criticalCount = criticalCount
    self.condition = condition
    self.automation = automation
  }

  /// More lines than this make the page heavy and nobody's day clearer.
  static let mostLines = 20

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let clock = Clock(timeZone: shell.timeZone)
    let today = clock.day(shell.now)
    let title = heading("Today", beside: "<p class=\"hint\">\(Clock.weekday(today)) \(clock.date(shell.now))</p>")
    guard hasCustomers else { return document(shell.titled("Today"), "\(title)\(Self.beginning)") }
    return document(
      shell.titled("Today"),
      """
      \(title)\(figures(shell, today: today, clock))\
      \(sides(main: "\(taskCard(shell, today: today, clock))\(criticalCard(shell))\(slidCard(shell))", aside: aside(shell)))
      """)
  }

  private static let beginning = emptyState(
    "No customer has arrived yet.",
    hint: """
      Send events from your product: <code>holdfast key add --scope write --name product</code> makes the key. Or begin with what you \
      have: <code>holdfast import customers FILE</code>. The first customers stand here a second later.
      """)

  private func figures(_ shell: Shell, today: Day, _ clock: Clock) -> HTML {
    let overdue = tasks.count { $0.task.isOverdue(at: shell.now) }
    let dueToday = tasks.count { !$0.task.isOverdue(at: shell.now) && clock.day($0.task.dueAt) == today }
    return tiles([
      (label: "Overdue", value: Self.figure(overdue, "tasks", alarms: true), detail: nil),
      (label: "Due today", value: Self.figure(dueToday, "tasks"), detail: nil),
      (label: ownsCustomers ? "Mine, critical" : "Critical", value: Self.figure(criticalCount, "critical", alarms: true), detail: nil),
      (label: ownsCustomers ? "Mine, slid in 7 days" : "Slid in 7 days", value: Self.figure(slidCount, "slid"), detail: nil),
    ])
  }

  private static func figure(_ count: Int, _ anchor: String, alarms: Bool = false) -> HTML {
    if count == 0 { return "0" }
    let tone: HTML = alarms ? " class=\"late\"" : .empty
    return "<a href=\"#\(anchor)\"\(tone)>\(grouped(count))</a>"
  }

  // MARK: Tasks

  private func taskCard(_ shell: Shell, today: Day, _ clock: Clock) -> HTML {
    guard !tasks.isEmpty else {
      let hint: HTML = "Tasks come from critical alerts, and by hand on a customer’s page."
      return card(title: "My tasks", id: "tasks", emptyState("No task of yours is open.", hint: hint))
    }
    let list = TaskEntries(shell: shell, back: "/")
    let shown = Array(tasks.prefix(Self.mostLines).enumerated())
    let groups: [(title: String, holds: (CustomerTask) -> Bool)] = [
      ("Overdue", { $0.isOverdue(at: shell.now) }),
      ("Today", { !$0.isOverdue(at: shell.now) && clock.day($0.dueAt) == today }),
      ("Later", { !$0.isOverdue(at: shell.now) && clock.day($0.dueAt) != today }),
    ]
    let body = groups.html { group -> HTML in
      let members = shown.filter { group.holds($0.element.task) }
      if members.isEmpty { return .empty }
      let lines = members.map { list.entry($0.element.task, of: $0.element.customer, number: $0.offset + 1) }
      return "<h3>\(group.title)</h3>\(entries(lines, label: "\(group.title): tasks"))"
    }
    let left = tasks.count - shown.count + moreTasks
    let more: HTML? = left > 0 ? "<p class=\"hint\">And \(counted(left, "more task")), due later.</p>" : nil
    return card(title: "My tasks", id: "tasks", "\(body)\(more)")
  }

  private func lateCard(_ shell: Shell) -> HTML? {
    guard shell.may(.leadWork), !late.isEmpty else { return nil }
    let list = TaskEntries(shell: shell, back: "/")
    let lines = late.prefix(Self.mostLines).enumerated().map {
      list.entry($0.element.task, of: $0.element.customer, number: Self.mostLines + $0.offset + 1)
    }
    return card(title: "Late in the team", id: "late", entries(lines, label: "Overdue tasks of others"))
  }

  // MARK: Customers

  private func criticalCard(_ shell: Shell) -> HTML {
    let title = ownsCustomers ? "My critical customers" : "The company’s most critical customers"
    guard !critical.isEmpty else {
      return card(title: title, id: "critical", emptyState(ownsCustomers ? "None of yours is critical." : "No customer is critical."))
    }
    let lines = critical.prefix(Self.mostLines).map { item in
      let reason: HTML? = item.reason.map { .text(clipped($0, 200)) }
      let step: HTML? = item.step.map { "<b>To at-risk:</b> \(clipped($0, 200))" }
      return Entry(
        mark: item.customer.standing, title: item.customer.link, detail: dotted([reason, step]),
        when: item.since.map { lasting("for", $0, shell) })
    }
    return card(
      title: title, id: "critical", actions: all(Band.critical, shown: lines.count, of: criticalCount), entries(lines, label: title))
  }

  private func slidCard(_ shell: Shell) -> HTML {
    let title = ownsCustomers ? "My customers who slid this week" : "Who slid most this week"
    guard !slid.isEmpty else {
      let none = "\(ownsCustomers ? "None of yours" : "Nobody") slid in the last seven days."
      return card(
        title: title, id: "slid",
        emptyState(isFindingSlid ? "They are being looked for; load the page again in a moment." : none))
    }
    let lines = slid.prefix(Self.mostLines).map { item in
      Entry(
        mark: change(from: item.from, to: item.to), title: "\(item.customer.link) \(item.customer.standing)",
        detail: dotted(["\(item.from) → \(item.to)", item.reason.map { .text(clipped($0, 200)) }]))
    }
    return card(title: title, id: "slid", entries(lines, label: title))
  }

  /// Leads to all of a band where not all are shown.
  private func all(_ band: Band, shown: Int, of count: Int) -> HTML? {
    guard count > shown else { return nil }
    let mine = ownsCustomers ? condition.map { " and \($0)" } : nil
    return link(customersPath(where: "band == \"\(band.rawValue)\"\(mine ?? "")"), "See all \(grouped(count))")
  }

  // MARK: Aside

  private func aside(_ shell: Shell) -> HTML { "\(lateCard(shell))\(automationCard(shell))\(ownershipNote)" }

  private func automationCard(_ shell: Shell) -> HTML {
    let events = automation
    var list: [(label: String, value: HTML)] = [
      ("Alerts opened", link("/alerts", events.alertsOpened.words)),
      ("Alerts closed", link("/alerts?state=closed", events.alertsClosed.words)),
      ("Messages sent", deliveries(events.deliveriesSent, .sent, shell)),
    ]
    if events.deliveriesFailed != 0 { list.append(("Messages failed", deliveries(events.deliveriesFailed, .failed, shell))) }
    if events.deliveriesUnknown != 0 {
      list.append(("Perhaps not arrived", deliveries(events.deliveriesUnknown, .unknown, shell)))
    }
    if let moved = events.scoresMoved { list.append(("Scores moved", link("/health", moved.words))) }
    if let recovered = events.recovered { list.append(("Customers recovered", "\(grouped(recovered))\(recoveredNames)")) }
    if let worsened = events.worsened { list.append(("Customers in a worse band", "\(grouped(worsened))")) }
    return card(
      title: "What happened by itself", id: "automation",
      "<p class=\"hint\">\(lasting("In the last", events.since, shell))</p>\(facts(list))")
  }

  /// The outbox is for those who operate; others see the number.
  private func deliveries(_ count: Count, _ state: Delivery.State, _ shell: Shell) -> HTML {
    guard shell.may(.operate) else { return "\(count.words)" }
    let tone: HTML = state == .sent ? .empty : " class=\"late\""
    return "<a href=\"/outbox?state=\(state.rawValue)\"\(tone)>\(count.words)</a>"
  }

  private var recoveredNames: HTML? {
    let names = automation.recoveredCustomers.prefix(5).enumerated().html { $0.offset == 0 ? $0.element.link : ", \($0.element.link)" }
    return automation.recoveredCustomers.isEmpty ? nil : "<br><span class=\"hint\">\(names)</span>"
  }

  private var ownershipNote: HTML? {
    if ownsCustomers { return nil }
    return """
      <p class="hint">No customer names you as its owner (the attribute <code>owner</code> with your address), so this page shows the \
      whole company.</p>
      """
  }
}
