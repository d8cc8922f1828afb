import Domain
import SQL
import Storage

/// Links that let somebody in once. Looking at one uses nothing up: programs that scan mail look at every link.
extension People {
  /// The link with this text and for whom it is, if it can be used now.
  /// - Throws: `PeopleRefusal.badLink`, `DatabaseFailure`.
  func link(_ token: String) async throws -> (link: SignInLink, user: User) {
    let now = time.now()
    guard let hash = TokenText.hash(token), let found = try await database.read({ try SignInLinkQueries.find(hash: hash, $0) }),
      found.link.isGood(at: now), found.user.disabledAt == nil
    else { throw PeopleRefusal.badLink }
    return found
  }

  /// Uses a link that signs in. - Returns: the secret for the browser's cookie.
  /// - Throws: `PeopleRefusal.badLink`, `DatabaseFailure`.
  func signIn(link token: String, _ visitor: Visitor) async throws -> String {
    let found = try await link(token)
    guard !found.link.kind.setsPassword else { throw PeopleRefusal.badLink }
    return try await use(found, token, by: .link, visitor) { _ in }
  }

  /// Uses an invitation or a reset link: the person chooses a password, every other session ends, and one begins in this browser.
  /// - Returns: the secret for its cookie.
  /// - Throws: `PeopleRefusal`, `DatabaseFailure`.
  func choosePassword(_ password: String, link token: String, _ visitor: Visitor) async throws -> String {
    let found = try await link(token)
    guard found.link.kind.setsPassword else { throw PeopleRefusal.badLink }
    if let refusal = PasswordRules.refusal(password, for: found.user) { throw PeopleRefusal.password(refusal) }
    let hash = try await hashed(password)
    let entry = entry(.passwordChosen, by: .user(email: found.user.email), on: found.user.email, to: found.link.kind.title)
    return try await use(found, token, by: found.link.kind == .invitation ? .invitation : .reset, visitor) { connection in
      try Self.setPassword(hash, of: found.user, connection)
      try AuditQueries.insert(entry, connection)
    }
  }

  private func use(
    _ found: (link: SignInLink, user: User), _ token: String, by way: SignInWay, _ visitor: Visitor,
    _ change: @escaping @Sendable (any Connection) throws -> Void
  ) async throws -> String {
    let (now, hash, id) = (time.now(), KeyText.hash(token), found.user.id)
    let new = newSession(for: found.user, by: way, agent: visitor.agent, replacing: visitor.token)
    try await database.write { connection in
      guard try SignInLinkQueries.use(hash: hash, at: now, connection), let user = try UserQueries.load(id: id, connection),
        user.disabledAt == nil
      else { throw PeopleRefusal.badLink }
      try change(connection)
      try new.store(connection)
    }
    return new.token
  }
}
