import Domain

/// Who may sign in, and as what.
public struct PeoplePage: Hashable, Sendable {
  /// Somebody with what is known of her sign-ins.
  public struct Person: Hashable, Sendable {
    public var user: User
    /// When she was seen last; `nil`: not known, or never.
    public var seenAt: Instant?
    /// In how many browsers she is signed in.
    public var sessions: Int
    /// Until when a link that was not used yet works.
    public var linkUntil: Instant?
    public init(user: User, seenAt: Instant? = nil, sessions: Int = 0, linkUntil: Instant? = nil) {
      self.user = user
      self.seenAt = seenAt
      self.sessions = sessions
      self.linkUntil = linkUntil
    }
  }

  /// A link that was just made; it is shown this once.
  public struct FreshLink: Hashable, Sendable {
    /// Whom it lets in.
    public var name: String
    /// What it is for: "invitation", "reset link".
    public var kind: String
    /// The whole address.
    public var url: String
    public var until: Instant
    public init(name: String, kind: String, url: String, until: Instant) {
      self.name = name
      self.kind = kind
      self.url = url
      self.until = until
    }
  }

  /// What was typed into the invitation's form and not taken.
  public struct Draft: Hashable, Sendable {
    public var email: String
    public var name: String
    public var role: Role
    public init(email: String = "", name: String = "", role: Role = .successManager) {
      self.email = email
      self.name = name
      self.role = role
    }
  }

  public var people: [Person]
  public var freshLink: FreshLink?
  /// Why what was asked for was not done.
  public var error: String?
  public var draft: Draft
  /// The value of `after` for the page after.
  public var next: String?
  public var isFirst: Bool

  public init(
    people: [Person], freshLink: FreshLink? = nil, error: String? = nil, draft: Draft = Draft(), next: String? = nil, isFirst: Bool = true
  ) {
    self.people = people
    self.freshLink = freshLink
    self.error = error
    self.draft = draft
    self.next = next
    self.isFirst = isFirst
  }

  /// The whole page.
  public func html(_ shell: Shell) -> HTML {
    let acts = shell.may(.administer)
    let bad: HTML? = error.map { problem(clipped($0, 300)) }
    let cards = people.enumerated().html { index, person in self.card(person, number: index + 1, acts: acts, shell) }
    let invite: HTML? = acts ? inviteCard(shell) : nil
    let pages = pager(next: next.map { address("/people", [("after", $0)]) }, first: isFirst ? nil : "/people")
    return document(
      shell.titled("People"),
      """
      \(heading("People"))\(bad)\(linkNotice(shell))\(columns(cards))\(pages)\(columns("\(invite)\(roleCard(shell))"))
      """)
  }

  private func linkNotice(_ shell: Shell) -> HTML? {
    guard let link = freshLink else { return nil }
    return """
      <div class="notice good" role="status"><p>The \(clipped(link.kind, 40)) for <bdi>\(clipped(link.name))</bdi>: send this address. It is \
      shown this once, and lets in once, until \(time(link.until, shell)).</p><p><code class="secret">\(link.url)</code></p></div>
      """
  }

  private func card(_ person: Person, number: Int, acts: Bool, _ shell: Shell) -> HTML {
    let user = person.user
    let state: HTML =
      user.disabledAt != nil
      ? tag("disabled")
      : user.hasPassword || person.sessions > 0 || person.seenAt != nil ? tag("active", tone: "good") : tag("invited", tone: "waiting")
    var list: [(label: String, value: HTML)] = [
      ("Email", "<bdi>\(clipped(user.email, 100))</bdi>"), ("Role", "\(shell.labels.name(of: user.role))"),
      ("Sessions", "\(grouped(person.sessions))"),
    ]
    if let seen = person.seenAt { list.append(("Last seen", time(seen, shell))) }
    if let until = person.linkUntil, until > shell.now { list.append(("Link works until", time(until, shell))) }
    let forms: HTML? = acts ? actions(person, number: number, shell) : nil
    return Dashboard.card(title: clipped(user.name), actions: state, "\(facts(list))\(forms)")
  }

  private func actions(_ person: Person, number: Int, _ shell: Shell) -> HTML {
    let user = person.user
    let base = "/people/\(percentEncoded(user.id))"
    // Nobody takes her own role away or locks herself out.
    if user.id == shell.user?.id { return "<p class=\"hint\">This is you: somebody else can change your role or disable you.</p>" }
    if user.disabledAt != nil { return shell.form("\(base)/enable", back: "/people", button("Let in again")) }
    let role = shell.form(
      "\(base)/role", back: "/people", row("\(roleField(selected: user.role, id: "role-\(number)", shell))\(button("Change role"))"))
    let link = shell.form("\(base)/link", back: "/people", button(user.hasPassword ? "New password link" : "New invitation"))
    let leave: HTML? = person.sessions > 0 ? shell.form("\(base)/sign-out", back: "/people", button("Sign out everywhere")) : nil
    let disable = shell.form("\(base)/disable", back: "/people", button("Disable", kind: .danger))
    return "\(role)\(row("\(link)\(leave)\(disable)"))"
  }

  private func roleField(selected: Role, id: String, _ shell: Shell) -> HTML {
    let options = Role.allCases.map { ($0.rawValue, shell.labels.name(of: $0)) }
    return select(label: "Role", name: "role", options: options, selected: selected.rawValue, id: id)
  }

  private func inviteCard(_ shell: Shell) -> HTML {
    Dashboard.card(
      title: "Invite somebody", id: "invite",
      shell.form(
        "/people", back: "/people",
        """
        \(field(
          label: "Email", name: "email", value: clipped(draft.email, 254), type: .email, required: true,
          id: "new-email", attributes: [("autocomplete", "off"), ("maxlength", "254")]))\
        \(field(
          label: "Name", name: "name", value: clipped(draft.name, 100), required: true, id: "new-name",
          attributes: [("autocomplete", "off"), ("maxlength", "100")]))\
        \(roleField(selected: draft.role, id: "new-role", shell))\(button("Invite", kind: .primary))
        """))
  }

  private func roleCard(_ shell: Shell) -> HTML {
    let rows = Role.allCases.map { role -> [HTML] in
      let may = Permission.allCases.filter { role.permissions.contains($0) }.map(Self.words)
      return ["\(shell.labels.name(of: role))", "\(may.joined(separator: ", "))"]
    }
    return Dashboard.card(
      title: "What each role may do", id: "roles",
      table(caption: "Roles", head: [Column("Role"), Column("May", .long)], rows: rows))
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
