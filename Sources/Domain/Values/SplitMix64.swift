/// A small seeded generator: the same seed gives the same numbers on every platform and with every compiler. For simulations, jitter and
/// property tests; never for secrets.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// A stream of its own for the `index`-th part of something seeded with `seed`, so that parts do not depend on their order.
  public init(seed: UInt64, stream index: UInt64) {
    var first = SplitMix64(seed: seed)
    var second = SplitMix64(seed: first.next() &+ index &* 0xD1B5_4A32_D192_ED03)
    state = second.next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Evenly spread over 0..<1, in steps of 2⁻⁵³.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0..<`bound`; `bound` is at least 1. Unlike `Int.random(in:using:)` its result is fixed for good.
  public mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  /// A whole number in `range`.
  public mutating func whole(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// True with the given probability (0…1).
  public mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// One of `items`, which is not empty.
  public mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }
}
