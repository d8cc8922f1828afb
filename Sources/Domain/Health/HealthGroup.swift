/// Customers that have something in common, and how healthy they are.
public struct HealthGroup: Hashable, Sendable {
  /// What they have in common.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The signal `tier`.
    case tier
    /// The stage of the journey.
    case journey
  }

  /// Who they are.
  public enum Name: Hashable, Sendable {
    /// The tier's name, or the stage's (`JourneyStage.rawValue`).
    case named(String)
    /// Nothing is known: customers without a tier.
    case none
    /// All that are too small to be named.
    case rest

    /// As it is stored.
    public var text: String {
      switch self {
      case .named(let name): "=" + name
      case .none: ""
      case .rest: "*"
      }
    }

    public init(text: String) {
      self = text.isEmpty ? .none : text.first == "=" ? .named(String(text.dropFirst())) : .rest
    }
  }

  public var kind: Kind
  public var name: Name
  /// Those that have a score.
  public var customers: Int
  /// Of all their scores.
  public var scoreSum: Int
  public var bands: [Band: Int]

  public init(kind: Kind, name: Name, customers: Int = 0, scoreSum: Int = 0, bands: [Band: Int] = [:]) {
    self.kind = kind
    self.name = name
    self.customers = customers
    self.scoreSum = scoreSum
    self.bands = bands
  }

  /// `nil` without customers.
  public var average: Double? { customers > 0 ? Double(scoreSum) / Double(customers) : nil }
}

/// Counts customers by tier and by stage of the journey.
public struct HealthGroups: Hashable, Sendable {
  private struct Key: Hashable {
    var kind: HealthGroup.Kind
    var name: HealthGroup.Name
  }
  private var groups: [Key: HealthGroup] = [:]
  /// So many tiers are told apart while counting; what comes later goes to the rest.
  private let capacity: Int
  private var tiers = 0

  /// Of longer names the beginning counts.
  public static let longestName = 100

  public init(capacity: Int = .max) { self.capacity = capacity }

  public var isEmpty: Bool { groups.isEmpty }

  /// Takes in a customer as it is at an instant; one without a score counts nowhere.
  public mutating func add(_ state: CustomerState, _ health: Health?, at: Instant) {
    guard let health else { return }
    var tier = HealthGroup.Name.none
    if case .text(let text)? = SubscriptionSignals(state: state, at: at).reading(of: .tier).value, !text.isEmpty {
      tier = .named(String(text.prefix(Self.longestName)))
    }
    let stage = JourneyStage.stage(startedAt: state.startedAt, at: at).stage
    for (kind, name) in [(HealthGroup.Kind.tier, tier), (.journey, .named(stage.rawValue))] {
      add(HealthGroup(kind: kind, name: name, customers: 1, scoreSum: health.score, bands: [health.band: 1]))
    }
  }

  /// Takes in a group that was counted elsewhere.
  public mutating func add(_ group: HealthGroup) {
    var key = Key(kind: group.kind, name: group.name)
    if groups[key] == nil, group.kind == .tier, case .named = group.name {
      if tiers < capacity { tiers += 1 } else { key.name = .rest }
    }
    var sum = groups[key] ?? HealthGroup(kind: key.kind, name: key.name)
    sum.customers += group.customers
    sum.scoreSum += group.scoreSum
    sum.bands.merge(group.bands, uniquingKeysWith: +)
    groups[key] = sum
  }

  public mutating func add(_ other: HealthGroups) {
    for group in other.all { add(group) }
  }

  /// All groups: tiers by their customers, the largest first, then those without one, then the rest; stages in their order.
  public var all: [HealthGroup] {
    let stages = JourneyStage.allCases.map(\.rawValue)
    return groups.values.sorted { a, b in
      if a.kind != b.kind { return a.kind == .tier }
      switch (a.name, b.name) {
      case (.named(let x), .named(let y)):
        if a.kind == .journey { return (stages.firstIndex(of: x) ?? .max) < (stages.firstIndex(of: y) ?? .max) }
        return a.customers == b.customers ? x.precedesInBytes(y) : a.customers > b.customers
      case (.named, _): return true
      case (.none, .rest): return true
      default: return false
      }
    }
  }

  /// The same with at most so many tiers by name; all others are the rest.
  public func largest(_ limit: Int) -> HealthGroups {
    var largest = HealthGroups(capacity: limit)
    for group in all { largest.add(group) }
    return largest
  }
}
