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
    /// What holds the score down most.
    public var reason: String?
    /// The smallest step out of the band: "Open tickets at 0 (+20)".
    public var step: String?
    public init(customer: CustomerLine, reason: String? = nil, step: String? = nil) {
      self.customer = customer
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
    /// The reader's customers in a better band than at `since`; `nil`: not counted.
    public var recovered: Int?
    /// The reader's customers in a worse band than at `since`; `nil`: not counted.
    public var worsened: Int?
    public init(
      since: Instant, alertsOpened: Count = 0, alertsClosed: Count = 0, deliveriesSent: Count = 0, deliveriesFailed: Count = 0,
      deliveriesUnknown: Count = 0, recovered: Int? = nil, worsened: Int? = nil
    ) {
      self.since = since
      self.alertsOpened = alertsOpened
      self.alertsClosed = alertsClosed
      self.deliveriesSent = deliveriesSent
      self.deliveriesFailed = deliveriesFailed
      self.deliveriesUnknown = deliveriesUnknown
      self.recovered = recovered
      self.worsened = worsened
    }
  }

  /// Whether the company has any customer yet.
  public var hasCustomers: Bool
  /// Whether the reader owns customers; else `slid` and `critical` are the company's worst.
  public var ownsCustomers: Bool
  /// Open, by due time.
  public var tasks: [Work]
  /// Whether there are open tasks of hers beyond these.
  public var hasMoreTasks: Bool
  /// How many of hers are overdue in all.
  public var overdue: Count
  /// How many of hers are due in what is left of the day.
  public var dueToday: Count
  /// Overdue tasks of others and of nobody, for those who lead; by due time.
  public var late: [Work]
  /// How many of those there are beyond these.
  public var moreLate: Count
  /// Open tasks that are nobody's, for those who may work; by due time.
  public var free: [Work]
  /// How many of those there are beyond these.
  public var moreFree: Count
  /// Heaviest first.
  public var slid: [Slide]
  /// How many slid in all.
  public var slidCount: Count
  /// Whether `slid` is still being found out.
  public var isFindingSlid: Bool
  /// Lowest score first.
  public var critical: [Critical]
  /// How many are critical in all.
  public var criticalCount: Count
  /// Where all of hers are listed: "owner == "ann@example.com"", as a condition; `nil`: there is no such attribute.
  public var condition: String?
  /// The attribute that names a customer's owner.
  public var ownerAttribute: String
  public var automation: Automation

  public init(
    hasCustomers: Bool, ownsCustomers: Bool, tasks: [Work], hasMoreTasks: Bool, overdue: Count, dueToday: Count, late: [Work],
    moreLate: Count, free: [Work], moreFree: Count, slid: [Slide], slidCount: Count, isFindingSlid: Bool, critical: [Critical],
    criticalCount: Count, condition: String?, ownerAttribute: String, automation: Automation
  ) {
    self.hasCustomers = hasCustomers
    self.ownsCustomers = ownsCustomers
    self.tasks = tasks
    self.hasMoreTasks = hasMoreTasks
    self.overdue = overdue
    self.dueToday = dueToday
    self.late = late
    self.moreLate = moreLate
    self.free = free
    self.moreFree = moreFree
    self.slid = slid
    self.slidCount = slidCount
    self.isFindingSlid = isFindingSlid
    self.critical = critical
    self.criticalCount = criticalCount
    self.condition = condition
    self.ownerAttribute = ownerAttribute
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
      \(title)\(figures)\
      \(sides(main: "\(taskCard(shell, today: today, clock))\(criticalCard(shell))\(slidCard(shell))", aside: aside(shell)))
      """)
  }

  private static let beginning = emptyState(
    "No customer has arrived yet.",
    hint: """
      Send events from your product: <code>holdfast key add --scope write --name product</code> makes the key. Or begin with what you \
      have: <code>holdfast import customers FILE</code>. The first customers stand here a second later.
      """)

  private var figures: HTML {
    tiles([
      (label: "Overdue", value: Self.figure(overdue, "tasks", alarms: true), detail: nil),
      (label: "Due today", value: Self.figure(dueToday, "tasks"), detail: nil),
      (label: ownsCustomers ? "Mine, critical" : "Critical", value: Self.figure(criticalCount, "critical", alarms: true), detail: nil),
      (
        label: ownsCustomers ? "Mine, slid in 7 days" : "Slid in 7 days",
        value: isFindingSlid ? "…" : Self.figure(slidCount, "slid"), detail: nil
      ),
    ])
  }

  private static func figure(_ count: Count, _ anchor: String, alarms: Bool = false) -> HTML {
    // Of very many customers not all are looked at: nothing found is not nothing there.
    if count.number == 0 { return count.isMore ? "none found" : "0" }
    let tone: HTML = alarms ? " class=\"late\"" : .empty
    return "<a href=\"#\(anchor)\"\(tone)>\(count.words)</a>"
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
    return card(title: "My tasks", id: "tasks", "\(body)\(Self.rest(Count(tasks.count - shown.count, isMore: hasMoreTasks)))")
  }

  /// How many tasks there are beyond those of a list.
  private static func rest(_ beyond: Count) -> HTML? {
    guard beyond != 0 else { return nil }
    return "<p class=\"hint\">And \(beyond.isMore ? "more than " : "")\(counted(beyond.number, "more task")), due later than these.</p>"
  }

  /// Tasks that wait for somebody to take them.
  private func freeCard(_ shell: Shell) -> HTML? {
    guard shell.may(.work), !free.isEmpty else { return nil }
    let list = TaskEntries(shell: shell, back: "/")
    let lines = free.prefix(Self.mostLines).enumerated().map {
      list.entry($0.element.task, of: $0.element.customer, number: 2 * Self.mostLines + $0.offset + 1)
    }
    let left = Count(free.count - lines.count + moreFree.number, isMore: moreFree.isMore)
    return card(title: "Nobody’s yet", id: "free", "\(entries(lines, label: "Tasks that are nobody’s"))\(Self.rest(left))")
  }

  private func lateCard(_ shell: Shell) -> HTML? {
    guard shell.may(.leadWork), !late.isEmpty else { return nil }
    let list = TaskEntries(shell: shell, back: "/")
    let lines = late.prefix(Self.mostLines).enumerated().map {
      list.entry($0.element.task, of: $0.element.customer, number: Self.mostLines + $0.offset + 1)
    }
    let left = Count(late.count - lines.count + moreLate.number, isMore: moreLate.isMore)
    return card(title: "Late in the team", id: "late", "\(entries(lines, label: "Overdue tasks of others"))\(Self.rest(left))")
  }

  // MARK: Customers

  private func criticalCard(_ shell: Shell) -> HTML {
    let title = ownsCustomers ? "My critical customers" : "The company’s most critical customers"
    guard !critical.isEmpty else {
      return card(title: title, id: "critical", emptyState("\(noneOf("No customer", criticalCount)) is critical."))
    }
    let lines = critical.prefix(Self.mostLines).map { item in
      let reason: HTML? = item.reason.map { .text(clipped($0, 200)) }
      let step: HTML? = item.step.map { "<b>To at-risk:</b> \(clipped($0, 200))" }
      return Entry(mark: item.customer.standing, title: item.customer.link, detail: dotted([reason, step]))
    }
    return card(
      title: title, id: "critical", actions: all(Band.critical, shown: lines.count, of: criticalCount), entries(lines, label: title))
  }

  private func slidCard(_ shell: Shell) -> HTML {
    let title = ownsCustomers ? "My customers who slid this week" : "Who slid most this week"
    guard !slid.isEmpty else {
      let none = "\(noneOf("Nobody", slidCount)) slid in the last seven days."
      return card(
        title: title, id: "slid",
        emptyState(isFindingSlid ? "They are being looked for; load the page again in a moment." : none))
    }
    let lines = slid.prefix(Self.mostLines).map { item in
      Entry(
        mark: change(from: item.from, to: item.to), title: "\(item.customer.link) \(item.customer.standing)",
        detail: dotted(["\(item.from) → \(item.to)", item.reason.map { .text(clipped($0, 200)) }]))
    }
    let rest: HTML? = slidCount.number > lines.count ? "<p class=\"hint\">The heaviest \(lines.count) of \(slidCount.words).</p>" : nil
    return card(title: title, id: "slid", "\(entries(lines, label: title))\(rest)")
  }

  /// Of whom nothing is to be told.
  private func noneOf(_ company: String, _ count: Count) -> String {
    guard ownsCustomers else { return company }
    return count.isMore ? "None of yours that was looked at" : "None of yours"
  }

  /// Leads to all of a band where not all are shown.
  private func all(_ band: Band, shown: Int, of count: Count) -> HTML? {
    guard count.number > shown || count.isMore else { return nil }
    let mine = ownsCustomers ? condition.map { " and \($0)" } : nil
    let number = count.isMore ? "" : " \(grouped(count.number))"
    return link(customersPath(where: "band == \"\(band.rawValue)\"\(mine ?? "")"), "See all\(number)")
  }

  // MARK: Aside

  private func aside(_ shell: Shell) -> HTML { "\(lateCard(shell))\(freeCard(shell))\(automationCard(shell))\(ownershipNote)" }

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
    if let recovered = events.recovered { list.append(("Mine, in a better band", "\(grouped(recovered))")) }
    if let worsened = events.worsened { list.append(("Mine, in a worse band", "\(grouped(worsened))")) }
    return card(
      title: "What happened by itself", id: "automation",
      "<p class=\"hint\">Since \(sinceWhen(shell))</p>\(facts(list))")
  }

  /// "yesterday", where that is so: "1 d ago" is a distance, and this a beginning.
  private func sinceWhen(_ shell: Shell) -> HTML {
    let (since, clock) = (automation.since, Clock(timeZone: shell.timeZone))
    guard clock.day(since) == clock.day(shell.now) - 1 else { return time(since, shell) }
    return "<time datetime=\"\(since.iso8601)\" title=\"\(clock.full(since))\">yesterday</time>"
  }

  /// The outbox is for those who operate; others see the number.
  private func deliveries(_ count: Count, _ state: Delivery.State, _ shell: Shell) -> HTML {
    guard shell.may(.operate) else { return "\(count.words)" }
    let tone: HTML = state == .sent ? .empty : " class=\"late\""
    return "<a href=\"/outbox?state=\(state.rawValue)\"\(tone)>\(count.words)</a>"
  }

  private var ownershipNote: HTML? {
    if ownsCustomers { return nil }
    return """
      <p class="hint">No customer names you as its owner (the attribute <code>\(clipped(ownerAttribute, 60))</code> with your \
      address), so this page shows the whole company.</p>
      """
  }
}
