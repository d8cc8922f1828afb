import Domain
import SQL
import Storage

/// Passwords: checked, chosen, changed.
extension People {
  /// Who asks to be let in: where from, with which browser, and what that has for a session by now.
  struct Visitor: Hashable, Sendable {
    /// The network address to count by, if there is one.
    var address: String?
    var agent: String
    var token: String?
  }

  /// Signs somebody in with address and password. - Returns: the secret for the browser's cookie.
  /// - Throws: `PeopleRefusal` `.notRight`, `.wait`, `.busy`; `DatabaseFailure`.
  func signIn(email: String, password: String, _ visitor: Visitor) async throws -> String {
    let typed = UserRules.email(email) ?? String(email.lowercased().prefix(254))
    let found = try await check(typed, password, visitor, otherwise: .notRight)
    let new = newSession(for: found.user, by: .password, agent: visitor.agent, replacing: visitor.token)
    try await database.write { connection in
      guard let user = try UserQueries.load(id: found.user.id, connection), user.disabledAt == nil else { throw PeopleRefusal.notRight }
      if let (old, newer) = found.rehash { try UserQueries.rehash(from: old, to: newer, id: user.id, connection) }
      try new.store(connection)
    }
    return new.token
  }

  /// Changes the own password and ends all sessions but a new one in this browser. - Returns: the secret for its cookie.
  /// - Throws: `PeopleRefusal`, `DatabaseFailure`.
  func changePassword(of live: LiveSession, from current: String, to password: String, _ visitor: Visitor) async throws -> String {
    let user = live.user
    if let refusal = PasswordRules.refusal(password, for: user) { throw PeopleRefusal.password(refusal) }
    // Who was let in by a link and has no password yet has none to show.
    if user.hasPassword { _ = try await check(user.email, current, visitor, otherwise: .currentNotRight) }
    let hash = try await hashed(password)
    let new = newSession(for: user, by: .password, agent: visitor.agent, replacing: live.token)
    let entry = entry(.passwordChanged, by: .user(email: user.email), on: user.email)
    let (now, own) = (time.now(), KeyText.hash(live.token))
    try await database.write { connection in
      // Hashing takes a while: whoever was signed out, disabled or given another password meanwhile must not come back by this.
      guard let found = try SessionQueries.find(hash: own, connection), found.session.isAlive(at: now), found.user.id == user.id,
        found.user.disabledAt == nil
      else { throw PeopleRefusal.signedOut }
      try Self.setPassword(hash, of: user, connection)
      try AuditQueries.insert(entry, connection)
      try new.store(connection)
    }
    return new.token
  }

  /// What a new password ends: every session, and every other link.
  static func setPassword(_ hash: String, of user: User, _ connection: any Connection) throws {
    try UserQueries.setPassword(hash, id: user.id, connection)
    try SessionQueries.removeAll(user: user.id, connection)
    try SignInLinkQueries.removeUnused(user: user.id, connection)
    try SignInFailureQueries.reset(accountSubject(user.email), connection)
  }

  /// - Throws: `PeopleRefusal.busy`.
  func hashed(_ password: String) async throws -> String {
    do { return try await passwords.hash(password, salt: randomBytes(PasswordHash.saltBytes)) } catch is PasswordHasher.Busy {
      throw PeopleRefusal.busy
    }
  }

  /// When the last failures were before an attempt that is counted, so that it can be taken back without a trace.
  private struct LastFailures: Sendable {
    var account: Instant
    var address: Instant
  }

  private struct Checked {
    var user: User
    /// The hash as it is and as it should be, where its cost is another one by now.
    var rehash: (old: String, new: String)?
  }

  /// Checks a password. Until it has turned out to be right an attempt counts as failed: a hundred at once are not looked at before one of
  /// them is counted.
  private func check(
    _ email: String, _ password: String, _ visitor: Visitor, otherwise refusal: PeopleRefusal
  ) async throws -> Checked {
    let now = time.now()
    let account = Self.accountSubject(email)
    let address = visitor.address.map { "address:" + $0 }
    let (user, stored, before) = try await database.write { connection -> (User?, String?, LastFailures) in
      try SignInFailureQueries.removeForgotten(at: now, connection)
      // All lock the account first: nobody waits for each other.
      let byAccount = try SignInFailureQueries.lock(account, at: now, connection)
      let byAddress = try address.flatMap { try SignInFailureQueries.lock($0, at: now, connection) }
      let wait = max(SignInThrottle.account.remaining(byAccount, at: now), SignInThrottle.address.remaining(byAddress, at: now))
      guard wait == .zero else { throw PeopleRefusal.wait(wait) }
      try SignInFailureQueries.count(account, at: now, connection)
      if let address { try SignInFailureQueries.count(address, at: now, connection) }
      let user = try UserQueries.load(email: email, connection)
      let before = LastFailures(account: byAccount?.lastAt ?? now, address: byAddress?.lastAt ?? now)
      return (user, try user.flatMap { try UserQueries.password(id: $0.id, connection) }, before)
    }
    do {
      let verdict = try await passwords.verify(password, against: stored)
      guard verdict.isRight, let user, user.disabledAt == nil else {
        try await noteRefusal(of: user, account, address)
        throw refusal
      }
      let newer = verdict.isOutdated ? try await passwords.hash(password, salt: randomBytes(PasswordHash.saltBytes)) : nil
      try await database.write { connection in
        try SignInFailureQueries.reset(account, connection)
        if let address { try SignInFailureQueries.takeBack(address, at: now, before: before.address, connection) }
      }
      return Checked(user: user, rehash: stored.flatMap { old in newer.map { (old: old, new: $0) } })
    } catch is PasswordHasher.Busy {
      // It was not looked at: it counts for nothing.
      try await database.write { connection in
        try SignInFailureQueries.takeBack(account, at: now, before: before.account, connection)
        if let address { try SignInFailureQueries.takeBack(address, at: now, before: before.address, connection) }
      }
      throw PeopleRefusal.busy
    }
  }

  /// Writes down that somebody tried to come in as this user; the throttle bounds how often. Attempts at addresses that nobody has are
  /// without number, and what was typed there may be a password: they are counted, and not written down.
  private func noteRefusal(of user: User?, _ account: String, _ address: String?) async throws {
    let reason = user?.disabledAt == nil ? "wrong password" : "disabled"
    let refused = user.map { entry(.signInRefused, by: .automation, on: $0.email, to: reason) }
    let now = time.now()
    try await database.write { connection in
      // The wait begins when the answer is given: hashing may have taken as long as the wait itself.
      for subject in [account, address].compactMap(\.self) { try SignInFailureQueries.note(subject, at: now, connection) }
      if let refused { try AuditQueries.insert(refused, connection) }
    }
  }

  /// Under what the failures of an account are counted; a hash, because a password may have been typed there.
  static func accountSubject(_ email: String) -> String { "account:" + Hex.text(KeyText.hash(email).prefix(16)) }
}
