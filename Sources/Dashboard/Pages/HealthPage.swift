import Domain

/// The company's health at a look: how it stands, where it went, who moved it.
public struct HealthPage: Hashable, Sendable {
  /// How customers stood at the end of a day, in the company's zone.
  public struct Past: Hashable, Sendable {
    public var day: Day
    public var bands: [Band: Int]
    /// `nil` without customers.
    public var average: Double?
    public init(day: Day, bands: [Band: Int], average: Double?) {
      self.day = day
      self.bands = bands
      self.average = average
    }
  }

  /// How many customers went from one band to another in a week; `nil`: they had no score then, or have none now.
  public struct Flow: Hashable, Sendable {
    public var from: Band?
    public var to: Band?
    public var customers: Int
    public init(from: Band?, to: Band?, customers: Int) {
      self.from = from
      self.to = to
      self.customers = customers
    }
  }

  /// A customer whose score changed much in the last seven days.
  public struct Mover: Hashable, Sendable {
    public var customer: CustomerLine
    public var from: Int
    public var to: Int
    /// What moved it most: "Last login 40 → 20".
    public var reason: String?
    public init(customer: CustomerLine, from: Int, to: Int, reason: String? = nil) {
      self.customer = customer
      self.from = from
      self.to = to
      self.reason = reason
    }
  }

  /// Customers who have something in common.
  public struct Group: Hashable, Sendable {
    /// Who they are.
    public enum Name: Hashable, Sendable {
      case named(String)
      /// Those of whom it is not known.
      case unknown
      /// All that are too few to be named.
      case rest
    }

    public var name: Name
    public var bands: [Band: Int]
    public var average: Double?
    public init(name: Name, bands: [Band: Int], average: Double?) {
      self.name = name
      self.bands = bands
      self.average = average
    }

    var count: Int { bands.values.reduce(0, +) }
  }

  /// When all this was true.
  public var at: Instant
  /// Where the model's bands begin.
  public var bands: Bands
  /// How many customers have which score, 0 through 100.
  public var scores: [Int]
  public var counts: [Band: Int]
  /// `nil` without customers.
  public var average: Double?
  /// The end of the day a week ago; `nil`: nothing is known of it.
  public var weekAgo: Past?
  /// Ascending.
  public var days: [Past]
  public var flows: [Flow]
  /// Falls first, each the heaviest first.
  public var movers: [Mover]
  /// When flows and movers were found; `nil`: the search is under way.
  public var moversAt: Instant?
  public var tiers: [Group]
  public var stages: [Group]
  /// When the groups were counted; `nil`: not yet.
  public var groupsAt: Instant?

  public init(
    at: Instant, bands: Bands, scores: [Int], counts: [Band: Int], average: Double?, weekAgo: Past? = nil, days: [Past] = [],
    flows: [Flow] = [], movers: [Mover] = [], moversAt: Instant? = nil, tiers: [Group] = [], stages: [Group] = [],
    groupsAt: Instant? = nil
  ) {
    self.at = at
    self.bands = bands
    self.scores = scores
    self.counts = counts
    self.average = average
    self.weekAgo = weekAgo
    self.days = days
    self.flows = flows
    self.movers = movers
    self.moversAt = moversAt
    self.tiers = tiers
    self.stages = stages
    self.groupsAt = groupsAt
  }

  private var total: Int { counts.values.reduce(0, +) }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let shell = shell.titled("Health")
    let title = heading("Health", beside: "<p class=\"hint\">As of \(time(at, shell))</p>")
    guard total > 0 else {
      let hint: HTML =
        "A score comes with the first event or record of a customer: <code>holdfast import customers FILE</code>, or the tracking API."
      return document(shell, "\(title)\(emptyState("No customer has a score yet.", hint: hint))")
    }
    let spread = card(title: "How scores are spread", id: "distribution", distributionChart(counts: scores, bands: bands))
    let flow = card(title: "From last week to now", id: "flow", flowPicture)
    let movement = card(title: "Movers of the last seven days", id: "movers", moverTables(shell))
    let averageCard = card(title: "Average score", id: "average", averageLine(days: averages, bands: bands))
    let shareCard = card(title: "Bands over time", id: "shares", bandShareChart(days: shares))
    let tierCard = card(title: "By tier", id: "tiers", groupTable(tiers, of: "Tier", attribute: "tier", shell))
    let stageCard = card(title: "By journey stage", id: "stages", groupTable(stages, of: "Stage", attribute: "journey", shell))
    return document(
      shell,
      """
      \(title)\(figures)\(columns("\(spread)\(flow)"))\(movement)\(columns("\(averageCard)\(shareCard)"))\
      \(columns("\(tierCard)\(stageCard)"))
      """)
  }

  // MARK: Figures

  private var figures: HTML {
    let averageChange: HTML? = average.flatMap { now in
      weekAgo?.average.map { "\(signed(((now * 10).rounded() - ($0 * 10).rounded()) / 10)) in a week" }
    }
    var list: [(label: String, value: HTML, detail: HTML?)] = [
      ("Average score", "\(average.map { oneDecimal($0) } ?? "–")", averageChange),
      ("Customers", link("/customers", grouped(total)), bandsBefore.map { Self.moved(total, from: $0.values.reduce(0, +)) }),
    ]
    for band in Band.allCases.reversed() {
      let count = counts[band] ?? 0
      let value: HTML = """
        \(swatch(band)) <a href="\(customersPath(where: "band == \"\(band.rawValue)\""))">\(grouped(count))</a>
        """
      let moved = bandsBefore.map { Self.moved(count, from: $0[band] ?? 0) }
      list.append((band.title, value, dotted(["\(shareText(count, of: total))", moved])))
    }
    return tiles(list)
  }

  /// Customers by band a week ago: as the flow has them, so that two figures of one page are of one moment; else as that day's record has.
  private var bandsBefore: [Band: Int]? {
    guard !flows.isEmpty else { return weekAgo?.bands }
    return flows.reduce(into: [:]) { counts, flow in
      if let from = flow.from { counts[from, default: 0] += flow.customers }
    }
  }

  private static func moved(_ now: Int, from before: Int) -> HTML {
    "\(now == before ? "±0" : now > before ? "+\(grouped(now - before))" : grouped(now - before)) in a week"
  }

  private var bandFlows: [DrawnFlow] { flows.map { DrawnFlow(from: $0.from, to: $0.to, customers: $0.customers) } }

  private var flowPicture: HTML {
    if flows.isEmpty, moversAt == nil { return emptyState("It is being found out; load the page again in a moment.") }
    return flowDiagram(flows: bandFlows)
  }

  private var averages: [DayAverage] {
    days.compactMap { past in past.average.map { DayAverage(day: past.day, average: $0) } }
  }

  private var shares: [DayBands] {
    days.map { past in
      DayBands(
        day: past.day, healthy: past.bands[.healthy] ?? 0, atRisk: past.bands[.atRisk] ?? 0, critical: past.bands[.critical] ?? 0)
    }
  }

  // MARK: Tables

  private func moverTables(_ shell: Shell) -> HTML {
    guard !movers.isEmpty else {
      return emptyState(
        moversAt == nil ? "They are being looked for; load the page again in a moment." : "No score moved in the last seven days.")
    }
    let found: HTML? = moversAt.map { shell.now - $0 > .minutes(2) ? "<p class=\"hint\">Found \(time($0, shell)).</p>" : .empty }
    let rows = movers.map { mover -> [HTML] in
      [
        mover.customer.link, change(from: mover.from, to: mover.to), "\(mover.from) → \(mover.to)", mover.customer.standing,
        "\(mover.reason.map { clipped($0, 200) } ?? "–")",
      ]
    }
    let head = [
      Column("Customer"), Column("Change", .number), Column("Score", .number), Column("Now"), Column("Why, most of all"),
    ]
    return "\(table(caption: "Who fell and who rose most", head: head, rows: rows, isList: true))\(found)"
  }

  private func groupTable(_ groups: [Group], of title: String, attribute: String, _ shell: Shell) -> HTML {
    guard !groups.isEmpty else {
      return emptyState("Nothing is known yet.", hint: "These figures are made once a day, with the daily batch.")
    }
    let rows = groups.map { group -> [HTML] in
      let (title, name): (String, HTML) =
        switch group.name {
        case .named(let name):
          (clipped(name, 60), link(customersPath(where: "\(attribute) == \(quoted(name))"), clipped(name, 60)))
        case .unknown: ("not known", link(customersPath(where: "\(attribute) is missing"), "not known"))
        case .rest: ("all others", "all others")
        }
      let average = group.average.map { withOneDecimal($0) } ?? "–"
      return [name, "\(grouped(group.count))", "\(average)", stackedBar(group.bands, label: title)]
    }
    let head = [Column(title), Column("Customers", .number), Column("Average", .number), Column("Bands", .long)]
    let counted: HTML? = groupsAt.map { "<p class=\"hint\">Counted \(time($0, shell)).</p>" }
    return "\(table(caption: "Customers by \(title.lowercased())", head: head, rows: rows))\(counted)"
  }
}
