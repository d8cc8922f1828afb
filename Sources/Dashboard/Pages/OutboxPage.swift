import Domain

/// Messages on their way out, and those that did not get through.
public struct OutboxPage: Hashable, Sendable {
  /// The state of a way out.
  public struct Lane: Hashable, Sendable {
    public var channel: String
    /// Nothing goes out by it until then.
    public var pausedUntil: Instant?
    /// Why nothing will get through until somebody mends it.
    public var broken: String?
    public init(channel: String, pausedUntil: Instant? = nil, broken: String? = nil) {
      self.channel = channel
      self.pausedUntil = pausedUntil
      self.broken = broken
    }
  }

  /// The one state that is shown; `nil`: all.
  public var state: Delivery.State?
  public var counts: [Delivery.State: TodayPage.Count]
  /// Newest first.
  public var deliveries: [Delivery]
  public var next: String?
  public var isFirst: Bool
  /// Those that are paused.
  public var lanes: [Lane]

  public init(
    state: Delivery.State? = nil, counts: [Delivery.State: TodayPage.Count], deliveries: [Delivery], next: String? = nil,
    isFirst: Bool = true,
    lanes: [Lane] = []
  ) {
    self.state = state
    self.counts = counts
    self.deliveries = deliveries
    self.next = next
    self.isFirst = isFirst
    self.lanes = lanes
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let total = TodayPage.Count(counts.values.reduce(0) { $0 + $1.number }, isMore: counts.values.contains(where: \.isMore))
    let all: [(path: String, label: String, isCurrent: Bool)] = [(path(nil), "All (\(total.words))", state == nil)]
    let states = Delivery.State.allCases.map { one in
      (path: path(one), label: "\(Self.title(one)) (\((counts[one] ?? 0).words))", isCurrent: one == state)
    }
    let pages = pager(next: next.map { path(state, next: $0) }, first: isFirst ? nil : path(state))
    return document(
      shell.titled("Outbox"),
      "\(heading("Outbox"))\(paused(shell))\(choices(label: "State", all + states))\(list(shell))\(pages)")
  }

  private func path(_ state: Delivery.State?, next: String? = nil) -> String {
    address("/outbox", [("state", state?.rawValue), ("next", next)])
  }

  private static func title(_ state: Delivery.State) -> String { state.rawValue.prefix(1).uppercased() + state.rawValue.dropFirst() }

  private static func tone(_ state: Delivery.State) -> String {
    switch state {
    case .pending, .sending: "waiting"
    case .sent: "good"
    case .unknown, .failed: "bad"
    case .canceled: ""
    }
  }

  private func paused(_ shell: Shell) -> HTML {
    lanes.html { lane in
      let why = lane.broken.map { ": \(clipped($0, 300))" } ?? " after several failures in a row"
      let until: HTML? = lane.pausedUntil.map { "<p>The next attempt is made \(time($0, shell)).</p>" }
      return problem("Nothing goes out by \(clipped(lane.channel, 60))\(why).", until)
    }
  }

  private func list(_ shell: Shell) -> HTML {
    guard !deliveries.isEmpty else {
      return state == nil
        ? emptyState("Nothing was sent yet.", hint: "Alerts and digests go out from here.")
        : emptyState("No message is \(state?.rawValue ?? "there").", hint: link("/outbox", "Show all"))
    }
    let acts = shell.may(.operate)
    let rows = deliveries.enumerated().map { index, delivery -> [HTML] in
      let customer: HTML? = delivery.customer.map { "<br>\(CustomerLine(id: $0).link)" }
      let error: HTML? = delivery.lastError.map { "<br><span class=\"hint\">\(clipped($0, 300))</span>" }
      var cells: [HTML] = [
        "<bdi id=\"message-\(index + 1)\">\(clipped(delivery.title, 200))</bdi>\(customer)", "\(clipped(delivery.channel, 60))",
        "\(tag(delivery.state.rawValue, tone: Self.tone(delivery.state)))\(error)", "\(grouped(delivery.attempts))", when(delivery, shell),
      ]
      if acts { cells.append(actions(delivery, number: index + 1, shell)) }
      return cells
    }
    var head = [Column("Message"), Column("Channel"), Column("State"), Column("Attempts", .number), Column("When")]
    if acts { head.append(Column("What to do")) }
    return "<div class=\"wide\">\(table(caption: "Deliveries", head: head, rows: rows, isList: true))</div>"
  }

  private func when(_ delivery: Delivery, _ shell: Shell) -> HTML {
    switch delivery.state {
    case .pending where delivery.attempts > 0: "next attempt \(time(delivery.nextAttemptAt, shell))"
    case .pending, .sending: lasting("for", delivery.createdAt, shell)
    default: time(delivery.finishedAt ?? delivery.createdAt, shell)
    }
  }

  private func actions(_ delivery: Delivery, number: Int, _ shell: Shell) -> HTML {
    // Many buttons say the same; the message says which one is meant.
    func form(_ path: String, _ label: String) -> HTML {
      let fields: HTML = "\(hidden("key", delivery.key))\(button(label, kind: .quiet, describedBy: "message-\(number)"))"
      return shell.form(path, back: self.path(state), fields)
    }
    switch delivery.state {
    case .pending: return form("/outbox/cancel", "Cancel")
    case .failed, .canceled: return form("/outbox/retry", "Send again")
    case .unknown:
      return "\(form("/outbox/retry", "Send again"))<span class=\"hint\">It may have arrived; then it would be there twice.</span>"
    case .sending, .sent: return "<span class=\"hint\">nothing</span>"
    }
  }
}
