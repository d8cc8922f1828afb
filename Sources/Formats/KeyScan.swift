/// Looks for keys in text without reading it as anything.
public enum KeyScan {
  /// 32 bytes in base64 without padding.
  public static let secretLength = 43

  private static let writePrefix = Array("hf_write_".utf8)
  private static let prefixes = [writePrefix, Array("hf_api_".utf8)]

  /// The first text in a body that has the form of a write key: found before the body is parsed, so that garbage from strangers costs
  /// little.
  public static func firstWriteKey(in bytes: [UInt8]) -> String? {
    var found: String?
    each(of: [writePrefix], in: bytes) { place, prefix in
      if place.count == prefix + secretLength { found = String(decoding: bytes[place], as: UTF8.self) }
      return found == nil
    }
    return found
  }

  /// Text in which every key is cut down to its kind: what is stored and shown must not open doors.
  public static func redacted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    var copied = 0
    each(of: prefixes, in: bytes) { place, prefix in
      output += bytes[copied..<place.lowerBound + prefix]
      output += "…".utf8
      copied = place.upperBound
      return true
    }
    return copied == 0 ? text : String(decoding: output + bytes[copied...], as: UTF8.self)
  }

  /// Whether a byte may stand in the secret part of a key.
  public static func isBase64URL(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Calls `body` with the place of each thing that begins like a key, and the length of that beginning, until it returns false.
  private static func each(of prefixes: [[UInt8]], in bytes: [UInt8], _ body: (Range<Int>, Int) -> Bool) {
    var start = 0
    while start < bytes.count {
      guard bytes[start] == UInt8(ascii: "h"), let prefix = prefixes.first(where: { bytes[start...].starts(with: $0) }) else {
        start += 1
        continue
      }
      var end = start + prefix.count
      while end < bytes.count, isBase64URL(bytes[end]) { end += 1 }
      guard body(start..<end, prefix.count) else { return }
      start = end
    }
  }
}
