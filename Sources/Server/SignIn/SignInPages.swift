import Dashboard
import Domain
import Hummingbird

/// Coming in and going out: /sign-in, /sign-out, and the links that let somebody in once.
struct SignInPages: Sendable {
  let house: PageHouse

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/sign-in", nil, show),
      PageRoute(.post, "/sign-in", nil, signIn),
      PageRoute(.post, "/sign-out", .look, signOut),
      PageRoute(.get, "/link/{token}", nil, showLink),
      PageRoute(.post, "/link/{token}", nil, useLink),
    ]
  }

  @Sendable private func show(_ request: PageRequest) async throws -> PageAnswer {
    guard request.user == nil else { return .redirect(to: Self.next(request)) }
    return page(request, hasNoUsers: try await house.people.isEmpty())
  }

  /// - Parameters:
  ///   - email: as typed before.
  ///   - error: why it did not work.
  func page(
    _ request: PageRequest, email: String = "", error: String? = nil, hasNoUsers: Bool = false, status: HTTPResponse.Status = .ok
  ) -> PageAnswer {
    let provider = house.blueprint.openID.flatMap { settings in
      settings.clientSecret == nil ? nil : SignInPage.Provider(name: settings.name, path: OpenIDPages.path)
    }
    let page = SignInPage(
      email: email, error: error, provider: provider, next: Self.next(request), hasNoUsers: hasNoUsers,
      hasLeft: request.query["left"] != nil)
    return .html(page.html(request.shell(nil, title: "Sign in")), status: status)
  }

  @Sendable private func signIn(_ request: PageRequest) async throws -> PageAnswer {
    let email = request.form.text("email")
    do {
      let token = try await house.people.signIn(email: email, password: request.form.text("password"), request.visitor)
      return .redirect(to: Self.next(request)).with(.begin(token: token))
    } catch let refusal as PeopleRefusal {
      return page(request, email: String(email.prefix(254)), error: refusal.sentence, status: Problem(refusal: refusal).status)
        .with(retryAfter: refusal.retryAfter)
    }
  }

  @Sendable private func signOut(_ request: PageRequest) async throws -> PageAnswer {
    if let live = request.live { try await house.people.end(live) }
    return .redirect(to: PageRoutes.signIn + "?left=yes").with(.end)
  }

  @Sendable private func showLink(_ request: PageRequest) async throws -> PageAnswer {
    let found = try await house.people.link(request.part("token"))
    return try link(request, found.user, found.link.kind)
  }

  @Sendable private func useLink(_ request: PageRequest) async throws -> PageAnswer {
    let token = try request.part("token")
    let found = try await house.people.link(token)
    guard found.link.kind.setsPassword else {
      let secret = try await house.people.signIn(link: token, request.visitor)
      return .redirect(to: PageRoutes.home).with(.begin(token: secret))
    }
    do {
      let password = request.form.text("password")
      guard password == request.form.text("repeat") else { throw PeopleRefusal.passwordsDiffer }
      let secret = try await house.people.choosePassword(password, link: token, request.visitor)
      return PageAnswer.redirect(to: PageRoutes.home, notice: "Your password is set; you are signed in.").with(.begin(token: secret))
    } catch let refusal as PeopleRefusal where refusal != .badLink {
      return try link(request, found.user, found.link.kind, error: refusal.sentence)
        .with(status: Problem(refusal: refusal).status).with(retryAfter: refusal.retryAfter)
    }
  }

  private func link(_ request: PageRequest, _ user: User, _ kind: SignInLink.Kind, error: String? = nil) throws -> PageAnswer {
    let purpose: ChoosePasswordPage.Purpose =
      switch kind {
      case .invitation: .invitation
      case .reset: .reset
      case .signIn: .signIn
      }
    let page = ChoosePasswordPage(
      name: user.name, email: user.email, path: "/link/" + LocalPath.escaped(try request.part("token")), purpose: purpose, error: error,
      minimumLength: PasswordRules.length.lowerBound)
    return .html(page.html(request.shell(nil, title: "")))
  }

  /// Where the form leads; never back to a form that would lead here again.
  private static func next(_ request: PageRequest) -> String {
    let next = request.next("next", or: PageRoutes.home)
    return ["/sign-in", "/sign-out", "/link/"].contains(where: next.hasPrefix) ? PageRoutes.home : next
  }
}

/// The own account: password and sessions.
struct AccountPages: Sendable {
  let house: PageHouse

  var routes: [PageRoute] {
    [
      PageRoute(.get, "/account", .look, { try await show($0, refusal: nil) }),
      PageRoute(.post, "/account/password", .look, changePassword),
      PageRoute(.post, "/account/sessions/end", .look, endOthers),
      PageRoute(.post, "/account/sessions/{id}/end", .look, end),
    ]
  }

  private func show(_ request: PageRequest, refusal: PeopleRefusal?) async throws -> PageAnswer {
    guard let live = request.live else { throw Problem.notFound() }
    let sessions = try await house.people.sessions(of: live.user).map { session in
      SessionLine(
        id: session.id, createdAt: session.createdAt, seenAt: session.seenAt, agent: session.agent, isThis: session.id == live.session.id)
    }
    let page = AccountPage(
      sessions: sessions, hasPassword: live.user.hasPassword, error: refusal?.sentence,
      isCurrentWrong: refusal?.isAboutNewPassword != true, minimumLength: PasswordRules.length.lowerBound)
    return PageAnswer.html(page.html(request.shell(nil, title: "")), status: refusal.map { Problem(refusal: $0).status } ?? .ok)
      .with(retryAfter: refusal?.retryAfter)
  }

  @Sendable private func changePassword(_ request: PageRequest) async throws -> PageAnswer {
    guard let live = request.live else { throw Problem.notFound() }
    do {
      let password = request.form.text("password")
      guard password == request.form.text("repeat") else { throw PeopleRefusal.passwordsDiffer }
      let token = try await house.people.changePassword(
        of: live, from: request.form.text("current"), to: password, request.visitor)
      return PageAnswer.redirect(to: "/account", notice: "Your password is changed. Everywhere else you are signed out.")
        .with(.begin(token: token))
    } catch let refusal as PeopleRefusal where refusal != .signedOut {
      return try await show(request, refusal: refusal)
    }
  }

  @Sendable private func end(_ request: PageRequest) async throws -> PageAnswer {
    guard let live = request.live else { throw Problem.notFound() }
    let id = try request.part("id")
    guard id != live.session.id else {
      try await house.people.end(live)
      return .redirect(to: PageRoutes.signIn + "?left=yes").with(.end)
    }
    let done = try await house.people.revoke(id, of: live.user, by: request.actor)
    return .redirect(to: "/account", notice: done ? "That session is ended." : "That session was over already.")
  }

  @Sendable private func endOthers(_ request: PageRequest) async throws -> PageAnswer {
    guard let live = request.live else { throw Problem.notFound() }
    let count = try await house.people.revokeOthers(than: live)
    return .redirect(to: "/account", notice: count == 1 ? "One other session is ended." : "\(count) other sessions are ended.")
  }
}
