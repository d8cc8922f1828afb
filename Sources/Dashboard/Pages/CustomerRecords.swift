import Domain

extension CustomerPage {
  // MARK: Who and what it has

  func contactCard(_ shell: Shell) -> HTML? {
    guard !records.contacts.isEmpty else { return nil }
    let rows = records.contacts.prefix(20).map { contact -> [HTML] in
      let name = customerLabel(id: contact.id, name: contact.name)
      let email: HTML = contact.email.map { "<bdi>\(clipped($0, 80))</bdi>" } ?? "–"
      return ["<bdi>\(clipped(name, 60))</bdi>", email, contact.seenAt.map { time($0, shell) } ?? "–"]
    }
    let more = records.contactCount - rows.count
    let rest: HTML? = more > 0 ? "<p class=\"hint\">And \(counted(more, "more contact")).</p>" : nil
    return card(
      title: "Contacts", id: "contacts",
      "\(table(caption: "Contacts", head: [Column("Contact"), Column("Email", .long), Column("Last seen")], rows: rows))\(rest)")
  }

  func subscriptionCard(_ shell: Shell) -> HTML? {
    guard !records.subscriptions.isEmpty else { return nil }
    let rows = records.subscriptions.prefix(10).map { item -> [HTML] in
      let ends: HTML? = item.canceledAt.map { "\($0 <= shell.now ? "ended" : "ends") \(day($0, shell))" }
      let renews: HTML? = item.renewsAt.map { "renews \(day($0, shell))" }
      // A plan is often called as its tier is.
      let plan = (item.plan == item.tier ? [item.plan] : [item.plan, item.tier]).compactMap(\.self).joined(separator: ", ")
      return [
        "\(clipped(plan.isEmpty ? item.id : plan, 60))", "\(clipped(item.status ?? (item.canceledAt == nil ? "running" : "ended"), 40))",
        "\(amount(item.mrr))", "\(item.seats.map(amount) ?? "–")", ends ?? renews ?? "since \(day(item.startedAt, shell))",
      ]
    }
    return card(
      title: "Subscriptions", id: "subscriptions",
      table(
        caption: "Subscriptions",
        head: [Column("Plan"), Column("State"), Column("MRR", .number), Column("Seats", .number), Column("When")], rows: rows))
  }

  func ticketCard(_ shell: Shell) -> HTML? {
    guard !records.tickets.isEmpty else { return nil }
    let rows = records.tickets.prefix(10).map { ticket -> [HTML] in
      let title = ticket.subject.map { clipped($0, 100) } ?? clipped(ticket.id, 60)
      let rating: HTML? = ticket.satisfaction.map { "rated \(oneDecimal($0)) of 5" }
      let priority: HTML? = ticket.priority.map { .text(clipped($0, 40)) }
      let when: HTML = ticket.solvedAt.map { "solved \(time($0, shell))" } ?? "opened \(time(ticket.openedAt, shell))"
      let extra = [priority, rating].compactMap(\.self)
      let small: HTML? = extra.isEmpty ? nil : "<br><span class=\"hint\">\(dotted(extra))</span>"
      return ["<bdi>\(title)</bdi>\(small)", tag(ticket.status.rawValue, tone: ticket.status.isOpen ? "waiting" : ""), when]
    }
    let more = records.ticketCount - rows.count
    let rest: HTML? = more > 0 ? "<p class=\"hint\">And \(counted(more, "older one")); all stand in the timeline.</p>" : nil
    return card(
      title: "Tickets", id: "tickets",
      "\(table(caption: "Tickets", head: [Column("Ticket"), Column("State"), Column("When")], rows: rows))\(rest)")
  }

  var attributeCard: HTML? {
    guard !summary.attributes.isEmpty else { return nil }
    let shown = summary.attributes.prefix(40)
    let list = shown.map { member -> (label: String, value: HTML) in (clipped(member.name, 60), Self.value(member.value)) }
    let more = summary.attributes.count - shown.count
    let rest: HTML? = more > 0 ? "<p class=\"hint\">And \(grouped(more)) more.</p>" : nil
    return card(title: "Attributes", id: "attributes", "\(facts(list))\(rest)")
  }

  private static func value(_ json: JSON) -> HTML {
    switch json {
    case .string(let text): "<bdi>\(clipped(text, 200))</bdi>"
    case .bool(let flag): flag ? "yes" : "no"
    case .integer(let number): "\(String(number))"
    default: "<code>\(clipped(json.printed(), 200))</code>"
    }
  }

  // MARK: What happened

  func timelineCard(_ shell: Shell) -> HTML {
    let all: [(path: String, label: String, isCurrent: Bool)] = [(timelinePath(kind: nil, next: nil), "All", timeline.kind == nil)]
    let kinds = TimelineEntry.Kind.allCases.map { kind in
      (path: timelinePath(kind: kind, next: nil), label: Self.title(kind), isCurrent: timeline.kind == kind)
    }
    let happenings = timeline.entries.map {
      Happening(at: $0.at, kind: $0.kind.rawValue, title: "<bdi>\(clipped($0.title, 300))</bdi>")
    }
    let list: HTML =
      happenings.isEmpty ? emptyState("Nothing of that kind has happened.") : Dashboard.timeline(happenings, shell)
    let pages = pager(
      next: timeline.next.map { timelinePath(kind: timeline.kind, next: $0) },
      first: timeline.isFirst ? nil : timelinePath(kind: timeline.kind, next: nil))
    return card(
      title: "Timeline", id: "timeline", "\(choices(label: "What the timeline shows", all + kinds))\(list)\(pages)")
  }

  /// "Scores", "Events".
  private static func title(_ kind: TimelineEntry.Kind) -> String {
    let word = kind.rawValue
    let plural = word.hasSuffix("y") ? "\(word.dropLast())ies" : "\(word)s"
    return plural.prefix(1).uppercased() + plural.dropFirst()
  }

  private func timelinePath(kind: TimelineEntry.Kind?, next: String?) -> String {
    address(path, [("kind", kind?.rawValue), ("next", next)]) + "#timeline"
  }
}
