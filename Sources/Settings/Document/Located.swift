/// A piece of a settings file with its place: YAML reduced to what settings need.
struct Located: Sendable {
  enum Style: Sendable { case plain, singleQuoted, doubleQuoted, block }

  indirect enum Content: Sendable {
    case nothing
    case scalar(String, Style)
    case list([Located])
    case map([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var place: Place
    var value: Located
  }

  var place: Place
  var content: Content

  /// "a text", "a list" … for messages.
  var words: String {
    switch content {
    case .nothing: "nothing"
    case .scalar: "a single value"
    case .list: "a list"
    case .map: "a mapping"
    }
  }

  /// Keys, values and order, without places, comments and styles: what digests are made of.
  func canonical(into text: inout String) {
    switch content {
    case .nothing: text += "~"
    case .scalar(let value, _): Canonical.quote(value, into: &text)
    case .list(let items):
      text += "["
      for item in items { item.canonical(into: &text) }
      text += "]"
    case .map(let entries):
      text += "{"
      for entry in entries {
        Canonical.quote(entry.key, into: &text)
        entry.value.canonical(into: &text)
      }
      text += "}"
    }
  }
}
