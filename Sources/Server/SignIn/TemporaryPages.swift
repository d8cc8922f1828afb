import Dashboard
import Domain

/// Plain pages for sign-in, people and audit.
enum TemporaryPages {
  static let assets = [
    Asset(
      name: "style.css", type: "text/css; charset=utf-8",
      bytes: Array("body{font-family:sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}".utf8))
  ]

  static func message(_ shell: Shell, _ message: PageMessage) -> HTML {
    let reference: HTML? = message.requestID.map { "<p>Request \($0)</p>" }
    let signIn: HTML? = message.leadsToSignIn ? "<p><a href=\"/sign-in\">Sign in</a></p>" : nil
    return page(shell, "<p>\(message.detail)</p>\(reference)\(signIn)")
  }

  static func signIn(_ shell: Shell, _ view: SignInView) -> HTML {
    let firstRun: HTML? =
      view.isFirstRun
      ? """
      <p>There is no user yet. At the server's command line, <code>holdfast user add EMAIL --name NAME --role operations</code> makes one and
      prints a link for it.</p>
      """ : nil
    let left: HTML? = view.hasLeft ? "<p role=\"status\">You are signed out.</p>" : nil
    return page(
      shell,
      """
      \(firstRun)\(left)\(refusal(view.refusal))
      <form method="post" action="/sign-in"><input type="hidden" name="next" value="\(view.next)">
      <p><label>Email <input type="email" name="email" value="\(view.email)" autocomplete="username" required></label></p>
      <p><label>Password <input type="password" name="password" autocomplete="current-password" required></label></p>
      <p><button>Sign in</button></p></form>
      """)
  }

  static func link(_ shell: Shell, _ view: LinkView) -> HTML {
    guard view.kind.setsPassword else {
      return page(shell, "<form method=\"post\"><p><button>Sign in as \(view.user.name)</button></p></form>")
    }
    return page(
      shell,
      """
      <p>For \(view.user.name), \(view.user.email)</p>\(refusal(view.refusal))
      <form method="post"><input type="hidden" name="email" value="\(view.user.email)" autocomplete="username">\(newPassword)
      <p><button>Set the password and sign in</button></p></form>
      """)
  }

  static func account(_ shell: Shell, _ view: AccountView) -> HTML {
    let current: HTML? =
      view.user.hasPassword
      ? "<p><label>Current password <input type=\"password\" name=\"current\" autocomplete=\"current-password\" required></label></p>" : nil
    let sessions = view.sessions.html { session in
      """
      <tr><td>\(session.agent)</td><td>\(session.createdAt.iso8601)</td><td>\(session.seenAt.iso8601)</td>
      <td>\(form(shell, "/account/sessions/\(session.id)/end", button: session.id == view.current ? "Sign out here" : "End"))</td></tr>
      """
    }
    return page(
      shell,
      """
      <p>\(view.user.name), \(view.user.email), \(view.user.role.title)</p>\(refusal(view.refusal))
      <h2>Password</h2>\(form(shell, "/account/password", button: "Change the password", "\(current)\(newPassword)"))
      <h2>Sessions</h2><table><thead><tr><th>Browser</th><th>Since</th><th>Last seen</th><th></th></tr></thead><tbody>\(sessions)</tbody></table>
      \(form(shell, "/account/sessions/end", button: "End all others"))\(form(shell, "/sign-out", button: "Sign out"))
      """)
  }

  static func people(_ shell: Shell, _ view: PeopleView) -> HTML {
    let made: HTML? = view.invitation.map {
      """
      <p role="status">The \($0.kind.title) for \($0.name), good until \($0.expiresAt.iso8601), shown this once:<br><code>\($0.address)</code></p>
      """
    }
    let rows = view.page.items.html { person(shell, $0, view) }
    let next: HTML? = view.page.next.map { "<p><a href=\"/people?after=\(LocalPath.escaped($0))\">Next</a></p>" }
    let fields: HTML = """
      <p><label>Email <input type="email" name="email" value="\(view.email)" required></label>
      <label>Name <input name="name" value="\(view.name)" required></label> \(roles(.successManager))</p>
      """
    return page(
      shell,
      """
      \(made)\(refusal(view.refusal))<h2>Invite</h2>\(form(shell, "/people", button: "Invite", fields))
      <table><thead><tr><th>Name</th><th>Email</th><th>Role</th><th>State</th><th>Sessions</th><th></th></tr></thead><tbody>\(rows)</tbody></table>
      \(next)
      """)
  }

  private static func person(_ shell: Shell, _ user: User, _ view: PeopleView) -> HTML {
    let isDisabled = user.disabledAt != nil
    let address = "/people/\(user.id)"
    let own: HTML = """
      \(form(shell, address + "/role", button: "Change", roles(user.role)))
      \(form(shell, address + (isDisabled ? "/enable" : "/disable"), button: isDisabled ? "Enable" : "Disable"))
      """
    return """
      <tr><td>\(user.name)</td><td>\(user.email)</td><td>\(user.role.title)</td>
      <td>\(isDisabled ? "disabled" : user.hasPassword ? "active" : "invited")</td><td>\(view.presence[user.id]?.sessions ?? 0)</td>
      <td>\(user.id == view.own ? HTML.empty : own)\(form(shell, address + "/link", button: "New link"))
      \(form(shell, address + "/sign-out", button: "Sign out"))</td></tr>
      """
  }

  static func audit(_ shell: Shell, _ view: AuditView) -> HTML {
    let rows = view.page.items.html { entry in
      """
      <tr><td>\(entry.at.iso8601)</td><td>\(entry.actor)</td><td>\(entry.action)</td><td>\(entry.subject)</td>
      <td>\(entry.from ?? "")</td><td>\(entry.to ?? "")</td></tr>
      """
    }
    let filters = LocalPath.escaped(view.actor ?? "") + "&action=" + LocalPath.escaped(view.action ?? "")
    let next: HTML? = view.page.next.map { "<p><a href=\"/audit?actor=\(filters)&cursor=\(LocalPath.escaped($0))\">Older</a></p>" }
    return page(
      shell,
      """
      <form><label>Who <input name="actor" value="\(view.actor ?? "")"></label>
      <label>What <input name="action" value="\(view.action ?? "")"></label> <button>Filter</button></form>
      <table><thead><tr><th>When</th><th>Who</th><th>What</th><th>To what</th><th>From</th><th>To</th></tr></thead><tbody>\(rows)</tbody></table>
      \(next)
      """)
  }

  // MARK: Pieces

  private static let newPassword: HTML = """
    <p><label>New password <input type="password" name="password" autocomplete="new-password" minlength="10" maxlength="200" required></label></p>
    <p><label>Once more <input type="password" name="repeat" autocomplete="new-password" required></label></p>
    """

  private static func roles(_ chosen: Role) -> HTML {
    let options = Role.allCases.html { role in
      role == chosen
        ? "<option value=\"\(role.rawValue)\" selected>\(role.title)</option>" : "<option value=\"\(role.rawValue)\">\(role.title)</option>"
    }
    return "<label>Role <select name=\"role\">\(options)</select></label>"
  }

  private static func form(_ shell: Shell, _ action: String, button: String, _ fields: HTML = .empty) -> HTML {
    """
    <form method="post" action="\(action)"><input type="hidden" name="csrf" value="\(shell.csrf)">\(fields)<button>\(button)</button></form>
    """
  }

  private static func refusal(_ sentence: String?) -> HTML? { sentence.map { "<p role=\"alert\">\($0)</p>" } }

  private static func page(_ shell: Shell, _ body: HTML) -> HTML {
    let notice: HTML? = shell.notice.map { "<p role=\"status\">\($0)</p>" }
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(shell.title) · \(shell.company)</title><link rel="stylesheet" href="\(shell.assets.style)"></head>
      <body><main><h1>\(shell.title)</h1>\(notice)\(body)</main></body></html>
      """
  }
}
