/// Where the company's people sign in besides here: a provider of OpenID Connect.
public struct OpenIDSettings: Hashable, Sendable {
  /// What stands on the button: "Sign in with …".
  public var name: String
  /// The provider's own name for itself, an address; its documents are found below it.
  public var issuer: String
  public var clientID: String
  /// `nil`: its environment variable or file was not there; then nobody can sign in this way.
  public var clientSecret: Secret?
  /// Whoever has a verified address of one of these domains may come in without an invitation; lower-case, empty: nobody.
  public var domains: [String]
  /// What such a person may do at first.
  public var role: Role

  public init(name: String, issuer: String, clientID: String, clientSecret: Secret?, domains: [String] = [], role: Role = .viewer) {
    self.name = name
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.domains = domains
    self.role = role
  }
}

/// What one sign-in by a provider keeps between its two halves, in the browser.
public struct OpenIDAttempt: Hashable, Sendable {
  /// Random; comes back with the browser.
  public var state: String
  /// Random; comes back inside the token.
  public var nonce: String
  /// Random, 43–128 characters; only its hash leaves before the token is asked for.
  public var verifier: String
  /// Where the provider sends the browser to.
  public var redirect: String
  public init(state: String, nonce: String, verifier: String, redirect: String) {
    self.state = state
    self.nonce = nonce
    self.verifier = verifier
    self.redirect = redirect
  }
}

/// A provider of OpenID Connect, as the server sees it.
public protocol IdentityProvider: Sendable {
  /// The address at the provider to which the browser goes.
  /// - Throws: `OpenIDFailure`.
  func address(for attempt: OpenIDAttempt, now: Instant) async throws -> String
  /// Turns the code that came back with the browser into who it is.
  /// - Throws: `OpenIDFailure`.
  func identity(code: String, _ attempt: OpenIDAttempt, now: Instant) async throws -> ExternalIdentity
}

/// Who somebody is by the word of a provider, its signature checked.
public struct ExternalIdentity: Hashable, Sendable {
  public var issuer: String
  /// Unique and for ever with this issuer; an address is neither.
  public var subject: String
  /// Lower-case.
  public var email: String?
  public var isEmailVerified: Bool
  public var name: String?

  public init(issuer: String, subject: String, email: String?, isEmailVerified: Bool, name: String?) {
    self.issuer = issuer
    self.subject = subject
    self.email = email
    self.isEmailVerified = isEmailVerified
    self.name = name
  }

  /// As it is stored with a person.
  public var key: String { "\(issuer) \(subject)" }
}

/// Whom an identity of a provider lets in.
public enum OpenIDAdmission: Hashable, Sendable {
  /// The person who came in by it before.
  case known(User)
  /// A person who was added by this address: the identity is hers from now on.
  case tie(User)
  /// Somebody new: address and name as `UserRules` have them.
  case join(email: String, name: String, role: Role)
  /// In the user's words.
  case refuse(String)

  /// - Parameters:
  ///   - tied: the person whom this very identity belongs to.
  ///   - namesake: the person with the identity's address, and whether another identity is hers already.
  public static func decide(
    _ identity: ExternalIdentity, tied: User?, namesake: (user: User, isTied: Bool)?, _ settings: OpenIDSettings
  ) -> OpenIDAdmission {
    if let tied { return tied.disabledAt == nil ? .known(tied) : .refuse(disabled) }
    guard let email = identity.email.flatMap(UserRules.email) else {
      return .refuse("\(settings.name) did not tell your address. Ask whoever runs it to give the scope \"email\" to Holdfast.")
    }
    // An address that nobody has checked could be anybody's: it opens nobody's door.
    guard identity.isEmailVerified else {
      return .refuse("\(settings.name) does not say that the address \(email) is yours. Have it verified there, then sign in again.")
    }
    if let namesake {
      if namesake.user.disabledAt != nil { return .refuse(disabled) }
      if namesake.isTied {
        return .refuse(
          "Another account of \(settings.name) is tied to \(email) here. Whoever runs Holdfast can untie it: holdfast user untie.")
      }
      return .tie(namesake.user)
    }
    guard settings.domains.contains(where: { email.hasSuffix("@" + $0) }) else {
      return .refuse("Nobody has added \(email) here yet. Ask for an invitation.")
    }
    return .join(email: email, name: identity.name.flatMap(UserRules.name(cutting:)) ?? email, role: settings.role)
  }

  private static let disabled = "This account is closed here."
}
