/// What a person wrote about a customer.
public struct CustomerNote: Hashable, Sendable, Identifiable {
  public var id: String
  public var customer: String
  public var at: Instant
  /// `AuditEntry.Actor.label`.
  public var author: String
  public var text: String
  public init(id: String, customer: String, at: Instant, author: String, text: String) {
    self.id = id
    self.customer = customer
    self.at = at
    self.author = author
    self.text = text
  }
}

/// How the manager herself sees the customer, beside the score that data gives. The newest one counts.
public struct CustomerPulse: Hashable, Sendable {
  public enum Mood: String, Hashable, Sendable, CaseIterable { case good, unsure, worried }
  public var customer: String
  public var at: Instant
  public var author: String
  public var mood: Mood
  public var text: String
  public init(customer: String, at: Instant, author: String, mood: Mood, text: String) {
    self.customer = customer
    self.at = at
    self.author = author
    self.mood = mood
    self.text = text
  }
}

/// A named list of customers: a condition, an order, columns.
public struct SavedView: Hashable, Sendable, Identifiable {
  public var id: String
  public var name: String
  /// The address of who saved it.
  public var owner: String
  /// Whether everyone sees it.
  public var isShared: Bool
  /// The condition as it was written; empty: all customers.
  public var condition: String
  /// As in an address: "score", "-mrr".
  public var sort: String
  public var columns: [String]
  public init(id: String, name: String, owner: String, isShared: Bool, condition: String, sort: String, columns: [String]) {
    self.id = id
    self.name = name
    self.owner = owner
    self.isShared = isShared
    self.condition = condition
    self.sort = sort
    self.columns = columns
  }
}
