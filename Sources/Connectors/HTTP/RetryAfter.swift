import Domain

/// The header `Retry-After`: whole seconds, or an HTTP date in one of its three forms (RFC 9110, sections 10.2.3 and 5.6.7).
enum RetryAfter {
  /// - Parameters:
  ///   - date: the answer's own `Date` header, so that no two clocks are compared; without it `now` counts.
  /// - Returns: `nil` where the text is neither; never negative, at most a year.
  static func span(_ text: String, date: String?, now: Instant) -> TimeSpan? {
    let text = text.trimmingBlanks
    if let seconds = wholeNumber(text) { return .seconds(min(seconds, longest)) }
    guard let until = instant(text, now: now) else { return nil }
    let from = date.flatMap { instant($0.trimmingBlanks, now: now) } ?? now
    return min(max(until - from, .zero), .seconds(longest))
  }

  private static let longest: Int64 = 365 * 86_400

  private static func wholeNumber(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 20, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text) ?? longest
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
  static func instant(_ text: Substring, now: Instant) -> Instant? {
    guard text.utf8.count <= 40 else { return nil }
    let parts = text.split { $0 == " " || $0 == "," || $0 == "-" }
    switch parts.count {
    case 6 where parts[5] == "GMT":
      return instant(day: parts[1], month: parts[2], year: parts[3], time: parts[4], now: now)
    case 5: return instant(day: parts[2], month: parts[1], year: parts[4], time: parts[3], now: now)
    default: return nil
    }
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func instant(day: Substring, month: Substring, year: Substring, time: Substring, now: Instant) -> Instant? {
    let clock = time.split(separator: ":", omittingEmptySubsequences: false).compactMap { wholeNumber($0) }
    guard let day = wholeNumber(day), let month = months.firstIndex(of: String(month)), var fullYear = wholeNumber(year), clock.count == 3,
      clock[0] < 24, clock[1] < 60, clock[2] <= 60
    else { return nil }
    if year.utf8.count == 2 {
      // RFC 9110: more than 50 years ahead means the past century.
      let thisYear = Int64(CivilDate(now.day).year)
      fullYear += thisYear - thisYear % 100
      if fullYear > thisYear + 50 { fullYear -= 100 }
    }
    guard let date = CivilDate(year: Int(clamping: fullYear), month: month + 1, day: Int(clamping: day)) else { return nil }
    return Day(date).start + .seconds(clock[0] * 3_600 + clock[1] * 60 + clock[2])
  }
}

extension String {
  fileprivate var trimmingBlanks: Substring {
    var rest = self[...]
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return rest
  }
}
