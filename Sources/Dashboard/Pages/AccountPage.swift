import Domain

/// Somebody's own account: name, role, password, sessions.
public struct AccountPage: Hashable, Sendable {
  /// The one begun last first.
  public var sessions: [SessionLine]
  /// Whether there is a password to change.
  public var hasPassword: Bool
  /// Why the password was not changed.
  public var error: String?
  /// Whether that is about the present password; else about the new one.
  public var isCurrentWrong: Bool
  /// The fewest characters a password may have.
  public var minimumLength: Int

  public init(
    sessions: [SessionLine], hasPassword: Bool = true, error: String? = nil, isCurrentWrong: Bool = true, minimumLength: Int = 10
  ) {
    self.sessions = sessions
    self.hasPassword = hasPassword
    self.error = error
    self.isCurrentWrong = isCurrentWrong
    self.minimumLength = minimumLength
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let mine: HTML? = shell.user.map { user in
      let name: HTML = "<bdi>\(clipped(user.name))</bdi>"
      let email: HTML = "<bdi>\(clipped(user.email))</bdi>"
      return card(title: "You", facts([("Name", name), ("Email", email), ("Role", "\(shell.labels.name(of: user.role))")]))
    }
    return document(shell.titled("Account"), "\(heading("Account"))\(mine)\(passwordCard(shell))\(sessionCard(shell))")
  }

  private func passwordCard(_ shell: Shell) -> HTML {
    guard hasPassword, let user = shell.user else {
      let how: HTML = shell.user.map { "<code>holdfast user reset \(clipped($0.email))</code>" } ?? "<code>holdfast user reset</code>"
      return card(
        title: "Password", id: "password-card",
        """
        <p>You have no password here: your company’s own sign-in lets you in, or a link. If you want one, ask whoever runs Holdfast for the \
        link that \(how) prints.</p>
        """)
    }
    let email = field(
      label: "Email", name: "email", value: user.email, type: .email, id: "account-email",
      attributes: [("autocomplete", "username"), ("readonly", "")])
    let current = field(
      label: "Present password", name: "current", type: .password, error: isCurrentWrong ? error : nil, required: true,
      attributes: [("autocomplete", "current-password"), ("maxlength", "200")])
    let new = newPasswordFields(label: "New password", minimumLength: minimumLength, error: isCurrentWrong ? nil : error)
    return card(
      title: "Password", id: "password-card",
      shell.form(
        "/account/password", back: "/account",
        """
        \(email)\(current)\(new)<p class="hint">All your other sessions end.</p>\(button("Change password", kind: .primary))
        """))
  }

  /// "Firefox on Linux"; what it calls itself where that is not known.
  static func browser(_ agent: String) -> String {
    // The order matters: nearly all claim to be those that come later, too.
    let browsers = [
      ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("HeadlessChrome/", "Chrome without a window"), ("Chrome/", "Chrome"),
      ("Safari/", "Safari"),
    ]
    let systems = [
      ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ]
    guard let browser = browsers.first(where: { agent.contains($0.0) })?.1 else { return agent }
    guard let system = systems.first(where: { agent.contains($0.0) })?.1 else { return browser }
    return "\(browser) on \(system)"
  }

  private func sessionCard(_ shell: Shell) -> HTML {
    guard !sessions.isEmpty else { return .empty }
    let rows = sessions.prefix(50).enumerated().map { index, session -> [HTML] in
      let id = "session-\(index + 1)"
      let end: HTML =
        session.isThis
        ? "<span class=\"hint\">this one</span>"
        : shell.form(
          "/account/sessions/\(percentEncoded(session.id))/end", back: "/account",
          button("End session", kind: .quiet, describedBy: id))
      return [
        "<span id=\"\(id)\">\(clipped(Self.browser(session.agent), 80))</span>", time(session.createdAt, shell),
        time(session.seenAt, shell), end,
      ]
    }
    let others: HTML? =
      sessions.count > 1 ? shell.form("/account/sessions/end", back: "/account", button("End all other sessions")) : nil
    let head = [Column("Browser"), Column("Since"), Column("Last used"), Column("What to do")]
    return card(
      title: "Where you are signed in", id: "sessions", "\(table(caption: "Your sessions", head: head, rows: rows))\(others)")
  }
}

/// A browser in which somebody is signed in.
public struct SessionLine: Hashable, Sendable {
  public var id: String
  public var createdAt: Instant
  public var seenAt: Instant
  /// What the browser calls itself.
  public var agent: String
  /// Whether it is the one in which this page is read.
  public var isThis: Bool
  public init(id: String, createdAt: Instant, seenAt: Instant, agent: String, isThis: Bool = false) {
    self.id = id
    self.createdAt = createdAt
    self.seenAt = seenAt
    self.agent = agent
    self.isThis = isThis
  }
}
