import Dashboard
import Domain
import Hummingbird

/// Those who sign in, for those who administer.
struct PeoplePages: Sendable {
  let house: PageHouse

  private static let pageSize = 100

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/people", .administer, { try await show($0) }),
      PageRoute(.post, "/people", .administer, invite),
      PageRoute(.post, "/people/{id}/role", .administer, setRole),
      PageRoute(.post, "/people/{id}/disable", .administer, { try await setDisabled(true, $0) }),
      PageRoute(.post, "/people/{id}/enable", .administer, { try await setDisabled(false, $0) }),
      PageRoute(.post, "/people/{id}/link", .administer, makeLink),
      PageRoute(.post, "/people/{id}/sign-out", .administer, signOut),
    ]
  }

  /// - Parameters:
  ///   - invitation: a link just made. It is shown in this answer and never again: it is in no address, no cookie and no log.
  ///   - refusal: why what was asked for was not done.
  private func show(
    _ request: PageRequest, invitation: People.Invitation? = nil, refusal: PeopleRefusal? = nil
  ) async throws -> PageAnswer {
    let cursor = request.query["after"]
    let found = try await house.people.users(limit: Self.pageSize, cursor: cursor)
    let presence = try await house.people.presence()
    let people = found.items.map { user in
      let here = presence[user.id] ?? People.Presence()
      return PeoplePage.Person(user: user, seenAt: here.seenAt, sessions: here.sessions, linkUntil: here.linkUntil)
    }
    let link = invitation.map {
      PeoplePage.FreshLink(
        name: $0.user.name, kind: $0.kind.title, url: house.address(of: "/link/" + $0.token), until: $0.expiresAt)
    }
    let draft =
      refusal == nil
      ? PeoplePage.Draft()
      : PeoplePage.Draft(
        email: String(request.form.text("email").prefix(254)), name: String(request.form.text("name").prefix(200)),
        role: Role(rawValue: request.form.text("role")) ?? .successManager)
    let page = PeoplePage(
      people: people, freshLink: link, error: refusal?.sentence, draft: draft, next: found.next, isFirst: cursor == nil)
    return .html(page.html(request.shell(.people, title: "")), status: refusal.map { Problem(refusal: $0).status } ?? .ok)
  }

  @Sendable private func invite(_ request: PageRequest) async throws -> PageAnswer {
    let role = try role(request)
    do {
      let invitation = try await house.people.add(
        email: request.form.text("email"), name: request.form.text("name"), role: role, by: request.actor)
      return try await show(request, invitation: invitation)
    } catch let refusal as PeopleRefusal {
      return try await show(request, refusal: refusal)
    }
  }

  @Sendable private func setRole(_ request: PageRequest) async throws -> PageAnswer {
    let (user, role) = (try await user(request), try role(request))
    guard user.id != request.user?.id else { return try await show(request, refusal: .ownself) }
    _ = try await house.people.setRole(role, of: user.id, by: request.actor)
    return back("\(user.name) has the role \(house.blueprint.labels.name(of: role)) now.")
  }

  private func setDisabled(_ isDisabled: Bool, _ request: PageRequest) async throws -> PageAnswer {
    let user = try await user(request)
    guard user.id != request.user?.id else { return try await show(request, refusal: .ownself) }
    _ = try await house.people.setDisabled(isDisabled, user.id, by: request.actor)
    return back(isDisabled ? "\(user.name) is disabled and signed out everywhere." : "\(user.name) may sign in again.")
  }

  @Sendable private func makeLink(_ request: PageRequest) async throws -> PageAnswer {
    let user = try await user(request)
    do {
      let kind: SignInLink.Kind = user.hasPassword ? .reset : .invitation
      return try await show(request, invitation: house.people.makeLink(kind, for: user, by: request.actor))
    } catch let refusal as PeopleRefusal {
      return try await show(request, refusal: refusal)
    }
  }

  @Sendable private func signOut(_ request: PageRequest) async throws -> PageAnswer {
    let user = try await user(request)
    let count = try await house.people.signOut(user, by: request.actor)
    return back("\(user.name) is signed out: \(count) \(count == 1 ? "session" : "sessions").")
  }

  private func user(_ request: PageRequest) async throws -> User {
    guard let user = try await house.people.user(id: request.part("id")) else { throw Problem.notFound("There is no such user.") }
    return user
  }

  private func role(_ request: PageRequest) throws -> Role {
    let text = request.form.text("role")
    guard let role = Role(rawValue: text) else {
      throw Problem.invalidParameter(
        "role", "role is one of \(Role.allCases.map(\.rawValue).joined(separator: ", ")), not \(Problem.quoted(text)).")
    }
    return role
  }

  private func back(_ notice: String) -> PageAnswer { .redirect(to: "/people", notice: notice) }
}

/// Who did what, for those who administer.
struct AuditPages: Sendable {
  let house: PageHouse

  private static let pageSize = 100

  var routes: [PageRoute] { [PageRoute(.get, "/audit", .administer, show)] }

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    let (actor, action) = (Self.filter(request.query["actor"]), Self.filter(request.query["action"]))
    let cursor = request.query.cursor
    let stored = actor.map(house.blueprint.labels.actor(named:))
    let found = try await house.people.audit(actor: stored, action: action, limit: Self.pageSize, cursor: cursor)
    let names = try await house.people.auditNames()
    let page = AuditPage(
      list: found.items, filter: .init(actor: actor ?? "", action: action ?? ""), actors: names.actors, actions: names.actions,
      next: found.next, isFirst: cursor == nil)
    return .html(page.html(request.shell(.audit, title: "")))
  }

  private static func filter(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : String($0.prefix(300)) } }
}
