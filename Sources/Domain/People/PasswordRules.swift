/// What a password must be: long enough. No rules about digits and signs, which make passwords that are hard for people and easy for
/// programs (NIST SP 800-63B §5.1.1.2); instead those are refused that every attacker tries first.
public enum PasswordRules {
  /// Characters, counted as Unicode scalars.
  public static let length = 10...200

  /// Why a password is not taken.
  public enum Refusal: Hashable, Sendable {
    case tooShort
    case tooLong
    case common
    case ownAddress

    /// For the person who chooses it.
    public var sentence: String {
      switch self {
      case .tooShort: "The password needs at least \(length.lowerBound) characters; a few words in a row are good."
      case .tooLong: "The password may have at most \(length.upperBound) characters."
      case .common: "This password is among the first that others try. Choose another one."
      case .ownAddress: "The password must not be your own address or name."
      }
    }
  }

  /// `nil`: it is good.
  public static func refusal(_ password: String, for user: User) -> Refusal? {
    let count = password.unicodeScalars.count
    if count < length.lowerBound { return .tooShort }
    if count > length.upperBound { return .tooLong }
    let plain = password.lowercased()
    let own = [user.email, String(user.email.prefix { $0 != "@" }), user.name.lowercased()]
    if own.contains(plain) { return .ownAddress }
    if common.contains(plain) || Set(plain).count < 4 { return .common }
    return nil
  }

  /// Those of at least ten characters from the top of lists of leaked passwords; shorter ones are refused anyway.
  private static let common: Set<String> = [
    "1234567890", "12345678910", "0123456789", "123456789a", "9876543210", "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "qwerty12345",
    "qwerty123456", "asdfghjkl123", "password12", "password123", "password1234", "password12345", "passw0rd123", "password!1",
    "iloveyou123", "letmein123", "welcome123", "welcome1234", "administrator", "admin12345", "admin123456", "adminadmin", "changeme123",
    "sunshine123", "football123", "basketball", "superman123", "princess123", "michael123", "trustno1trustno1", "qazwsxedcrfv",
    "abcdefghij", "abc1234567", "1234512345", "1234554321", "0987654321", "holdfast123", "holdfastholdfast", "secret1234", "summer2025",
    "summer2026", "winter2025", "winter2026", "correcthorsebatterystaple", "correct horse battery staple",
  ]
}
