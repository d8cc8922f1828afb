import Foundation

/// Base64 (RFC 4648 §4 and the URL alphabet of §5), with or without padding; blanks and line ends are skipped.
public enum Base64 {
  /// The bytes, or `nil` where a character belongs to neither alphabet or the length is impossible.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var ended = false
    for byte in text {
      if byte == 0x0A || byte == 0x0D || byte == 0x20 { continue }
      if byte == UInt8(ascii: "=") {
        ended = true
        continue
      }
      guard !ended, let digit = digit(byte) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 1
      if count == 4 {
        output.append(UInt8(truncatingIfNeeded: bits >> 16))
        output.append(UInt8(truncatingIfNeeded: bits >> 8))
        output.append(UInt8(truncatingIfNeeded: bits))
        (bits, count) = (0, 0)
      }
    }
    switch count {
    case 1: return nil
    case 2: output.append(UInt8(truncatingIfNeeded: bits >> 4))
    case 3:
      output.append(UInt8(truncatingIfNeeded: bits >> 10))
      output.append(UInt8(truncatingIfNeeded: bits >> 2))
    default: break
    }
    return output
  }

  /// Bytes in the URL alphabet, without padding.
  public static func urlText(_ bytes: some Sequence<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
