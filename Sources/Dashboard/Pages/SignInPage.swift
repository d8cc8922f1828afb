import Domain

/// Where somebody who is not signed in comes to.
public struct SignInPage: Hashable, Sendable {
  /// The company's own sign-in (OIDC).
  public struct Provider: Hashable, Sendable {
    /// For people: "Acme single sign-on".
    public var name: String
    /// Where it begins; `next` is added.
    public var path: String
    public init(name: String, path: String = "/sign-in/oidc") {
      self.name = name
      self.path = path
    }
  }

  /// As it was typed before.
  public var email: String
  /// Why it did not work, in a sentence that does not tell whether the address is known.
  public var error: String?
  /// `nil`: none is configured.
  public var provider: Provider?
  /// Where to go then: a path of ours.
  public var next: String
  /// Whether nobody can sign in yet, because no user was added.
  public var hasNoUsers: Bool

  public init(email: String = "", error: String? = nil, provider: Provider? = nil, next: String = "/", hasNoUsers: Bool = false) {
    self.email = email
    self.error = error
    self.provider = provider
    self.next = next
    self.hasNoUsers = hasNoUsers
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let shell = shell.titled("Sign in")
    let bad: HTML? = error.map { problem($0) }
    let other: HTML? = provider.map { provider in
      let path = address(provider.path, [("next", next == "/" ? nil : next)])
      return "<p class=\"or\">\(buttonLink(path, "Sign in with \(clipped(provider.name, 60))"))</p>"
    }
    let nobody: HTML? =
      hasNoUsers
      ? emptyState(
        "Nobody can sign in yet.",
        hint: "At the server, add the first person: <code>holdfast user add you@example.com --role operations</code>")
      : nil
    let fields: HTML = """
      \(field(
        label: "Email", name: "email", value: clipped(email, 320), type: .email, required: true,
        attributes: [("autocomplete", "username"), ("maxlength", "320")]))\
      \(field(
        label: "Password", name: "password", type: .password, required: true,
        attributes: [("autocomplete", "current-password"), ("maxlength", "1000")]))\
      \(hidden("next", next))\(button("Sign in", kind: .primary))
      """
    return document(
      shell,
      """
      <div class="narrow">\(heading("Sign in"))\(nobody)\(bad)\(form(shell, action: "/sign-in", fields))\(other)\
      <p class="hint">No password yet, or forgotten? Ask whoever looks after Holdfast in your company for a new link.</p></div>
      """)
  }
}

/// Where an invitation or a reset link leads: somebody chooses a password.
public struct ChoosePasswordPage: Hashable, Sendable {
  public var name: String
  public var email: String
  /// Where the form posts to: the link's own path, `/link/TOKEN`.
  public var path: String
  /// Whether it is the first password, by an invitation.
  public var isInvitation: Bool
  /// Why the password was not taken.
  public var error: String?
  /// The fewest characters a password may have.
  public var minimumLength: Int

  public init(name: String, email: String, path: String, isInvitation: Bool, error: String? = nil, minimumLength: Int = 12) {
    self.name = name
    self.email = email
    self.path = path
    self.isInvitation = isInvitation
    self.error = error
    self.minimumLength = minimumLength
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let title = isInvitation ? "Welcome" : "Choose a new password"
    let sentence =
      isInvitation
      ? "Hello \(clipped(name)), choose a password; you are signed in with it at once."
      : "Hello \(clipped(name)), choose a new password. All your other sessions end with the old one."
    // The address goes along for the browser, which remembers the two together.
    let fields: HTML = """
      \(field(label: "Email", name: "email", value: email, type: .email, attributes: [("autocomplete", "username"), ("readonly", "")]))\
      \(field(
        label: "Password", name: "password", type: .password, hint: "At least \(minimumLength) characters; several words do well.",
        error: error, required: true,
        attributes: [("autocomplete", "new-password"), ("minlength", "\(minimumLength)"), ("maxlength", "1000")]))\
      \(button(isInvitation ? "Choose password and sign in" : "Change password and sign in", kind: .primary))
      """
    return document(
      shell.titled(title),
      "<div class=\"narrow\">\(heading(title))<p>\(sentence)</p>\(form(shell, action: path, fields))</div>")
  }
}
