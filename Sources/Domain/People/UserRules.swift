/// How people are named: addresses and names as they are stored.
public enum UserRules {
  /// Unicode scalars of a name.
  public static let longestName = 100

  /// An address in lower case, without blanks around it; `nil` where it is none. Whether mail arrives there, only mail can tell.
  public static func email(_ text: String) -> String? {
    let email = text.trimmed.lowercased()
    let parts = email.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, email.utf8.count <= 254 else { return nil }
    return email.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace } ? email : nil
  }

  /// A name without blanks around it; `nil` where it is empty, longer than 100 characters, or holds what no line of text may hold.
  public static func name(_ text: String) -> String? {
    let name = text.trimmed
    guard !name.isEmpty, name.unicodeScalars.count <= longestName else { return nil }
    return name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } ? name : nil
  }

  /// A name that somebody else chose for a person, cut to what a name may be; `nil` as for `name`.
  public static func name(cutting text: String) -> String? { name(String(text.trimmed.unicodeScalars.prefix(longestName))) }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
