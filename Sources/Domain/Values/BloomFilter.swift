/// A set of 64-bit hashes that forgets nothing and now and then claims to know what it does not: in 1–2 % of cases while it holds no more
/// than it was made for. Ten bits a hash; a look touches one cache line.
///
/// Source: F. Putze, P. Sanders, J. Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", WEA 2007 (blocked filters).
public struct BloomFilter: Sendable {
  /// Blocks of 512 bits: eight words each.
  private var words: [UInt64]
  private let blocks: UInt64
  /// How many hashes it was made for.
  public let capacity: Int
  public private(set) var count = 0

  private static let wordsPerBlock = 8
  private static let bitsPerHash = 10
  private static let probes = 6

  /// - Parameter capacity: how many hashes it is to hold.
  public init(capacity: Int) {
    self.capacity = max(1, capacity)
    blocks = UInt64((self.capacity * Self.bitsPerHash + 511) / 512)
    words = [UInt64](repeating: 0, count: Int(blocks) * Self.wordsPerBlock)
  }

  public var isFull: Bool { count >= capacity }

  /// - Parameter hash: evenly spread over its 64 bits.
  public mutating func insert(_ hash: Int64) {
    let (block, bits) = place(hash)
    for probe in 0..<Self.probes {
      let bit = (bits >> (UInt64(probe) * 9)) & 511
      words[block + Int(bit >> 6)] |= 1 << (bit & 63)
    }
    count += 1
  }

  /// Whether the hash may be in it; surely not where this is false.
  public func mayContain(_ hash: Int64) -> Bool {
    let (block, bits) = place(hash)
    for probe in 0..<Self.probes {
      let bit = (bits >> (UInt64(probe) * 9)) & 511
      if words[block + Int(bit >> 6)] & (1 << (bit & 63)) == 0 { return false }
    }
    return true
  }

  /// The first word of the hash's block, and 54 bits that choose the places in it.
  private func place(_ hash: Int64) -> (block: Int, bits: UInt64) {
    let bits = UInt64(bitPattern: hash)
    // The high half of a product spreads the blocks as well as a remainder, and faster (D. Lemire, 2016).
    let block = blocks.multipliedFullWidth(by: bits).high
    return (Int(block) * Self.wordsPerBlock, (bits &* 0x9E37_79B9_7F4A_7C15) >> 10)
  }
}
