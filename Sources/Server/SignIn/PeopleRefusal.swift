import Domain

/// Why something about people and their sessions was not done: the user's own mistake or bad luck, in the user's words.
public enum PeopleRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case noEmail
  case noName
  case exists(email: String)
  case unknown(email: String)
  case isDisabled(email: String)
  case ownself
  case password(PasswordRules.Refusal)
  case passwordsDiffer
  /// At sign-in: which of the two is wrong, or whether there is such a user at all, is not told.
  case notRight
  /// At a change of the own password.
  case currentNotRight
  /// The session ended while something was done in it.
  case signedOut
  case wait(TimeSpan)
  case busy
  case badLink

  /// Whether another new password would do.
  var isAboutNewPassword: Bool {
    switch self {
    case .password, .passwordsDiffer: true
    default: false
    }
  }

  /// For a page.
  public var sentence: String {
    switch self {
    case .noEmail: "That is no email address."
    case .noName: "A name has 1 to 100 characters, all on one line."
    case .exists(let email): "There is a user with the address \(email) already."
    case .unknown(let email): "There is no user with the address \(email)."
    case .isDisabled(let email): "\(email) is disabled; enable the user first."
    case .ownself: "You cannot change your own role or disable yourself; somebody else can."
    case .password(let refusal): refusal.sentence
    case .passwordsDiffer: "The two passwords are not the same."
    case .notRight: "The address or the password is not right."
    case .currentNotRight: "The present password is not right."
    case .signedOut: "You were signed out meanwhile, and nothing was done. Sign in and try again."
    case .wait(let span): "Too many wrong passwords: wait \(span.words) and try again."
    case .busy: "Too many people sign in at this moment: try again in a few seconds."
    case .badLink: "This link cannot be used: it was used already, its time is over, or a newer one took its place. Ask for a new one."
    }
  }

  /// For the command line.
  public var description: String {
    let sentence = sentence
    let isName = sentence.prefix { $0 != " " }.contains("@")
    return (isName ? String(sentence.prefix(1)) : sentence.prefix(1).lowercased()) + sentence.dropFirst().dropLast()
  }

  /// Whole seconds after which another attempt may be made, if it is a matter of time.
  var retryAfter: Int? {
    switch self {
    case .wait(let span): max(1, Int(span.seconds.rounded(.up)))
    case .busy: 5
    default: nil
    }
  }
}
