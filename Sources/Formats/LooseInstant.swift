import Domain

/// Instants in the forms that senders and exports use.
public enum LooseInstant {
  /// ISO 8601 text, or a number (also as text) of seconds, milliseconds or microseconds since 1970, told apart by size:
  /// below 10^11 seconds (till the year 5138), below 10^14 milliseconds, else microseconds. A number below 10^8 (seconds in 1973) is
  /// taken for
  /// something else, a year for example, and is no instant.
  public static func read(_ json: JSON?) -> Instant? {
    switch json {
    case .string(let text):
      if let instant = Instant(iso8601: text) { return instant }
      guard text.utf8.count <= 20, let first = text.utf8.first, first == UInt8(ascii: "-") || first &- 0x30 < 10 else { return nil }
      return Double(text).flatMap(epoch)
    case .integer(let value): return epoch(Double(value))
    case .number(let value): return epoch(value)
    default: return nil
    }
  }

  private static func epoch(_ number: Double) -> Instant? {
    let size = number.magnitude
    guard size >= 1e8 else { return nil }
    let microseconds = size < 1e11 ? number * 1e6 : size < 1e14 ? number * 1e3 : number
    guard let whole = Int64(exactly: microseconds.rounded()) else { return nil }
    let instant = Instant(microseconds: whole)
    return instant >= .distantPast && instant <= .distantFuture ? instant : nil
  }
}
