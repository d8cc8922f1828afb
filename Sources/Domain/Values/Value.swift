/// What a signal or a formula can yield. A missing value is `nil` of `Value?`, see `docs/expressions.md`.
public enum Value: Hashable, Sendable {
  case boolean(Bool)
  case number(Double)
  case text(String)
  /// A length of time; `TimeSpan.never` for the age of what never happened.
  case duration(TimeSpan)
  case instant(Instant)

  public var type: ValueType {
    switch self {
    case .boolean: .boolean
    case .number: .number
    case .text: .text
    case .duration: .duration
    case .instant: .date
    }
  }
}

/// The types of the expression language, by the names users write in `attributes:`.
public enum ValueType: String, Hashable, Sendable, CaseIterable {
  case boolean, number, text, duration, date
}
