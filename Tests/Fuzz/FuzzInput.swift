import Domain

/// What libFuzzer made up, and random choices that follow from it alone: the same input is always treated in the same way.
struct FuzzInput {
  private(set) var bytes: [UInt8]
  private(set) var random: SplitMix64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    random = SplitMix64(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
  }

  /// Text, whatever the bytes are.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The first byte taken off, to choose how the rest is read; 0 where there is none.
  mutating func choice() -> UInt8 { bytes.isEmpty ? 0 : bytes.removeFirst() }

  /// The bytes cut into pieces at random places.
  mutating func pieces() -> [[UInt8]] {
    let longest = Int.random(in: 1...max(1, bytes.count), using: &random)
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 0...min(longest, rest.count), using: &random)
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return pieces
  }

  var newlines: Int { bytes.count { $0 == 0x0A } }
}
