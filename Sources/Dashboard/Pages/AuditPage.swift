import Domain

/// Who did what, from what to what.
public struct AuditPage: Hashable, Sendable {
  /// What the list is narrowed to; empty: not.
  public struct Filter: Hashable, Sendable {
    /// `AuditEntry.Actor.label`.
    public var actor: String
    /// A stable word: "task.closed".
    public var action: String
    public init(actor: String = "", action: String = "") {
      self.actor = actor
      self.action = action
    }
  }

  /// Newest first.
  public var list: [AuditEntry]
  public var filter: Filter
  /// The people and programs that can be chosen.
  public var actors: [String]
  /// The actions that can be chosen.
  public var actions: [String]
  public var next: String?
  public var isFirst: Bool

  public init(
    list: [AuditEntry], filter: Filter = Filter(), actors: [String] = [], actions: [String] = [], next: String? = nil,
    isFirst: Bool = true
  ) {
    self.list = list
    self.filter = filter
    self.actors = actors
    self.actions = actions
    self.next = next
    self.isFirst = isFirst
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let pages = pager(next: next.map { path(next: $0) }, first: isFirst ? nil : path(next: nil))
    return document(shell.titled("Audit"), "\(heading("Audit"))\(filterForm)\(rows(shell))\(pages)")
  }

  private func path(next: String?) -> String {
    address("/audit", [("actor", filter.actor), ("action", filter.action), ("next", next)])
  }

  private var filterForm: HTML {
    query(
      action: "/audit",
      row(
        """
        \(select(label: "Who", name: "actor", options: Self.options("everybody", actors, chosen: filter.actor), selected: filter.actor))\
        \(select(
          label: "What", name: "action", options: Self.options("everything", actions, chosen: filter.action), selected: filter.action))\
        \(button("Filter", kind: .primary))
        """))
  }

  /// What is chosen can be chosen, also where it is not among the offered.
  private static func options(_ all: String, _ offered: [String], chosen: String) -> [(value: String, label: String)] {
    var values = Array(offered.prefix(200))
    if !chosen.isEmpty, !values.contains(chosen) { values.append(chosen) }
    return [("", all)] + values.map { ($0, clipped($0, 60)) }
  }

  private func rows(_ shell: Shell) -> HTML {
    guard !list.isEmpty else {
      return filter == Filter()
        ? emptyState("Nothing was changed yet.", hint: "Every change that a person or the automation makes stands here.")
        : emptyState("Nothing of that kind was changed.", hint: link("/audit", "Show everything"))
    }
    let rows = list.map { entry -> [HTML] in
      let subject: HTML =
        entry.customer == entry.subject
        ? CustomerLine(id: entry.subject).link
        : dotted([author(entry.subject), entry.customer.map { CustomerLine(id: $0).link }])
      return [
        time(entry.at, shell), author(entry.actor), "\(clipped(Self.words(entry.action), 60))", subject, Self.change(entry),
      ]
    }
    let head = [Column("When"), Column("Who"), Column("What"), Column("To what"), Column("From → to")]
    return "<div class=\"wide\">\(table(caption: "Changes, newest first", head: head, rows: rows, isList: true))</div>"
  }

  /// "task.closed" as "task closed".
  private static func words(_ action: String) -> String { action.replacing(".", with: " ").replacing("_", with: " ") }

  private static func change(_ entry: AuditEntry) -> HTML {
    let from: HTML? = entry.from.map { author(clipped($0, 200)) }
    let to: HTML? = entry.to.map { author(clipped($0, 200)) }
    switch (from, to) {
    case (let from?, let to?): return "\(from) → \(to)"
    case (nil, let to?): return to
    case (let from?, nil): return "\(from) → nothing"
    case (nil, nil): return "–"
    }
  }
}
