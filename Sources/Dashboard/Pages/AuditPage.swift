import Domain

/// Who did what, from what to what.
public struct AuditPage: Hashable, Sendable {
  /// What the list is narrowed to; empty: not.
  public struct Filter: Hashable, Sendable {
    /// `AuditEntry.Actor.label`, or what that is called.
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
  /// People and programs that are offered.
  public var actors: [String]
  /// Actions that are offered.
  public var actions: [String]
  /// The value of `cursor` for the page after.
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
    return document(shell.titled("Audit"), "\(heading("Audit"))\(filterForm(shell))\(rows(shell))\(pages)")
  }

  private func path(next: String?) -> String {
    address("/audit", [("actor", filter.actor), ("action", filter.action), ("cursor", next)])
  }

  private func filterForm(_ shell: Shell) -> HTML {
    let who = Self.filter(
      label: "Who", name: "actor", value: filter.actor, offered: actors.map { shell.labels.name(ofActor: $0) })
    let what = Self.filter(label: "What", name: "action", value: filter.action, offered: actions)
    return query(action: "/audit", row("\(who)\(what)\(button("Filter", kind: .primary))"))
  }

  /// Typed as it stands in the list; what there is to choose from is offered.
  private static func filter(label: String, name: String, value: String, offered: [String]) -> HTML {
    let list = "\(name)-list"
    let choices: HTML? =
      offered.isEmpty ? nil : "<datalist id=\"\(list)\">\(offered.prefix(200).html { "<option value=\"\($0)\"></option>" })</datalist>"
    let field = field(
      label: label, name: name, value: clipped(value, 300), type: .search,
      attributes: [("autocomplete", "off"), ("maxlength", "300")] + (offered.isEmpty ? [] : [("list", list)]))
    return "\(field)\(choices)"
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
        moment(entry.at, shell), author(shell.labels.name(ofActor: entry.actor)), "<code>\(clipped(entry.action, 60))</code>", subject,
        Self.change(entry),
      ]
    }
    let head = [Column("When"), Column("Who", .word), Column("What", .word), Column("To what"), Column("From → to", .long)]
    return "<div class=\"wide\">\(table(caption: "Changes, newest first", head: head, rows: rows, isList: true))</div>"
  }

  private static func change(_ entry: AuditEntry) -> HTML {
    let from: HTML? = entry.from.map { "<bdi>\(clipped($0, 200))</bdi>" }
    let to: HTML? = entry.to.map { "<bdi>\(clipped($0, 200))</bdi>" }
    switch (from, to) {
    case (let from?, let to?): return "\(from) → \(to)"
    case (nil, let to?): return to
    case (let from?, nil): return "\(from) → nothing"
    case (nil, nil): return "–"
    }
  }
}
