import Domain

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

/// Sessions in a table, each with a button that ends it.
/// - Parameter id: apart from those of other such tables on the page.
func sessionTable(_ sessions: [SessionLine], caption: String, id: String, back: String, _ shell: Shell) -> HTML {
  let rows = sessions.prefix(20).enumerated().map { index, session -> [HTML] in
    let agent = "\(id)-\(index + 1)"
    let end: HTML =
      session.isThis
      ? "<span class=\"hint\">this one</span>"
      : shell.form(
        "/sessions/\(percentEncoded(session.id))/revoke", back: back,
        button("End session", kind: .quiet, describedBy: agent))
    return ["<span id=\"\(agent)\">\(clipped(session.agent, 80))</span>", time(session.createdAt, shell), time(session.seenAt, shell), end]
  }
  return table(
    caption: caption, head: [Column("Browser"), Column("Since"), Column("Last used"), Column("What to do")], rows: rows)
}

/// Who may sign in, and as what.
public struct PeoplePage: Hashable, Sendable {
  /// Somebody with what is known of her sign-ins.
  public struct Person: Hashable, Sendable {
    public var user: User
    public var seenAt: Instant?
    /// Until when an invitation or reset link that was not used yet works.
    public var invitedUntil: Instant?
    public var sessions: [SessionLine]
    public init(user: User, seenAt: Instant? = nil, invitedUntil: Instant? = nil, sessions: [SessionLine] = []) {
      self.user = user
      self.seenAt = seenAt
      self.invitedUntil = invitedUntil
      self.sessions = sessions
    }
  }

  /// A link that was just made; it is shown this once.
  public struct FreshLink: Hashable, Sendable {
    public var email: String
    public var url: String
    public var until: Instant
    public init(email: String, url: String, until: Instant) {
      self.email = email
      self.url = url
      self.until = until
    }
  }

  /// What was typed into the invitation's form and not taken.
  public struct Draft: Hashable, Sendable {
    public var email: String
    public var name: String
    public var role: Role
    /// What is wrong with the address.
    public var emailError: String?
    public var nameError: String?
    public init(email: String = "", name: String = "", role: Role = .successManager, emailError: String? = nil, nameError: String? = nil) {
      self.email = email
      self.name = name
      self.role = role
      self.emailError = emailError
      self.nameError = nameError
    }
  }

  /// By name; disabled ones last.
  public var people: [Person]
  public var freshLink: FreshLink?
  public var draft: Draft

  public init(people: [Person], freshLink: FreshLink? = nil, draft: Draft = Draft()) {
    self.people = people
    self.freshLink = freshLink
    self.draft = draft
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let acts = shell.may(.administer)
    let cards = people.prefix(200).enumerated().html { index, person in self.card(person, number: index + 1, acts: acts, shell) }
    let invite: HTML? = acts ? inviteCard(shell) : nil
    return document(
      shell.titled("People"), "\(heading("People"))\(linkNotice(shell))\(cards)\(invite)\(roleCard)")
  }

  private func linkNotice(_ shell: Shell) -> HTML? {
    guard let link = freshLink else { return nil }
    return """
      <div class="notice good" role="status"><p>Send this link to <bdi>\(clipped(link.email, 100))</bdi>. It is shown this once and works \
      once, until \(time(link.until, shell)):</p><p><code class="secret">\(link.url)</code></p></div>
      """
  }

  private func card(_ person: Person, number: Int, acts: Bool, _ shell: Shell) -> HTML {
    let user = person.user
    let state: HTML =
      user.disabledAt != nil
      ? tag("disabled") : user.hasPassword || person.seenAt != nil ? tag("active", tone: "good") : tag("invited", tone: "waiting")
    let seen: HTML = person.seenAt.map { time($0, shell) } ?? "never"
    var list: [(label: String, value: HTML)] = [
      ("Email", "<bdi>\(clipped(user.email, 100))</bdi>"), ("Role", "\(user.role.title)"), ("Last seen", seen),
    ]
    if let until = person.invitedUntil, until > shell.now { list.append(("Link works until", time(until, shell))) }
    let sessions: HTML? =
      person.sessions.isEmpty
      ? nil
      : fold(
        "Sessions (\(person.sessions.count))",
        sessionTable(person.sessions, caption: "Sessions of \(clipped(user.name, 60))", id: "session-\(number)", back: "/people", shell))
    return Dashboard.card(
      title: clipped(user.name), actions: state,
      "\(facts(list))\(acts ? actions(user, number: number, shell) : nil)\(sessions)")
  }

  private func actions(_ user: User, number: Int, _ shell: Shell) -> HTML {
    let base = "/people/\(percentEncoded(user.id))"
    // Nobody locks herself out.
    let isSelf = user.id == shell.user?.id
    let link = shell.form("\(base)/invite", back: "/people", button(user.hasPassword ? "New password link" : "New invitation link"))
    guard !isSelf else { return "<p class=\"hint\">This is you. Another person with the role can change yours.</p>" }
    if user.disabledAt != nil {
      return "<div class=\"row\">\(shell.form("\(base)/enable", back: "/people", button("Let in again")))</div>"
    }
    let role = shell.form(
      "\(base)/role", back: "/people",
      row(
        """
        \(roleField(selected: user.role, id: "role-\(number)"))\(button("Change role"))
        """))
    let disable = shell.form("\(base)/disable", back: "/people", button("Disable", kind: .danger))
    return "\(role)<div class=\"row\">\(link)\(disable)</div>"
  }

  private func roleField(selected: Role, id: String) -> HTML {
    select(label: "Role", name: "role", options: Role.allCases.map { ($0.rawValue, $0.title) }, selected: selected.rawValue, id: id)
  }

  private func inviteCard(_ shell: Shell) -> HTML {
    Dashboard.card(
      title: "Invite somebody", id: "invite",
      shell.form(
        "/people", back: "/people",
        """
        \(field(
          label: "Email", name: "email", value: clipped(draft.email, 320), type: .email, error: draft.emailError, required: true,
          id: "new-email", attributes: [("autocomplete", "off"), ("maxlength", "320")]))\
        \(field(
          label: "Name", name: "name", value: clipped(draft.name, 200), error: draft.nameError, required: true, id: "new-name",
          attributes: [("autocomplete", "off"), ("maxlength", "200")]))\
        \(roleField(selected: draft.role, id: "new-role"))\(button("Invite", kind: .primary))
        """))
  }

  private var roleCard: HTML {
    let rows = Role.allCases.map { role -> [HTML] in
      let may = Permission.allCases.filter { role.permissions.contains($0) }.map(Self.words)
      return ["\(role.title)", "\(may.joined(separator: ", "))"]
    }
    return Dashboard.card(
      title: "What each role may do", id: "roles",
      table(caption: "Roles", head: [Column("Role"), Column("May")], rows: rows))
  }

  private static func words(_ permission: Permission) -> String {
    switch permission {
    case .look: "see customers and their health"
    case .work: "close own tasks, write notes, snooze alerts, save views"
    case .leadWork: "move and close the tasks of others"
    case .operate: "see the outbox and the system, send again"
    case .administer: "invite people, change roles, read the audit log"
    }
  }
}
