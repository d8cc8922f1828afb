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
  /// Whether somebody has just signed out.
  public var hasLeft: Bool

  public init(
    email: String = "", error: String? = nil, provider: Provider? = nil, next: String = "/", hasNoUsers: Bool = false,
    hasLeft: Bool = false
  ) {
    self.email = email
    self.error = error
    self.provider = provider
    self.next = next
    self.hasNoUsers = hasNoUsers
    self.hasLeft = hasLeft
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let shell = shell.titled("Sign in")
    let bad: HTML? = error.map { problem(clipped($0, 300)) }
    let left: HTML? = hasLeft ? "<div class=\"notice good\" role=\"status\"><p>You are signed out.</p></div>" : nil
    let other: HTML? = provider.map { provider in
      let path = address(provider.path, [("next", next == "/" ? nil : next)])
      return "<p class=\"or\">\(buttonLink(path, "Sign in with \(clipped(provider.name, 60))"))</p>"
    }
    let nobody: HTML? =
      hasNoUsers
      ? emptyState(
        "Nobody can sign in yet.",
        hint: "At the server’s command line: <code>holdfast user add EMAIL --name NAME --role operations</code>")
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
      <div class="narrow">\(heading("Sign in"))\(nobody)\(left)\(bad)\(form(shell, action: "/sign-in", fields))\(other)\
      <p class="hint">No password yet, or forgotten? Ask whoever looks after Holdfast in your company for a new link.</p></div>
      """)
  }
}

/// Where a link leads that lets somebody in once: she chooses a password, or only presses a button.
public struct ChoosePasswordPage: Hashable, Sendable {
  /// What the link is for.
  public enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// A first password.
    case invitation
    /// Another password.
    case reset
    /// To be signed in, without a password.
    case signIn = "sign_in"
  }

  public var name: String
  public var email: String
  /// Where the form posts to: the link's own path, `/link/TOKEN`.
  public var path: String
  public var purpose: Purpose
  /// Why the password was not taken.
  public var error: String?
  /// The fewest characters a password may have.
  public var minimumLength: Int

  public init(name: String, email: String, path: String, purpose: Purpose, error: String? = nil, minimumLength: Int = 10) {
    self.name = name
    self.email = email
    self.path = path
    self.purpose = purpose
    self.error = error
    self.minimumLength = minimumLength
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let sentence: String
    let fields: HTML
    switch purpose {
    case .invitation:
      sentence = "Choose a password; you are signed in with it at once."
      fields = "\(passwordFields)\(button("Choose password and sign in", kind: .primary))"
    case .reset:
      sentence = "Choose a new password. All your sessions end with the old one."
      fields = "\(passwordFields)\(button("Change password and sign in", kind: .primary))"
    case .signIn:
      sentence = "This link signs you in, once."
      fields = button("Sign in", kind: .primary)
    }
    let title = purpose == .reset ? "Choose a new password" : "Welcome"
    return document(
      shell.titled(title),
      """
      <div class="narrow">\(heading(title))<p>Hello <bdi>\(clipped(name))</bdi>. \(sentence)</p>\(form(shell, action: path, fields))</div>
      """)
  }

  /// The address goes along for the browser, which remembers it with the password.
  private var passwordFields: HTML {
    """
    \(field(label: "Email", name: "email", value: email, type: .email, attributes: [("autocomplete", "username"), ("readonly", "")]))\
    \(newPasswordFields(label: "Password", minimumLength: minimumLength, error: error))
    """
  }
}

/// A new password, twice.
func newPasswordFields(label: String, minimumLength: Int, error: String?) -> HTML {
  let limits = [("autocomplete", "new-password"), ("minlength", "\(minimumLength)"), ("maxlength", "200")]
  return """
    \(field(
      label: label, name: "password", type: .password, hint: "At least \(minimumLength) characters; several words do well.", error: error,
      required: true, attributes: limits))\
    \(field(label: "Once more", name: "repeat", type: .password, required: true, attributes: limits))
    """
}
