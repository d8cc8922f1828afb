import Domain
import Foundation

/// Holds a single value against its shape.
struct ScalarCheck {
  enum Outcome {
    case right(Checked.Value)
    /// How it is wrong, to follow the key's name.
    case wrong(String, suggestion: String? = nil)
  }

  let text: String
  let style: Located.Style
  let isFree: Bool

  private static let longestText = 500

  func check(_ shape: Shape) -> Outcome {
    switch shape {
    case .text: plainText()
    case .name: Checker.isName(text) ? .right(.text(text)) : .wrong("is a name: small letters, digits and _, not \(shown)")
    case .integer(let range): integer(range, shape)
    case .number(let range): number(range, shape)
    case .boolean: boolean()
    case .duration(let range, let orNever): duration(range, orNever)
    case .quantity: quantity(shape)
    case .timeOfDay(let orOff): timeOfDay(orOff)
    case .timeZone: timeZone()
    case .url(let asWritten): url(asWritten)
    case .choice(let choices): choice(choices)
    case .expression, .secret: .right(.text(text))
    case .query: query()
    case .list, .map, .columns, .object, .either, .forms, .kinds: .wrong("is \(shape.words)")
    }
  }

  /// The value as written, cut short.
  private var shown: String { text.count > 60 ? "\"\(text.prefix(60))…\"" : "\"\(text)\"" }

  private func plainText() -> Outcome {
    if text.unicodeScalars.count > Self.longestText { return .wrong("has at most \(Self.longestText) characters") }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return .wrong("has no control characters or line breaks")
    }
    if text.allSatisfy(\.isWhitespace) { return .wrong("is empty") }
    return .right(.text(text))
  }

  private func integer(_ range: ClosedRange<Int>?, _ shape: Shape) -> Outcome {
    guard style == .plain, let value = Int(text), abs(value) <= 1_000_000 else {
      return .wrong("is \(shape.words), not \(shown)", suggestion: unquoted { Int($0) != nil })
    }
    guard let range, !isFree, !range.contains(value) else { return .right(.integer(value)) }
    return .wrong("is \(range.lowerBound) to \(range.upperBound), not \(value); \(Self.advice)")
  }

  static let advice = "\"unchecked: true\" beside it allows any"

  private func number(_ range: ClosedRange<Double>?, _ shape: Shape) -> Outcome {
    guard style == .plain, let value = Self.number(text) else {
      return .wrong("is \(shape.words), not \(shown)", suggestion: unquoted { Self.number($0) != nil })
    }
    guard let range, !isFree, !range.contains(value) else { return .right(.number(value)) }
    return .wrong("is \(Int(range.lowerBound)) to \(Int(range.upperBound)), not \(text); \(Self.advice)")
  }

  /// Decimal numbers only: no "inf", "nan" or hexadecimal.
  static func number(_ text: String) -> Double? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 || $0 == 46 }), let value = Double(text), abs(value) <= 1e15 else {
      return nil
    }
    return value
  }

  private func unquoted(_ fits: (String) -> Bool) -> String? { style != .plain && fits(text) ? text : nil }

  private func boolean() -> Outcome {
    if style == .plain, text == "true" || text == "false" { return .right(.boolean(text == "true")) }
    let yes = ["yes", "on", "1", "true"].contains(text.lowercased())
    let no = ["no", "off", "0", "false"].contains(text.lowercased())
    return .wrong("is true or false, not \(shown)", suggestion: yes ? "true" : no ? "false" : nil)
  }

  private func duration(_ range: ClosedRange<TimeSpan>?, _ orNever: Bool) -> Outcome {
    if orNever, text == "never" { return .right(.duration(nil)) }
    guard let span = TimeSpan(text: text) else {
      return .wrong("is a duration like 14d, 3h or 30m (minutes)\(orNever ? ", or never" : ""), not \(shown)", suggestion: meantDuration())
    }
    guard let range, !isFree, !range.contains(span) else { return .right(.duration(span)) }
    return .wrong("is \(range.lowerBound.text) to \(range.upperBound.text), not \(text); \(Self.advice)")
  }

  private func meantDuration() -> String? {
    if let days = Int(text), (1...36_525).contains(days) { return "\(days)d" }
    let compact = text.lowercased().filter { $0 != " " }
    let digits = compact.prefix { $0.isNumber }
    let units = [
      "day": "d", "days": "d", "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
      "sec": "s", "seconds": "s", "week": "w", "weeks": "w", "d": "d", "h": "h", "m": "m", "s": "s", "w": "w",
    ]
    return units[String(compact.dropFirst(digits.count))].flatMap { TimeSpan(text: digits + $0) }.map(\.text)
  }

  private func quantity(_ shape: Shape) -> Outcome {
    if let value = Self.number(text) { return .right(.number(value)) }
    if let span = TimeSpan(text: text) { return .right(.duration(span)) }
    return .wrong("is \(shape.words), not \(shown)", suggestion: meantDuration())
  }

  private static let longestQuery = 20_000

  private func query() -> Outcome {
    if text.allSatisfy(\.isWhitespace) { return .wrong("is empty") }
    return text.utf8.count <= Self.longestQuery ? .right(.text(text)) : .wrong("has at most \(Self.longestQuery) bytes")
  }

  private func timeOfDay(_ orOff: Bool) -> Outcome {
    if orOff, text == "off" { return .right(.text(text)) }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 2], text.utf8.allSatisfy({ (48...58).contains($0) }), let hour = Int(parts[0]),
      let minute = Int(parts[1]),
      (0...23).contains(hour), (0...59).contains(minute)
    else { return .wrong("is a time of day like \"02:00\"\(orOff ? ", or off" : ""), not \(shown)") }
    return .right(.minutes(hour * 60 + minute))
  }

  private func timeZone() -> Outcome {
    let known = TimeZone.knownTimeZoneIdentifiers + ["UTC"]
    let isName = text.count <= 64 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    if isName, known.contains(text) || TimeZone(identifier: text)?.identifier == text { return .right(.text(text)) }
    return .wrong("is a time zone like Europe/Berlin, there is none called \(shown)", suggestion: nearest(text, in: known))
  }

  private func url(_ asWritten: Bool) -> Outcome {
    guard WebAddress.isValid(text) else {
      return .wrong(
        "is an address that begins with http:// or https://, not \(shown)",
        suggestion: WebAddress.isValid("https://" + text) && !text.contains("://") ? "https://" + text : nil)
    }
    if asWritten { return .right(.text(text)) }
    var trimmed = Substring(text)
    while trimmed.hasSuffix("/") { trimmed.removeLast() }
    return .right(.text(String(trimmed)))
  }

  private func choice(_ choices: [String]) -> Outcome {
    if choices.contains(text) { return .right(.text(text)) }
    return .wrong(
      "is \(choices.joined(separator: ", ")), not \(shown)".replacingLastComma(with: " or"), suggestion: nearest(text, in: choices))
  }
}

/// Addresses of the web.
enum WebAddress {
  /// Has scheme http or https and a host, and no white space, quotes or control characters.
  static func isValid(_ text: String) -> Bool {
    guard text.utf8.count <= 2_000,
      text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && $0 != "\"" && $0 != "<" && $0 != ">" }),
      let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host
    else { return false }
    return ["http", "https"].contains(scheme) && !host.isEmpty
  }

  /// Whether what goes there can be read and changed on its way: plain http, and not to this machine itself. The whole host counts:
  /// anybody can have one that begins with "localhost".
  static func isOpenToOthers(_ text: String) -> Bool {
    guard let url = URL(string: text), url.scheme?.lowercased() != "https" else { return false }
    return !["localhost", "127.0.0.1", "::1", "[::1]"].contains(url.host?.lowercased() ?? "")
  }
}

extension String {
  /// "a, b, not c" → "a or b, not c" for lists of choices.
  fileprivate func replacingLastComma(with word: String) -> String {
    guard let end = range(of: ", not "), let comma = range(of: ", ", options: .backwards, range: startIndex..<end.lowerBound) else {
      return self
    }
    return replacingCharacters(in: comma, with: word + " ")
  }
}

extension Shape {
  /// "a whole number 0 to 100", for messages and documentation.
  var words: String {
    switch self {
    case .text: "a text"
    case .name: "a name"
    case .integer(let range): range.map { "a whole number, \($0.lowerBound) to \($0.upperBound)" } ?? "a whole number"
    case .number(let range): range.map { "a number, \(Int($0.lowerBound)) to \(Int($0.upperBound))" } ?? "a number"
    case .boolean: "true or false"
    case .duration(let range, let orNever):
      "a duration" + (range.map { ", \($0.lowerBound.text) to \($0.upperBound.text)" } ?? "") + (orNever ? ", or never" : "")
    case .quantity: "a number or a duration"
    case .timeOfDay(let orOff): "a time of day like 02:00" + (orOff ? ", or off" : "")
    case .timeZone: "a time zone"
    case .url: "a web address"
    case .choice(let choices): "one of " + choices.joined(separator: ", ")
    case .expression: "an expression"
    case .query: "a query"
    case .secret: "a secret: ${NAME} or file:PATH"
    case .list(_, _, _): "a list"
    case .map: "a mapping of names"
    case .columns: "a list of columns, or names with a column each"
    case .object: "a mapping"
    case .either(let short, _): short.words + " or a mapping"
    case .forms(let forms): "a mapping with one of " + forms.map(\.key).joined(separator: ", ")
    case .kinds(let forms): "a mapping of kind " + forms.map(\.key).joined(separator: " or ")
    }
  }
}
