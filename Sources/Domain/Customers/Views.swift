/// A customer as lists show it.
public struct CustomerSummary: Hashable, Sendable {
  public var id: String
  public var name: String?
  public var startedAt: Instant
  public var journey: JourneyStage
  /// `nil` before the first score.
  public var health: Health?
  public var attributes: [JSON.Member]
  public init(id: String, name: String?, startedAt: Instant, journey: JourneyStage, health: Health?, attributes: [JSON.Member]) {
    self.id = id
    self.name = name
    self.startedAt = startedAt
    self.journey = journey
    self.health = health
    self.attributes = attributes
  }
}

/// One line of a customer's timeline: everything that happened, newest first.
public struct TimelineEntry: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case event, contact, customer, ticket, subscription, response, score, alert, delivery, task, note, pulse
  }
  public var at: Instant
  public var kind: Kind
  public var title: String
  public init(at: Instant, kind: Kind, title: String) {
    self.at = at
    self.kind = kind
    self.title = title
  }
}

/// A stored event as it came.
public struct EventView: Hashable, Sendable {
  public var messageID: String
  public var name: String
  public var at: Instant
  public var receivedAt: Instant
  public var properties: [JSON.Member]
  public init(messageID: String, name: String, at: Instant, receivedAt: Instant, properties: [JSON.Member]) {
    self.messageID = messageID
    self.name = name
    self.at = at
    self.receivedAt = receivedAt
    self.properties = properties
  }
}

/// One page of a list; `next` is the cursor of the page after it, `nil` on the last.
public struct Page<Item: Sendable>: Sendable {
  public var items: [Item]
  public var next: String?
  public init(items: [Item], next: String?) {
    self.items = items
    self.next = next
  }
}

/// The company in numbers.
public struct HealthSummary: Hashable, Sendable {
  public var at: Instant
  public var customers: Int
  /// Mean score, one decimal kept by printers; `nil` without customers.
  public var average: Double?
  public var bands: [Band: Int]
  /// Largest changes over the last seven days, falls first.
  public var movers: [Mover]
  /// When they were found: among very many customers up to a quarter of an hour before `at`; `nil`: the search is still under way.
  public var moversAt: Instant?
  public init(at: Instant, customers: Int, average: Double?, bands: [Band: Int], movers: [Mover], moversAt: Instant?) {
    self.at = at
    self.customers = customers
    self.average = average
    self.bands = bands
    self.movers = movers
    self.moversAt = moversAt
  }

  public struct Mover: Hashable, Sendable {
    public var id: String
    public var name: String?
    public var from: Int
    public var to: Int
    public init(id: String, name: String?, from: Int, to: Int) {
      self.id = id
      self.name = name
      self.from = from
      self.to = to
    }
  }
}

/// Improving, stable or declining, from a customer's scores over the last weeks.
public struct Trend: Hashable, Sendable {
  public enum Direction: String, Hashable, Sendable { case improving, stable, declining }
  public var direction: Direction
  /// Points per week, least squares over weekly scores.
  public var slope: Double
  /// How often the band changed in that time.
  public var bandChanges: Int
  public init(direction: Direction, slope: Double, bandChanges: Int) {
    self.direction = direction
    self.slope = slope
    self.bandChanges = bandChanges
  }
}
