/// Hashes whose results never change between versions, machines or runs: what they decided once (a shard, an id) stays true in stored data.
///
/// Fowler–Noll–Vo 1a, from "The FNV Non-Cryptographic Hash Algorithm" (IETF draft-eastlake-fnv). Not for secrets and not against someone
/// who
/// wants collisions: whoever sends two records with one id harms only their own data.
public enum StableHash {
  /// FNV-1a, 64 bits, of the text's UTF-8 bytes.
  public static func fnv1a64(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  /// FNV-1a, 128 bits, as 32 lower-case hexadecimal digits.
  public static func fnv1a128Hex(_ bytes: some Collection<UInt8>) -> String {
    let state = bytes.withContiguousStorageIfAvailable(fnv1a128) ?? Array(bytes).withUnsafeBufferPointer(fnv1a128)
    return hex(state.high) + hex(state.low)
  }

  /// The prime is 2^88 + 0x13b: a shift and a product by a small number, here in halves of 64 bits.
  private static func fnv1a128(_ bytes: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64) {
    var (high, low) = (UInt64(0x6c62_272e_07bb_0142), UInt64(0x62b8_2175_6295_c58d))
    var index = 0
    while index < bytes.count {
      low ^= UInt64(bytes[index])
      let lower = (low & 0xffff_ffff) &* 0x13b
      let upper = (low &>> 32) &* 0x13b &+ (lower &>> 32)
      high = high &* 0x13b &+ (upper &>> 32) &+ (low &<< 24)
      low = (upper &<< 32) | (lower & 0xffff_ffff)
      index &+= 1
    }
    return (high, low)
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// `h:` and the 128-bit hash of a JSON value's text with sorted names: the id of content that came without one.
  public static func contentID(_ content: JSON) -> String {
    "h:" + fnv1a128Hex(content.printedBytes(sortedKeys: true))
  }
}
