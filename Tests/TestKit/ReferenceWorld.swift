import Domain

/// Who is who and whose, worked out in the plainest way from all entries at once. Shares no code with `Identity` and the fold.
package struct ReferenceWorld {
  private let entries: [LogEntry]
  private var links: [String: (at: Instant, target: String)] = [:]
  private var ties: [String: (version: Instant, customer: String)] = [:]
  private var ids: Set<String> = []

  package init(_ entries: [LogEntry]) {
    self.entries = entries
    for entry in entries { note(entry) }
  }

  private static func anonymous(_ id: String) -> String { "\u{1}" + id }

  private static func person(of entry: LogEntry) -> String? { entry.actor.contact ?? entry.actor.anonymous.map(anonymous) }

  private mutating func note(_ entry: LogEntry) {
    guard let person = Self.person(of: entry) else { return }
    ids.insert(person)
    if let contact = entry.actor.contact {
      if let visitor = entry.actor.anonymous { link(Self.anonymous(visitor), contact, entry.at) }
      if case .alias(let previous) = entry.fact {
        link(previous, contact, entry.at)
        link(Self.anonymous(previous), contact, entry.at)
      }
    }
    guard let customer = entry.actor.customer else { return }
    switch entry.fact {
    case .ticket, .subscription, .response: return
    default: break
    }
    if let known = ties[person], (known.version, known.customer) >= (entry.version, customer) { return }
    ties[person] = (entry.version, customer)
  }

  /// Of several statements about one id the earliest holds.
  private mutating func link(_ id: String, _ target: String, _ at: Instant) {
    ids.formUnion([id, target])
    guard id != target else { return }
    if let known = links[id], (known.at, known.target) <= (at, target) { return }
    links[id] = (at, target)
  }

  /// Where following the links ends; in a circle, its least id.
  package func root(of id: String) -> String {
    var seen = [id]
    while let next = links[seen[seen.count - 1]]?.target {
      if let start = seen.firstIndex(of: next) { return seen[start...].sorted()[0] }
      seen.append(next)
    }
    return seen[seen.count - 1]
  }

  /// The customer a person belongs to: that of the latest tie of any of the person's ids, else the person; `nil` for an unknown visitor.
  private func customer(ofRoot root: String) -> String? {
    let known = ties.filter { self.root(of: $0.key) == root }.values
    if let latest = known.max(by: { ($0.version, $0.customer) < ($1.version, $1.customer) }) { return latest.customer }
    return root.hasPrefix("\u{1}") ? nil : root
  }

  private func owner(of entry: LogEntry, _ customers: [String: String?]) -> String? {
    let person = Self.person(of: entry)
    switch entry.fact {
    case .contact, .alias: break
    default: if let named = entry.actor.customer { return named }
    }
    guard let person else { return entry.actor.customer }
    return customers[root(of: person)] ?? nil
  }

  /// All customers with what is theirs.
  package func customers() -> [String: ReferenceCustomer] {
    let roots = Set(ids.map { root(of: $0) })
    let owners = Dictionary(uniqueKeysWithValues: roots.map { ($0, customer(ofRoot: $0)) })
    var found: [String: ReferenceCustomer] = [:]
    for entry in entries {
      guard let owner = owner(of: entry, owners) else { continue }
      found[owner, default: ReferenceCustomer(id: owner)].entries.append((entry, Self.person(of: entry).map { root(of: $0) }))
    }
    return found
  }
}

/// One customer: its raw entries, nothing derived.
package struct ReferenceCustomer {
  package let id: String
  package var entries: [(entry: LogEntry, person: String?)] = []

  package init(id: String, entries: [(entry: LogEntry, person: String?)] = []) {
    self.id = id
    self.entries = entries
  }

  /// With only what had happened by `at`; `nil`: nothing had, or it starts later by its own account.
  package func asOf(_ at: Instant) -> ReferenceCustomer? {
    let past = ReferenceCustomer(id: id, entries: entries.filter { $0.entry.at <= at })
    return past.entries.isEmpty || past.startedAt > at ? nil : past
  }

  func attribute(_ name: String) -> JSON? {
    var best: (version: Instant, source: Int, text: String, value: JSON)?
    for (entry, _) in entries {
      let members: [JSON.Member]
      var source = 0
      switch entry.fact {
      case .customer(let attributes): (members, source) = (attributes, 1)
      case .contact(let traits) where entry.actor.contact == id: members = traits
      default: continue
      }
      for member in members where member.name == name {
        let text = member.value.printed(sortedKeys: true)
        if let best, (best.version, best.source, best.text) >= (entry.version, source, text) { continue }
        best = (entry.version, source, text, member.value)
      }
    }
    return best.flatMap { $0.value.isNull ? nil : $0.value }
  }

  public var startedAt: Instant {
    if let text = attribute("created_at")?.string, let stated = Instant(iso8601: text) { return stated }
    let seen = entries.map(\.entry.at).filter { $0 > .distantPast }.min()
    return seen ?? entries.map(\.entry.receivedAt).min() ?? .distantFuture
  }

  func events(_ isWanted: (String) -> Bool) -> [(at: Instant, person: String?)] {
    entries.compactMap { entry, person in
      if case .event(let name, _) = entry.fact, isWanted(name) { (entry.at, person) } else { nil }
    }
  }

  struct Ticket {
    var openedAt: Instant
    var satisfaction: Double?
    /// Status by the instant from which it holds, ascending, one an instant.
    var statuses: [(at: Instant, status: TicketStatus)]
  }

  func tickets() -> [Ticket] {
    var records: [String: [(version: Instant, record: TicketRecord)]] = [:]
    for (entry, _) in entries {
      if case .ticket(let record) = entry.fact { records[record.id, default: []].append((entry.version, record)) }
    }
    return records.sorted { $0.key < $1.key }.map { _, records in
      var stated: [Instant: TicketStatus] = [:]
      func state(_ status: TicketStatus, _ at: Instant) { stated[at] = max(stated[at] ?? status, status) }
      for (version, record) in records {
        state(.open, record.openedAt)
        if let solved = record.solvedAt, !record.status.isOpen { state(record.status, max(solved, record.openedAt)) }
        // Whatever was said before: this is how it stood when the record was made.
        if record.status.isOpen || record.solvedAt.map({ $0 <= version }) ?? true { state(record.status, max(version, record.openedAt)) }
      }
      let latest = records.max { ($0.version, Self.rank($0.record)) < ($1.version, Self.rank($1.record)) }
      return Ticket(
        openedAt: records.map(\.record.openedAt).min() ?? .distantFuture, satisfaction: latest?.record.satisfaction,
        statuses: stated.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  private static func rank(_ record: TicketRecord) -> Double { record.satisfaction ?? -1 }

  func subscriptions() -> [(version: Instant, record: SubscriptionRecord)] {
    var latest: [String: (version: Instant, record: SubscriptionRecord)] = [:]
    for (entry, _) in entries {
      guard case .subscription(let record) = entry.fact else { continue }
      let rank = entry.fact.payload.printed()
      if let known = latest[record.id],
        (known.version, Fact.subscription(known.record).payload.printed()) >= (entry.version, rank)
      {
        continue
      }
      latest[record.id] = (entry.version, record)
    }
    return latest.values.sorted { $0.record.id < $1.record.id }
  }

  func responses() -> [(at: Instant, record: ResponseRecord)] {
    var latest: [String: LogEntry] = [:]
    for (entry, _) in entries {
      guard case .response(let record) = entry.fact else { continue }
      if let known = latest[record.id], (known.version, known.at, Self.rank(known.fact)) >= (entry.version, entry.at, Self.rank(entry.fact))
      {
        continue
      }
      latest[record.id] = entry
    }
    return latest.values.compactMap { entry in if case .response(let record) = entry.fact { (entry.at, record) } else { nil } }
  }

  private static func rank(_ fact: Fact) -> String { fact.payload.printed() }
}
