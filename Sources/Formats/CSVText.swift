import Domain

/// Lines of CSV as RFC 4180 has them.
public enum CSVText {
  /// One line with its end. A field is quoted where it must be; one that a spreadsheet would take for a formula gets an apostrophe before
  /// it, because whoever names a customer should not run anything on somebody's desk.
  public static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

  private static func field(_ text: String) -> String {
    var text = text
    // By scalars: a mark that combines with the first makes another character of it, but no other formula.
    if let first = text.unicodeScalars.first, "=+-@\t\r\n".unicodeScalars.contains(first), Double(text) == nil { text = "'" + text }
    guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return text }
    return "\"" + text.replacing(scalar: "\"", with: "\"\"") + "\""
  }
}
