/// What lists of customers are sorted by, beside score and id, in the form in which it is stored and compared.
public struct ListKeys: Hashable, Sendable {
  /// The name in lower case, as much of it as fits; empty where there is none.
  public var name: String
  /// When the customer started.
  public var startedAt: Instant
  /// Monthly recurring revenue; `missing` where none is known.
  public var mrr: Double

  /// Before every amount.
  public static let missing = -1e15
  /// Of longer names the beginning counts, so that they fit into an index.
  static let longestName = 200

  public init(name: String, startedAt: Instant, mrr: Double) {
    self.name = name
    self.startedAt = startedAt
    self.mrr = mrr
  }

  public init(of state: CustomerState, at: Instant) {
    self.init(name: state.name.map(Self.key) ?? "", startedAt: state.startedAt, mrr: Self.mrr(of: state, at: at))
  }

  /// A number that stands for all three, never 0.
  public var digest: UInt64 {
    let hash = StableHash.fnv1a64(name) ^ UInt64(bitPattern: startedAt.microseconds) &* 0x9e37_79b9_7f4a_7c15 ^ mrr.bitPattern
    return hash == 0 ? 1 : hash
  }

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
