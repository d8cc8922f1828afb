/// Text as Slack's blocks take it.
enum SlackText {
  /// For `mrkdwn`: `&`, `<`, `>` escaped, so that no mention or link can be smuggled in; at most `limit` UTF-16 units, cut between
  /// characters and never inside an escape, with "…" where something is left off.
  static func escaped(_ text: String, limit: Int) -> String { fitted(oneLine(text), limit: limit, escape) }

  /// For `plain_text`, which knows no markup.
  static func plain(_ text: String, limit: Int) -> String { fitted(oneLine(text), limit: limit) { String($0) } }

  /// Lines already escaped, as many as fit whole.
  static func lines(_ lines: [String], limit: Int) -> String {
    var text = ""
    for line in lines {
      let next = text.isEmpty ? line : text + "\n" + line
      guard next.utf16.count <= limit else { break }
      text = next
    }
    return text
  }

  private static func fitted(_ text: String, limit: Int, _ form: (Character) -> String) -> String {
    var all = ""
    // The longest beginning that leaves room for the mark.
    var beginning = ""
    var length = 0
    for character in text {
      let piece = form(character)
      length += piece.utf16.count
      guard length <= limit else { return beginning + "…" }
      all += piece
      if length < limit { beginning = all }
    }
    return all
  }

  /// Control characters and line breaks become blanks: what people named is shown on one line.
  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0 } as [Character])
  }

  private static func escape(_ character: Character) -> String {
    // A mark that combines with one of these makes another character of it; Slack reads the code points.
    String(character).replacing(scalar: "&", with: "&amp;").replacing(scalar: "<", with: "&lt;").replacing(scalar: ">", with: "&gt;")
  }
}
