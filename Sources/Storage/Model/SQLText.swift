import Domain
import Foundation
import SQL

/// Puts names, texts, numbers and comments of a configuration into SQL, whatever they hold.
struct SQLText: Sendable {
  let dialect: Dialect

  /// A text as a literal, on one line. U+0000, which no stored text holds, becomes U+FFFD.
  func literal(_ text: String) -> String {
    // By scalars: to Swift a quote with a combining mark after it is another character.
    let scalars = Self.plain(text).unicodeScalars
    let needsEscapes = scalars.contains { $0.value < 0x20 || (dialect == .postgres && $0 == "\\") }
    guard needsEscapes else { return "'\(Self.doubling("'", in: scalars))'" }
    return dialect.twin(sqlite: joined(scalars), postgres: escaped(scalars))
  }

  /// Whether a backslash escapes in plain quotes is a setting of PostgreSQL; in E'' it always does.
  private func escaped(_ scalars: String.UnicodeScalarView) -> String {
    let parts = scalars.map { scalar in
      switch scalar {
      case "'": "''"
      case "\\": "\\\\"
      case _ where scalar.value < 0x20: "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "E'\(parts.joined())'"
  }

  /// SQLite's literals know no escapes.
  private func joined(_ scalars: String.UnicodeScalarView) -> String {
    let parts = scalars.map { $0 == "'" ? "''" : $0.value < 0x20 ? "' || char(\($0.value)) || '" : String($0) }
    return "('\(parts.joined())')"
  }

  private static func doubling(_ quote: Unicode.Scalar, in scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in scalars {
      if scalar == quote { text.append(quote) }
      text.append(scalar)
    }
    return String(text)
  }

  /// Without U+0000, at which some readers of SQL stop.
  static func plain(_ text: String) -> String {
    text.utf8.contains(0) ? String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })) : text
  }

  func number(_ number: Double) -> String { number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number)).0" : "\(number)" }

  func boolean(_ value: Bool) -> String { value ? "TRUE" : "FALSE" }

  /// Text behind `-- `: on one line, and no longer than can be read.
  static func comment(_ text: String, limit: Int = 200) -> String {
    let words = plain(text).unicodeScalars.prefix(limit + 1).map { scalar -> Unicode.Scalar in
      scalar.properties.generalCategory == .control || ["\u{2028}", "\u{2029}"].contains(scalar) || scalar.isBidirectionalControl
        ? " " : scalar
    }
    let line = String(String.UnicodeScalarView(words.prefix(limit)))
    return words.count > limit ? line + "…" : line
  }

  /// A name of a column: bare where it can be, else in quotes.
  static func identifier(_ name: String) -> String {
    let isPlain = name.utf8.first.map { $0 == 0x5F || ($0 >= 0x61 && $0 <= 0x7A) } ?? false
    if isPlain, name.utf8.allSatisfy({ $0 == 0x5F || ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) }), !reserved.contains(name) {
      return name
    }
    return "\"\(doubling("\"", in: plain(name).unicodeScalars))\""
  }

  /// Words that no bare column may have for a name. Those made here end in a suffix of their own, save a few.
  private static let reserved: Set<String> = [
    "all", "and", "any", "as", "case", "cast", "check", "column", "default", "desc", "do",
    "else", "end", "for", "from", "group", "in", "is", "limit", "not", "null", "offset", "on", "or", "order", "select", "table", "then",
    "to", "union", "unique", "user", "using", "when", "where", "with",
  ]

  /// A word for a column out of the letters of a name: `Signed In` is `signed_in`.
  static func word(_ text: String, limit: Int = 40) -> String {
    var word = ""
    for scalar in text.unicodeScalars {
      let letter = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
      if letter.isASCII, letter.properties.isAlphabetic || ("0"..."9").contains(letter) {
        word.unicodeScalars.append(letter)
      } else if !word.isEmpty, !word.hasSuffix("_") {
        word += "_"
      }
      if word.utf8.count >= limit { break }
    }
    while word.hasSuffix("_") { word.removeLast() }
    return word.first?.isLetter == true ? word : "x" + word
  }

  /// A duration for the end of a column's name: `7d`.
  static func suffix(_ span: TimeSpan) -> String { span.text.replacing(".", with: "_").replacing("-", with: "_") }
}

extension Unicode.Scalar {
  /// Turns the direction of the text after it: a comment must not show other than it is.
  fileprivate var isBidirectionalControl: Bool {
    ("\u{202A}"..."\u{202E}").contains(self) || ("\u{2066}"..."\u{2069}").contains(self)
  }
}

/// Gives out names of columns, each once: databases cut them at 63 bytes and do not tell letters by their case.
struct ColumnNames {
  private var taken: Set<String> = []

  mutating func take(_ wanted: String) -> String {
    // On one line.
    let scalars = SQLText.plain(wanted).unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    let plain = String(String.UnicodeScalarView(scalars))
    var name = Self.cut(plain, 63)
    var number = 1
    while !taken.insert(name.lowercased()).inserted {
      number += 1
      let suffix = "_\(number)"
      name = Self.cut(plain, 63 - suffix.utf8.count) + suffix
    }
    return name
  }

  /// The name with its ending kept and the rest cut to fit.
  mutating func take(_ name: String, ending: String) -> String { take(Self.cut(SQLText.plain(name), 63 - ending.utf8.count) + ending) }

  private static func cut(_ text: String, _ bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    var cut = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      count += UTF8.width(scalar)
      if count > bytes { break }
      cut.append(scalar)
    }
    return String(cut)
  }
}
