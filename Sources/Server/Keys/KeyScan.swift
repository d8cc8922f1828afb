/// Looks for keys in text without reading it as anything.
enum KeyScan {
  /// The first text in a body that has the form of a write key: found before the body is parsed, so that garbage from strangers costs
  /// little.
  static func firstWriteKey(in bytes: [UInt8]) -> String? {
    var found: String?
    each(in: bytes) { range in
      let text = String(decoding: bytes[range], as: UTF8.self)
      if KeyText.isShaped(text) { found = text }
      return found == nil
    }
    return found
  }

  /// Text in which every key is cut down to its kind: what is stored and shown must not open doors.
  static func redacted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var output: [UInt8] = []
    var copied = 0
    each(in: bytes) { range in
      output += bytes[copied..<range.lowerBound + prefix.count]
      output += "…".utf8
      copied = range.upperBound
      return true
    }
    return String(decoding: output + bytes[copied...], as: UTF8.self)
  }

  private static let prefix = Array("hf_write_".utf8)

  /// Calls `body` with the place of each thing that begins like a write key, until it returns false.
  private static func each(in bytes: [UInt8], _ body: (Range<Int>) -> Bool) {
    var start = 0
    while start + prefix.count <= bytes.count {
      guard bytes[start] == prefix[0], bytes[start..<start + prefix.count].elementsEqual(prefix) else {
        start += 1
        continue
      }
      var end = start + prefix.count
      while end < bytes.count, KeyText.isBase64URL(bytes[end]) { end += 1 }
      guard body(start..<end) else { return }
      start = end
    }
  }
}
