import Domain

/// Somebody's own account: name, role, password, sessions.
public struct AccountPage: Hashable, Sendable {
  /// Newest first.
  public var sessions: [SessionLine]
  /// Whether there is a password to change; else the company's own sign-in lets the person in.
  public var hasPassword: Bool
  /// What is wrong with the old password as typed.
  public var oldError: String?
  /// What is wrong with the new one.
  public var newError: String?
  /// The fewest characters a password may have.
  public var minimumLength: Int

  public init(
    sessions: [SessionLine], hasPassword: Bool = true, oldError: String? = nil, newError: String? = nil, minimumLength: Int = 12
  ) {
    self.sessions = sessions
    self.hasPassword = hasPassword
    self.oldError = oldError
    self.newError = newError
    self.minimumLength = minimumLength
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let mine: HTML? = shell.user.map { user in
      card(
        title: "You",
        facts([
          ("Name", "<bdi>\(clipped(user.name))</bdi>"), ("Email", "<bdi>\(clipped(user.email))</bdi>"), ("Role", "\(user.role.title)"),
        ]))
    }
    let browsers = card(
      title: "Where you are signed in", id: "sessions",
      sessionTable(sessions, caption: "Your sessions", id: "session", back: "/account", shell))
    return document(shell.titled("Account"), "\(heading("Account"))\(mine)\(passwordCard(shell))\(browsers)")
  }

  private func passwordCard(_ shell: Shell) -> HTML {
    guard hasPassword, let user = shell.user else {
      return card(title: "Password", id: "password", "<p>You sign in with your company’s own sign-in; there is no password here.</p>")
    }
    return card(
      title: "Password", id: "password",
      shell.form(
        "/account/password", back: "/account",
        """
        \(field(
          label: "Email", name: "email", value: user.email, type: .email, id: "account-email",
          attributes: [("autocomplete", "username"), ("readonly", "")]))\
        \(field(
          label: "Present password", name: "old", type: .password, error: oldError, required: true,
          attributes: [("autocomplete", "current-password"), ("maxlength", "1000")]))\
        \(field(
          label: "New password", name: "new", type: .password,
          hint: "At least \(minimumLength) characters. All your other sessions end.", error: newError, required: true,
          attributes: [("autocomplete", "new-password"), ("minlength", "\(minimumLength)"), ("maxlength", "1000")]))\
        \(button("Change password", kind: .primary))
        """))
  }
}
