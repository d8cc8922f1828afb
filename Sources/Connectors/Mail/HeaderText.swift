/// Text in a message's header. Whatever it holds, no line of another header can come of it.
enum HeaderText {
  /// A header field, folded: no line is longer than 76 letters, save where a single word is.
  /// - Parameter words: joined by blanks; each without blanks and line ends.
  static func field(_ name: String, _ words: [String]) -> String {
    var field = "\(name):"
    var length = field.utf8.count
    for (index, word) in words.enumerated() {
      if index > 0, length + 1 + word.utf8.count > 76 {
        field += "\r\n"
        length = 0
      }
      field += " " + word
      length += 1 + word.utf8.count
    }
    return field + "\r\n"
  }

  /// Any text as words for a header: as it is where it is plain, else as encoded words (RFC 2047), which a mail program puts together
  /// again.
  static func words(_ text: String) -> [String] {
    let text = MailText.oneLine(text, limit: limit)
    let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?") && text.first != " " && text.last != " "
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    if isPlain, words.allSatisfy({ (1...64).contains($0.utf8.count) }) { return words.map(String.init) }
    return encodedWords(text)
  }

  /// As words of a name before an address, where fewer letters are plain.
  static func phrase(_ text: String) -> [String] {
    let words = words(text)
    let isPlain = words.allSatisfy { $0.utf8.allSatisfy(isPlainInPhrase) }
    return isPlain ? words : encodedWords(MailText.oneLine(text, limit: limit))
  }

  /// Longer texts are cut, in characters.
  private static let limit = 300

  private static let opening = "=?utf-8?Q?"
  private static let closing = "?="

  /// Short enough to stand behind a field's name; cut between characters of the text.
  private static func encodedWords(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in text.unicodeScalars {
      let piece = String(scalar).utf8.map(encoded).joined()
      if opening.utf8.count + word.utf8.count + piece.utf8.count + closing.utf8.count > 64 {
        words.append(opening + word + closing)
        word = ""
      }
      word += piece
    }
    return words + [opening + word + closing]
  }

  private static func encoded(_ byte: UInt8) -> String {
    if byte == UInt8(ascii: " ") { return "_" }
    return isPlainInPhrase(byte) && byte != UInt8(ascii: "_") ? String(UnicodeScalar(byte)) : QuotedPrintable.hex(byte)
  }

  /// What RFC 2047, section 5, lets stand everywhere.
  private static func isPlainInPhrase(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}

/// Text as mails show it.
enum MailText {
  /// On one line: control characters and line ends become blanks. Cut between characters, with "…" where something is left off.
  static func oneLine(_ text: String, limit: Int) -> String {
    var line = ""
    for (index, character) in text.enumerated() {
      guard index < limit else { return line + "…" }
      let isHarmless = !character.isNewline && !character.unicodeScalars.contains { isControl($0) }
      // A "character" of very many marks is none.
      line.append(isHarmless && character.utf8.count <= 64 ? character : " ")
    }
    return line
  }

  /// Also the marks that turn the direction of what follows, which could make a text look like another.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2028...0x202E, 0x2066...0x2069: true
    default: scalar.properties.generalCategory == .control
    }
  }
}
