import Domain

/// How the machinery runs: for whoever looks after it.
public struct SystemPage: Hashable, Sendable {
  /// A process that works on the database.
  public struct Node: Hashable, Sendable {
    /// Host and process.
    public var name: String
    public var startedAt: Instant
    public var isThis: Bool
    /// How many of the 256 shards it owns.
    public var shards: Int
    /// Whether it runs another configuration than this one.
    public var hasOtherConfiguration: Bool
    public init(name: String, startedAt: Instant, isThis: Bool, shards: Int, hasOtherConfiguration: Bool = false) {
      self.name = name
      self.startedAt = startedAt
      self.isThis = isThis
      self.shards = shards
      self.hasOtherConfiguration = hasOtherConfiguration
    }
  }

  /// A way out to people.
  public struct Channel: Hashable, Sendable {
    public var name: String
    /// For people: "Slack", "email".
    public var kind: String
    /// Why nothing can go out by it ("the environment variable SLACK_WEBHOOK is not set"); `nil`: it can.
    public var obstacle: String?
    public init(name: String, kind: String, obstacle: String? = nil) {
      self.name = name
      self.kind = kind
      self.obstacle = obstacle
    }
  }

  /// Input that could not be taken.
  public struct SetAside: Hashable, Sendable {
    public var at: Instant
    /// Where it came from: "tracking", "import events".
    public var source: String
    public var reason: String
    /// Its beginning.
    public var excerpt: String
    public init(at: Instant, source: String, reason: String, excerpt: String) {
      self.at = at
      self.source = source
      self.reason = reason
      self.excerpt = excerpt
    }
  }

  /// Something that should not have happened.
  public struct Incident: Hashable, Sendable {
    public var at: Instant
    public var kind: String
    public var detail: String
    public init(at: Instant, kind: String, detail: String) {
      self.at = at
      self.kind = kind
      self.detail = detail
    }
  }

  /// The program and what it stands on.
  public struct Installation: Hashable, Sendable {
    public var version: String
    /// "SQLite", "PostgreSQL".
    public var database: String
    /// A file, or host and name of a database; never a password.
    public var place: String
    /// The version of the configuration in force.
    public var configuration: String
    public var startedAt: Instant
    public init(version: String, database: String, place: String, configuration: String, startedAt: Instant) {
      self.version = version
      self.database = database
      self.place = place
      self.configuration = configuration
      self.startedAt = startedAt
    }
  }

  /// What came in and how far it is worked off.
  public struct Intake: Hashable, Sendable {
    public var customers: Int
    public var accepted: Int
    public var duplicates: Int
    public var rejected: Int
    /// By the label of its reason.
    public var rejectedByReason: [String: Int]
    /// Age of the oldest entry that is durable and not folded yet.
    public var lag: TimeSpan
    public init(
      customers: Int, accepted: Int, duplicates: Int, rejected: Int, rejectedByReason: [String: Int] = [:], lag: TimeSpan = .zero
    ) {
      self.customers = customers
      self.accepted = accepted
      self.duplicates = duplicates
      self.rejected = rejected
      self.rejectedByReason = rejectedByReason
      self.lag = lag
    }
  }

  public var installation: Installation
  /// Why the server is not ready; empty: it is.
  public var obstacles: [String]
  public var intake: Intake
  public var nodes: [Node]
  public var channels: [Channel]
  /// When every score was last derived anew.
  public var lastBatch: Instant?
  public var nextBatch: Instant?
  /// Newest first.
  public var setAside: [SetAside]
  /// Newest first.
  public var incidents: [Incident]

  public init(
    installation: Installation, obstacles: [String] = [], intake: Intake, nodes: [Node] = [], channels: [Channel] = [],
    lastBatch: Instant? = nil, nextBatch: Instant? = nil, setAside: [SetAside] = [], incidents: [Incident] = []
  ) {
    self.installation = installation
    self.obstacles = obstacles
    self.intake = intake
    self.nodes = nodes
    self.channels = channels
    self.lastBatch = lastBatch
    self.nextBatch = nextBatch
    self.setAside = setAside
    self.incidents = incidents
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let state: HTML = obstacles.isEmpty ? tag("ready", tone: "good") : tag("not ready", tone: "bad")
    return document(
      shell.titled("System"),
      """
      \(heading("System", beside: state))\
      \(obstacles.html { problem(clipped($0, 300)) })\(figures)\
      \(columns("\(installationCard(shell))\(channelCard)"))\
      \(nodeCard(shell))\(incidentCard(shell))\(rejectedCard)\(setAsideCard(shell))
      """)
  }

  private var figures: HTML {
    tiles([
      (label: "Customers", value: link("/customers", grouped(intake.customers)), detail: nil),
      (label: "Taken in", value: "\(grouped(intake.accepted))", detail: "events and records"),
      (label: "Repeats dropped", value: "\(grouped(intake.duplicates))", detail: nil),
      (
        label: "Refused", value: intake.rejected > 0 ? "<a href=\"#rejected\">\(grouped(intake.rejected))</a>" : "0",
        detail: nil
      ),
      (label: "Behind", value: "\(intake.lag.words)", detail: "oldest entry not scored yet"),
    ])
  }

  private func installationCard(_ shell: Shell) -> HTML {
    let batch: HTML = lastBatch.map { time($0, shell) } ?? "not yet"
    return card(
      title: "Installation", id: "installation",
      facts([
        ("Version", "\(clipped(installation.version, 60))"),
        ("Database", "\(clipped(installation.database, 40)) <code>\(clipped(installation.place, 200))</code>"),
        ("Configuration", "<code>\(clipped(installation.configuration, 40))</code>"),
        ("Running since", time(installation.startedAt, shell)),
        ("Last daily batch", batch), ("Next", nextBatch.map { time($0, shell) } ?? "–"),
        ("Figures for Prometheus", "<code>/metrics</code>, with a key of that scope"),
        ("API description", "<code>/api/v1/openapi.json</code>, with an API key"),
      ]))
  }

  private var channelCard: HTML {
    guard !channels.isEmpty else {
      return card(
        title: "Channels", id: "channels",
        emptyState(
          "No channel is configured, so nobody is told of critical customers.",
          hint: "Channels stand in the configuration under <code>channels</code>; <code>holdfast check</code> reads it."))
    }
    let rows = channels.map { channel -> [HTML] in
      [
        "\(clipped(channel.name, 60))", "\(clipped(channel.kind, 40))",
        channel.obstacle.map { "\(tag("cannot send", tone: "bad")) \(clipped($0, 200))" } ?? tag("can send", tone: "good"),
      ]
    }
    return card(
      title: "Channels", id: "channels",
      table(caption: "Ways out to people", head: [Column("Channel"), Column("Kind"), Column("State", .long)], rows: rows))
  }

  private func nodeCard(_ shell: Shell) -> HTML? {
    guard !nodes.isEmpty else { return nil }
    let rows = nodes.map { node -> [HTML] in
      let here: HTML? = node.isThis ? " <span class=\"hint\">(answered you)</span>" : nil
      let other: HTML = node.hasOtherConfiguration ? tag("another one", tone: "bad") : "this one"
      return ["<code>\(clipped(node.name, 80))</code>\(here)", time(node.startedAt, shell), "\(grouped(node.shards))", other]
    }
    return card(
      title: "Nodes", id: "nodes",
      table(
        caption: "Processes that work on the database",
        head: [Column("Node"), Column("Running since"), Column("Shards", .number), Column("Configuration")], rows: rows))
  }

  private func incidentCard(_ shell: Shell) -> HTML {
    guard !incidents.isEmpty else { return card(title: "Incidents", id: "incidents", "<p class=\"hint\">None.</p>") }
    let items = incidents.prefix(20).html { incident in
      """
      <li><p><b>\(clipped(incident.kind.replacing("_", with: " "), 60))</b> <span class="hint">\(time(incident.at, shell))</span></p>\
      <pre class="detail">\(clipped(incident.detail, 1_000))</pre></li>
      """
    }
    return card(title: "Incidents", id: "incidents", "<ul class=\"notes\">\(items)</ul>")
  }

  private var rejectedCard: HTML? {
    guard !intake.rejectedByReason.isEmpty else { return nil }
    let sorted = intake.rejectedByReason.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(30)
    let rows = sorted.map { ["\(clipped($0.key.replacing("_", with: " "), 80))", "\(grouped($0.value))"] as [HTML] }
    return card(
      title: "Refused, by reason", id: "rejected",
      table(caption: "Refused input by reason", head: [Column("Reason"), Column("How often", .number)], rows: rows))
  }

  private func setAsideCard(_ shell: Shell) -> HTML {
    guard !setAside.isEmpty else { return card(title: "Set aside", id: "set-aside", "<p class=\"hint\">All input could be taken.</p>") }
    let rows = setAside.prefix(30).map { item -> [HTML] in
      [
        time(item.at, shell), "\(clipped(item.source, 80))", "\(clipped(item.reason, 200))",
        "<code>\(clipped(item.excerpt, 200))</code>",
      ]
    }
    let head = [Column("When"), Column("From"), Column("Why"), Column("Its beginning")]
    let list = table(caption: "Input that could not be taken, newest first", head: head, rows: rows)
    return card(title: "Set aside", id: "set-aside", "<div class=\"wide\">\(list)</div>")
  }
}
