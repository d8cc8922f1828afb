/// Watermarks are kept as the database writes them; here is what can be read out of one.
public enum SourceWatermark {
  /// Where the next run begins: `overlap` before the watermark where it is a time (ISO 8601 text, or a number of seconds, milliseconds or
  /// microseconds since 1970), else the watermark itself. A watermark in the future counts as now, lest one wrong clock stop everything.
  ///
  /// - Parameter isText: the database compares watermarks as text. The result is then written as the watermark is, without a fraction of
  ///   seconds or an offset at its end, so that it sorts before all that are not earlier.
  public static func start(_ watermark: String, overlap: TimeSpan, now: Instant, isText: Bool) -> String {
    if let number = Int64(watermark) { return start(number, overlap, now) }
    guard let instant = Instant(iso8601: watermark) else { return watermark }
    let isDate = watermark.utf8.count == 10
    guard isText || isDate else { return (min(instant, now) - overlap).iso8601 }
    // The clock's face as the text shows it: its own offset is left out on both sides.
    let face = isDate ? watermark : String(watermark.prefix(19))
    guard let local = Instant(iso8601: face) else { return watermark }
    let ahead = instant > now ? instant - now : .zero
    let text = (local - ahead - overlap).iso8601
    if isDate { return String(text.prefix(10)) }
    let separator = Array(watermark)[10]
    return "\(text.prefix(10))\(separator)\(text.dropFirst(11).prefix(8))"
  }

  private static func start(_ number: Int64, _ overlap: TimeSpan, _ now: Instant) -> String {
    let unit: Int64
    switch number {
    case 1_000_000_000..<10_000_000_000: unit = 1_000_000
    case 1_000_000_000_000..<10_000_000_000_000: unit = 1_000
    case 1_000_000_000_000_000..<10_000_000_000_000_000: unit = 1
    // A counter; or a time before 2001, for which the full run is there.
    default: return String(number)
    }
    return String((min(number * unit, now.microseconds) - overlap.microseconds) / unit)
  }
}
