/// What the user declared under `events:`, `features:`, `goals:`, `attributes:`: the names that expressions may use.
public struct Catalog: Hashable, Sendable {
  public var events: [EventDeclaration]
  public var features: [FeatureDeclaration]
  public var goals: [GoalDeclaration]
  public var attributes: [AttributeDeclaration]

  public init(
    events: [EventDeclaration] = [], features: [FeatureDeclaration] = [], goals: [GoalDeclaration] = [],
    attributes: [AttributeDeclaration] = []
  ) {
    self.events = events
    self.features = features
    self.goals = goals
    self.attributes = attributes
  }

  /// Every event name (as sent) that a declaration mentions.
  public var declaredEventNames: Set<String> {
    var names = Set(events.map(\.name))
    names.formUnion(features.map(\.event))
    for goal in goals { if case .event(let name) = goal.reached { names.insert(name) } }
    return names
  }
}

/// `events: { login: "Signed In" }`: `key` is the word in expressions, `name` what SDKs send.
public struct EventDeclaration: Hashable, Sendable {
  public var key: String
  public var name: String
  public init(key: String, name: String) {
    self.key = key
    self.name = name
  }
}

/// An event that counts as using a product feature. Several features may not share an event. `key` can be used in expressions
/// like an event's.
public struct FeatureDeclaration: Hashable, Sendable {
  public var key: String
  public var title: String
  public var event: String
  public var isCore: Bool
  public init(key: String, title: String, event: String, isCore: Bool = false) {
    self.key = key
    self.title = title
    self.event = event
    self.isCore = isCore
  }
}

/// A milestone, reached when its event has happened once or while its condition holds.
public struct GoalDeclaration: Hashable, Sendable {
  public enum Reached: Hashable, Sendable {
    case event(String)
    case condition(Formula)
  }
  public var key: String
  public var title: String
  public var reached: Reached
  public init(key: String, title: String, reached: Reached) {
    self.key = key
    self.title = title
    self.reached = reached
  }
}

/// An attribute of a customer that expressions may use; `trait` is the name under which it arrives (default: the key).
public struct AttributeDeclaration: Hashable, Sendable {
  public var key: String
  public var trait: String
  /// boolean, number, text or date.
  public var type: ValueType
  public init(key: String, trait: String, type: ValueType) {
    self.key = key
    self.trait = trait
    self.type = type
  }
}
