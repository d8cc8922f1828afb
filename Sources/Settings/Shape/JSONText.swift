import Domain

/// Writes JSON for people.
enum JSONText {
  /// Two spaces a level, members in their order.
  static func indented(_ json: JSON) -> String {
    var text = ""
    write(json, indent: "", into: &text)
    return text
  }

  private static func write(_ json: JSON, indent: String, into text: inout String) {
    let inner = indent + "  "
    switch json {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    case .string(let value): text += quoted(value)
    case .array(let items):
      list(items, in: "[]", indent, into: &text) { item, text in write(item, indent: inner, into: &text) }
    case .object(let members):
      list(members, in: "{}", indent, into: &text) { member, text in
        text += quoted(member.name) + ": "
        write(member.value, indent: inner, into: &text)
      }
    }
  }

  private static func list<Item>(
    _ items: [Item], in brackets: String, _ indent: String, into text: inout String, _ writeItem: (Item, inout String) -> Void
  ) {
    text += brackets.prefix(1)
    for (index, item) in items.enumerated() {
      text += index == 0 ? "\n" : ",\n"
      text += indent + "  "
      writeItem(item, &text)
    }
    if !items.isEmpty { text += "\n" + indent }
    text += brackets.suffix(1)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for letter in text.unicodeScalars {
      switch letter {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\u{0}"..."\u{1F}": result += "\\u00" + (letter.value < 16 ? "0" : "") + String(letter.value, radix: 16)
      default: result.unicodeScalars.append(letter)
      }
    }
    return result + "\""
  }
}
