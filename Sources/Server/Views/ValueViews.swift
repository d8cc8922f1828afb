import Domain

/// A signal as JSON: booleans, numbers and text as themselves, dates in ISO 8601, durations in seconds; missing, and the age of what
/// never happened, as null.
public func signalJSON(_ value: Value?) -> JSON {
  switch value {
  case nil, .duration(.never)?: .null
  case .boolean(let flag)?: .bool(flag)
  case .number(let number)?: numberJSON(number)
  case .text(let text)?: .string(text)
  case .duration(let span)?: numberJSON(span.seconds)
  case .instant(let instant)?: .string(instant.iso8601)
  }
}

/// A signal for people: "3 d 4 h", "never", "missing", "yes", "4".
public func signalText(_ value: Value?) -> String {
  switch value {
  case nil: "missing"
  case .boolean(let flag)?: flag ? "yes" : "no"
  case .number(let number)?: numberText(number)
  case .text(let text)?: text
  case .duration(let span)?: durationText(span)
  case .instant(let instant)?: instant.iso8601
  }
}

/// The two largest units of a length of time: "3 d 4 h", "12 min 5 s", "0 s"; `never` is "never".
public func durationText(_ span: TimeSpan) -> String {
  if span == .never { return "never" }
  let total = span.microseconds.magnitude / 1_000_000
  let units: [(UInt64, String)] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
  let first = units.firstIndex { total >= $0.0 } ?? units.count - 1
  var parts = ["\(total / units[first].0) \(units[first].1)"]
  if first + 1 < units.count {
    let rest = total % units[first].0 / units[first + 1].0
    if rest > 0 { parts.append("\(rest) \(units[first + 1].1)") }
  }
  return (span < .zero && total > 0 ? "−" : "") + parts.joined(separator: " ")
}

/// Whole numbers without a fraction.
func numberJSON(_ number: Double) -> JSON {
  Int64(exactly: number).map(JSON.integer) ?? .number(number)
}

private func numberText(_ number: Double) -> String {
  if let whole = Int64(exactly: number) { return String(whole) }
  let hundredths = (number * 100).rounded() / 100
  return Int64(exactly: hundredths).map(String.init) ?? String(hundredths)
}

/// One decimal, as averages are shown.
func oneDecimal(_ number: Double?) -> JSON {
  number.map { numberJSON(($0 * 10).rounded() / 10) } ?? .null
}

extension JSON {
  init(_ instant: Instant?) { self = instant.map { .string($0.iso8601) } ?? .null }
  init(_ text: String?) { self = text.map(JSON.string) ?? .null }
  init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
}
