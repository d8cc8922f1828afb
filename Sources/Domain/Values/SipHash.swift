/// SipHash-2-4: a keyed 64-bit hash of short inputs, safe against made-up collisions. Source: Aumasson,
/// Bernstein, "SipHash: a fast short-input PRF" (2012).
public struct SipHash: Sendable {
  private let key: (UInt64, UInt64)

  public init(key0: UInt64, key1: UInt64) { key = (key0, key1) }

  public func callAsFunction(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { hash($0) }
  }

  func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var v0 = key.0 ^ 0x736f_6d65_7073_6575
    var v1 = key.1 ^ 0x646f_7261_6e64_6f6d
    var v2 = key.0 ^ 0x6c79_6765_6e65_7261
    var v3 = key.1 ^ 0x7465_6462_7974_6573
    func rounds(_ n: Int) {
      for _ in 0..<n {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
      }
    }
    let whole = bytes.count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
      var word: UInt64 = 0
      for index in 0..<8 { word |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      v3 ^= word
      rounds(2)
      v0 ^= word
    }
    var last = UInt64(bytes.count & 0xff) << 56
    for index in whole..<bytes.count { last |= UInt64(bytes[index]) << UInt64(8 * (index - whole)) }
    v3 ^= last
    rounds(2)
    v0 ^= last
    v2 ^= 0xff
    rounds(4)
    return v0 ^ v1 ^ v2 ^ v3
  }
}
