import Domain
import Foundation
import SQL

/// Puts names, texts, numbers and comments of a configuration into SQL, whatever they hold.
struct SQLText: Sendable {
  let dialect: Dialect

  /// A text as a literal. U+0000, which no stored text holds, becomes U+FFFD.
  func literal(_ text: String) -> String {
    let quoted = Self.plain(text).replacing("'", with: "''")
    // Whether a backslash escapes in plain quotes is a setting of PostgreSQL; in E'' it always does.
    guard dialect == .postgres, quoted.utf8.contains(UInt8(ascii: "\\")) else { return "'\(quoted)'" }
    return "E'\(quoted.replacing("\\", with: "\\\\"))'"
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
    return "\"\(plain(name).replacing("\"", with: "\"\""))\""
  }

  /// Words that no bare column may have for a name. Those made here end in a suffix of their own, save a few.
  private static let reserved: Set<String> = [
    "all", "and", "any", "as", "case", "cast", "check", "column", "default", "desc", "do",
    "else", "end", "for", "from", "group", "in", "is", "limit", "not", "null", "offset", "on", "or", "order", "select", "table", "then",
    "to", "union", "unique", "user", "using", "when", "where", "with",
  ]

  /// The shortest distance from the letters of a name to a word for a column: `Signed In` is `signed_in`.
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
    return word.isEmpty ? "x" : word
  }
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
    let plain = SQLText.plain(wanted)
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
