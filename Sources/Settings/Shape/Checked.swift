import Domain

/// A piece of settings that has been held against its shape.
struct Checked: Sendable {
  indirect enum Value: Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    /// `nil`: never.
    case duration(TimeSpan?)
    /// Minutes after midnight.
    case minutes(Int)
    case list([Checked])
    /// `form` is the key that told its form, for `Shape.forms`.
    case object([String: Checked], form: String?)
    case map([Member])
    /// Was wrong and has been reported.
    case invalid
  }

  struct Member: Sendable {
    var name: String
    var place: Place
    var value: Checked
  }

  var place: Place
  var value: Value
  /// How the scalar was written, for places inside expressions.
  var style: Located.Style = .plain

  /// The value of a key; `nil` where it is not there.
  subscript(key: String) -> Checked? {
    if case .object(let fields, _) = value { fields[key] } else { nil }
  }

  var text: String? { if case .text(let text) = value { text } else { nil } }
  var integer: Int? { if case .integer(let value) = value { value } else { nil } }
  var boolean: Bool? { if case .boolean(let value) = value { value } else { nil } }
  var items: [Checked] { if case .list(let items) = value { items } else { [] } }
  var members: [Member] { if case .map(let members) = value { members } else { [] } }
  var form: String? { if case .object(_, let form) = value { form } else { nil } }
  var isInvalid: Bool { if case .invalid = value { true } else { false } }
  var isObject: Bool { if case .object = value { true } else { false } }

  /// The number at a key: `standard` where the key is not there, `nil` where it was wrong.
  func integer(_ key: String, default standard: Int) -> Int? { self[key].map(\.integer) ?? standard }

  func duration(_ key: String, default standard: TimeSpan?) -> TimeSpan? {
    guard let found = self[key] else { return standard }
    if case .duration(let span) = found.value { return span }
    return standard
  }

  func text(_ key: String) -> String? { self[key]?.text }
  func flag(_ key: String) -> Bool { self[key]?.boolean ?? false }
}
