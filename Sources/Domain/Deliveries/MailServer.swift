/// A mail server that takes our messages, and what it takes to be let in.
public struct MailServer: Hashable, Sendable {
  /// How the connection is kept from other eyes.
  public enum Security: String, Hashable, Sendable, CaseIterable {
    /// Begins in the open and must turn to TLS before anything is said.
    case startTLS = "starttls"
    /// TLS from the first byte.
    case tls
    /// In the open: for a server on the same machine. Never with a password.
    case none

    /// Where servers listen for it.
    public var usualPort: Int {
      switch self {
      case .startTLS: 587
      case .tls: 465
      case .none: 25
      }
    }
  }

  /// Who signs in.
  public struct Login: Hashable, Sendable {
    public var user: String
    /// `nil` where its environment variable or file was not there (a warning, not an error).
    public var password: Secret?
    public init(user: String, password: Secret?) {
      self.user = user
      self.password = password
    }
  }

  public var host: String
  public var port: Int
  public var security: Security
  public var login: Login?
  public var from: MailAddress
  /// Who gets what is for nobody in particular.
  public var to: [MailAddress]
  /// Authorities whose certificates are trusted, in PEM; `nil`: those of the system.
  public var authorities: String?

  public init(
    host: String, port: Int, security: Security = .startTLS, login: Login? = nil, from: MailAddress, to: [MailAddress] = [],
    authorities: String? = nil
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.login = login
    self.from = from
    self.to = to
    self.authorities = authorities
  }

  /// Whether all that it takes to send is there.
  public var isComplete: Bool { login.map { $0.password != nil } ?? true }
}
