/// Customers are spread over 256 logical shards by a stable hash of their id, for good.
public enum Shard {
  public static let count = 256

  /// FNV-1a, 64 bits, over the id's UTF-8, modulo `count`. Source: Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv/.
  public static func number(of customer: String) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in customer.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    return Int(hash % UInt64(count))
  }
}
