import Domain

/// Texts and digests that are the same for the same meaning, on every machine and in every release.
enum Canonical {
  /// Adds `text` such that no two different sequences of texts give the same result.
  static func quote(_ text: String, into result: inout String) { result += "\(text.utf8.count):\(text)" }

  /// FNV-1a, 64 bits, as 16 hexadecimal digits (draft-eastlake-fnv). Tells versions apart; it is no protection against forgery.
  static func digest(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
