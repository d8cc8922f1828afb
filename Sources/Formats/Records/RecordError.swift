import Domain

/// Why a row is no record, with the column and the value at fault.
public struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The raw value is the label on metrics.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    case missing
    case unreadableTime = "unreadable_time"
    case unreadableNumber = "unreadable_number"
    case outOfRange = "out_of_range"
    case unknownStatus = "unknown_status"
    case inTheFuture = "in_the_future"
    case impossibleTime = "impossible_time"
    case endBeforeStart = "end_before_start"
    case tooLong = "too_long"
    case invalidText = "invalid_text"
    case notFound = "not_found"
    case tooLarge = "too_large"
    case tooDeep = "too_deep"
  }
  public var reason: Reason
  /// In the user's words.
  public var description: String

  init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description = description
  }
}

/// What a row comes to.
public enum RecordOutcome: Hashable, Sendable {
  case entry(LogEntry)
  /// The column map's conditions pass the row over.
  case passedOver
  case rejected(RecordError)
}

/// Values of rows as text, numbers and JSON.
enum RecordText {
  /// Text without blanks around it; `nil` where nothing is left or the value is an array or object.
  static func text(_ value: JSON?) -> String? {
    switch value {
    case .string(let text):
      let trimmed = trim(text)
      return trimmed.isEmpty ? nil : trimmed
    case .bool(let value): return value ? "true" : "false"
    default: return JSON.text(for: value)
    }
  }

  static func trim(_ text: String) -> String {
    let bytes = text.utf8
    guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 }) else { return "" }
    if first == bytes.startIndex, bytes.index(after: last) == bytes.endIndex { return text }
    return String(text[first...last])
  }

  /// Text of a CSV file as the value it spells: `true`/`false` in any case, plain decimal numbers of up to 15 digits without leading
  /// zeros or an exponent
  /// (`007` and `12e4567` are ids, not numbers), else the text.
  static func typed(_ text: String) -> JSON {
    let trimmed = trim(text)
    switch trimmed.utf8.count {
    case 4 where trimmed.lowercased() == "true": return true
    case 5 where trimmed.lowercased() == "false": return false
    case 1...17: return number(trimmed) ?? .string(trimmed)
    default: return .string(trimmed)
    }
  }

  private static func number(_ text: String) -> JSON? {
    guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }),
      text.utf8.count(where: { $0 &- 0x30 < 10 }) <= 15
    else { return nil }
    // The JSON reader refuses everything else that is no plain number, leading zeros too.
    do { return try JSON.parse(text) } catch { return nil }
  }

  /// A bounded piece of a value for an error message.
  static func shown(_ value: JSON) -> String {
    text(value).map { $0.utf8.count > 60 ? String($0.prefix(40)) + "…" : $0 } ?? value.excerpt(limit: 60)
  }
}
