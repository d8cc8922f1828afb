/// What lists of customers are sorted and found by, beside score and id, in the form in which it is stored and compared.
public struct ListKeys: Hashable, Sendable {
  /// The name in lower case, as much of it as fits; empty where there is none.
  public var name: String
  /// When the customer started.
  public var startedAt: Instant
  /// Monthly recurring revenue; `missing` where none is known.
  public var mrr: Double
  /// Who looks after the customer, in lower case, as much of it as fits; `nil` where nobody is named.
  public var owner: String?

  /// Before every amount.
  public static let missing = -1e15
  /// Of longer names the beginning counts, so that they fit into an index.
  static let longestName = 200

  public init(name: String, startedAt: Instant, mrr: Double, owner: String? = nil) {
    self.name = name
    self.startedAt = startedAt
    self.mrr = mrr
    self.owner = owner
  }

  /// - Parameter ownerTrait: the name under which the attribute that names the owner arrives.
  public init(of state: CustomerState, at: Instant, ownerTrait: String = usualOwnerTrait) {
    self.init(
      name: state.name.map(Self.key) ?? "", startedAt: state.startedAt, mrr: Self.mrr(of: state, at: at),
      owner: Self.owner(of: state, trait: ownerTrait))
  }

  /// A number that stands for all of it, never 0.
  public var digest: UInt64 {
    var hash = StableHash.fnv1a64(name) ^ UInt64(bitPattern: startedAt.microseconds) &* 0x9e37_79b9_7f4a_7c15 ^ mrr.bitPattern
    if let owner { hash ^= StableHash.fnv1a64(owner) &* 0xbf58_476d_1ce4_e5b9 }
    return hash == 0 ? 1 : hash
  }

  /// Where the configuration says nothing else, this trait names the owner.
  public static let usualOwnerTrait = "owner"

  /// Who looks after a customer, as it is stored.
  public static func owner(of state: CustomerState, trait: String) -> String? {
    state[attribute: trait].flatMap(\.plainText).flatMap { owner($0) }
  }

  /// An owner's name or address in the form in which it is stored and compared; `nil` where it names nobody.
  public static func owner(_ text: String) -> String? {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text.isEmpty ? nil : key(String(text))
  }

  /// The beginning of a name in the form in which names are stored and compared.
  public static func namePrefix(_ text: String) -> String { key(text) }

  private static func mrr(of state: CustomerState, at: Instant) -> Double {
    guard case .number(let value)? = SubscriptionSignals(state: state, at: at).reading(of: .mrr).value else { return missing }
    return min(max(value + 0, missing), -missing)
  }

  private static func key(_ name: String) -> String {
    var key = ""
    var length = 0
    for character in name.lowercased() {
      length += character.utf8.count
      guard length <= longestName else { break }
      key.append(character)
    }
    return key
  }
}
