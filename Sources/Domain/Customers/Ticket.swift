/// A support case, folded from its records: whichever order they come in, the same ticket.
public struct Ticket: Hashable, Sendable {
  public struct Transition: Hashable, Sendable, Comparable {
    public var at: Instant
    public var status: TicketStatus
    public init(at: Instant, status: TicketStatus) {
      self.at = at
      self.status = status
    }
    public static func < (a: Transition, b: Transition) -> Bool { (a.at, a.status) < (b.at, b.status) }
  }

  /// What the latest record states beside the status.
  public struct Details: Hashable, Sendable {
    public var subject: String?
    public var priority: String?
    public var satisfaction: Double?
    public init(subject: String?, priority: String?, satisfaction: Double?) {
      self.subject = subject
      self.priority = priority
      self.satisfaction = satisfaction
    }

    /// Of two statements for the same instant the higher satisfaction counts; then texts decide.
    func outranks(_ other: Details) -> Bool {
      if satisfaction != other.satisfaction { return satisfaction ?? -.infinity > other.satisfaction ?? -.infinity }
      return other.texts.precedesInBytes(texts)
    }

    private var texts: String {
      let parts: JSON = [priority.map(JSON.string) ?? .null, subject.map(JSON.string) ?? .null]
      return parts.printed()
    }
  }

  /// A ticket keeps the first and the latest of more status changes than this.
  public static let maximumTransitions = 200

  public var id: String
  public var openedAt: Instant
  public var details: Versioned<Details>
  /// Sorted, without repeats.
  public var transitions: [Transition]

  public init(id: String, openedAt: Instant, details: Versioned<Details>, transitions: [Transition]) {
    self.id = id
    self.openedAt = openedAt
    self.details = details
    self.transitions = transitions
  }

  public init(_ record: TicketRecord, version: Instant) {
    id = record.id
    openedAt = record.openedAt
    details = Versioned(Details(record), version: version)
    transitions = []
    add(record, version: version)
  }

  /// Takes in what further records of the same ticket state. The earliest stated opening counts.
  public mutating func merge(_ other: Ticket) {
    openedAt = min(openedAt, other.openedAt)
    details.merge(other.details) { $0.outranks($1) }
    for transition in other.transitions { insert(transition) }
  }

  /// A solved or closed ticket without a time for it is solved as of the record's version. Whatever earlier records said, at its version
  /// the ticket stands as the record says, unless that is yet to come.
  private mutating func add(_ record: TicketRecord, version: Instant) {
    insert(Transition(at: record.openedAt, status: .open))
    let solved = record.status.isOpen ? nil : record.solvedAt
    if let solved { insert(Transition(at: max(solved, record.openedAt), status: record.status)) }
    if solved.map({ $0 <= version }) ?? true { insert(Transition(at: max(version, record.openedAt), status: record.status)) }
  }

  private mutating func insert(_ transition: Transition) {
    let index = transitions.firstIndex { $0 >= transition } ?? transitions.endIndex
    if index < transitions.endIndex, transitions[index] == transition { return }
    transitions.insert(transition, at: index)
    if transitions.count > Self.maximumTransitions { transitions.remove(at: 1) }
  }

  /// The status in force at `at`, since when it has been open or not, and when it changes next as far as is known.
  func phase(at: Instant) -> Phase? {
    var phase: Phase?
    for transition in transitions {
      guard transition.at <= at else {
        phase?.until = transition.at
        return phase ?? nil
      }
      if let present = phase, present.isOpen == transition.status.isOpen {
        phase?.status = transition.status
      } else {
        phase = Phase(status: transition.status, since: transition.at, until: nil)
      }
    }
    return phase
  }

  /// The status in force at an instant; before it was opened the one it will be opened with.
  public func status(at instant: Instant) -> TicketStatus { phase(at: instant)?.status ?? transitions.first?.status ?? .open }

  /// Since when it has been solved or closed; `nil` where it is not.
  public func solvedAt(at instant: Instant) -> Instant? { phase(at: instant).flatMap { $0.isOpen ? nil : $0.since } }

  struct Phase {
    var status: TicketStatus
    /// Since when it has been open, or not.
    var since: Instant
    /// The next known change of status.
    var until: Instant?
    var isOpen: Bool { status.isOpen }
  }

  /// When it was opened again after having been solved or closed.
  var reopenings: [Instant] {
    zip(transitions, transitions.dropFirst()).filter { !$0.status.isOpen && $1.status.isOpen }.map { $1.at }
  }
}

extension Ticket.Details {
  init(_ record: TicketRecord) {
    self.init(subject: record.subject, priority: record.priority, satisfaction: record.satisfaction)
  }
}
