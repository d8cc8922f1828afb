import Domain
import SQL
import Storage

/// What is recorded of a customer beside its score: bounded, whatever it has.
public struct CustomerRecords: Sendable {
  /// Somebody at the customer.
  public struct Contact: Hashable, Sendable {
    public var id: String
    public var name: String?
    public var email: String?
    /// When the contact last did something.
    public var seenAt: Instant?
    public init(id: String, name: String?, email: String?, seenAt: Instant?) {
      self.id = id
      self.name = name
      self.email = email
      self.seenAt = seenAt
    }
  }

  /// By id, at most `Inquiries.shownContacts`.
  public var contacts: [Contact]
  /// Counted up to 10 000.
  public var contactCount: Int
  /// Open ones first, then the newest; all there are.
  public var tickets: [Ticket]
  /// Running ones first, then the newest.
  public var subscriptions: [SubscriptionRecord]
  public init(contacts: [Contact], contactCount: Int, tickets: [Ticket], subscriptions: [SubscriptionRecord]) {
    self.contacts = contacts
    self.contactCount = contactCount
    self.tickets = tickets
    self.subscriptions = subscriptions
  }
}

extension Inquiries {
  /// So many contacts are named.
  public static let shownContacts = 20

  /// `nil`: no such customer. - Throws: `DatabaseFailure`.
  public func records(of id: String) async throws -> CustomerRecords? {
    let now = time.now()
    return try await database.read { connection in
      guard try CustomerQueries.exists(id, connection) else { return nil }
      var state = CustomerState(id: id)
      try RecordQueries.load(into: &state, connection)
      let contacts = try ContactQueries.first(of: id, limit: Self.shownContacts, connection).map { contact in
        CustomerRecords.Contact(
          id: contact.id, name: contact.attributes["name"]?.string, email: contact.attributes["email"]?.string, seenAt: contact.seenAt)
      }
      return CustomerRecords(
        contacts: contacts, contactCount: try ContactQueries.count(of: id, connection),
        tickets: state.tickets.values.sorted {
          ($0.status(at: now).isOpen ? 0 : 1, $1.openedAt, $0.id) < ($1.status(at: now).isOpen ? 0 : 1, $0.openedAt, $1.id)
        },
        subscriptions: state.subscriptions.values.map(\.value).sorted {
          ($0.isOver ? 1 : 0, $1.startedAt, $0.id) < ($1.isOver ? 1 : 0, $0.startedAt, $1.id)
        })
    }
  }
}
