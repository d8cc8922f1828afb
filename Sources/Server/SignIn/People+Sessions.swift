import Domain
import SQL
import Storage

/// A session that lets a request in.
struct LiveSession: Hashable, Sendable {
  var session: SignInSession
  var user: User
  /// The secret in the browser's cookie.
  var token: String

  /// What every form of this session carries: nobody else can make it, and it tells nothing of the secret.
  var csrf: String { TokenText.code(for: "csrf", secret: token) }
}

/// How somebody was let in, as the audit log says it.
enum SignInWay: String, Sendable {
  case password
  case link = "sign-in link"
  case invitation
  case reset = "reset link"
  case company = "the company's sign-in"
}

extension People {
  /// The session of this secret, if it lets anybody in now. Asked of the database each time, by its key: what was revoked, disabled or
  /// given another role a moment ago, on whatever node, is so at once.
  func session(token: String) async throws -> LiveSession? {
    guard let hash = TokenText.hash(token) else { return nil }
    let now = time.now()
    guard let found = try await database.read({ try SessionQueries.find(hash: hash, $0) }) else { return nil }
    guard found.session.isAlive(at: now), found.user.disabledAt == nil else { return nil }
    if found.session.isToBeNoted(at: now) {
      let expiry = SignInSession.expiry(createdAt: found.session.createdAt, seenAt: now)
      // What cannot be noted now is noted by the next request; this one is let in all the same.
      try? await database.write { try SessionQueries.note(hash: hash, seenAt: now, expiresAt: expiry, $0) }
    }
    return LiveSession(session: found.session, user: found.user, token: token)
  }

  /// A session on its way into the database.
  struct NewSession: Sendable {
    var session: SignInSession
    var token: String
    var hash: [UInt8]
    var entry: AuditEntry
    /// The session that the browser had until now.
    var replaced: [UInt8]?
    /// Says that it ended; whose it was is found out when it is removed.
    var ending: AuditEntry

    /// Stores it, and removes what it takes the place of.
    func store(_ connection: any Connection) throws {
      if let replaced { try end(replaced, connection) }
      try SessionQueries.removeExpired(at: session.createdAt, connection)
      try SessionQueries.insert(session, hash: hash, connection)
      try AuditQueries.insert(entry, connection)
    }

    private func end(_ replaced: [UInt8], _ connection: any Connection) throws {
      let old = try SessionQueries.find(hash: replaced, connection)
      guard try SessionQueries.remove(hash: replaced, connection), let old, old.session.isAlive(at: session.createdAt) else { return }
      var entry = ending
      entry.subject = old.user.email
      try AuditQueries.insert(entry, connection)
    }
  }

  /// - Parameters:
  ///   - agent: what the browser calls itself.
  ///   - replaced: the secret that the browser had until now. It is never kept: one that somebody else has put there must open nothing.
  func newSession(for user: User, by way: SignInWay, agent: String, replacing replaced: String?) -> NewSession {
    let now = time.now()
    let token = TokenText.make(randomBytes)
    let session = SignInSession(
      id: makeID(), user: user.id, createdAt: now, seenAt: now, expiresAt: SignInSession.expiry(createdAt: now, seenAt: now),
      agent: Self.oneLine(agent))
    return NewSession(
      session: session, token: token, hash: KeyText.hash(token),
      entry: entry(.sessionBegan, by: .user(email: user.email), on: user.email, to: way.rawValue),
      replaced: replaced.flatMap(TokenText.hash),
      ending: entry(.sessionEnded, by: .user(email: user.email), on: user.email, to: "replaced at sign-in"))
  }

  /// Signs somebody in who has been found to be that user. - Returns: the secret for the browser's cookie.
  func begin(_ user: User, by way: SignInWay, agent: String, replacing replaced: String?) async throws -> String {
    let new = newSession(for: user, by: way, agent: agent, replacing: replaced)
    try await database.write { connection in
      guard let present = try UserQueries.load(id: user.id, connection), present.disabledAt == nil else { throw PeopleRefusal.notRight }
      try new.store(connection)
    }
    return new.token
  }

  /// Signs somebody out, in this browser.
  func end(_ live: LiveSession) async throws {
    let entry = entry(.sessionEnded, by: .user(email: live.user.email), on: live.user.email)
    let hash = KeyText.hash(live.token)
    try await database.write { connection in
      if try SessionQueries.remove(hash: hash, connection) { try AuditQueries.insert(entry, connection) }
    }
  }

  /// Sessions of a user that have not ended, the one begun last first.
  func sessions(of user: User) async throws -> [SignInSession] {
    let now = time.now()
    return try await database.read { try SessionQueries.list(user: user.id, at: now, $0) }
  }

  /// What is known of a user's being here.
  public struct Presence: Hashable, Sendable {
    /// How many sessions have not ended.
    public var sessions = 0
    /// When one of these was seen last, to the hour.
    public var seenAt: Instant?
    /// Until when there is a link that can still be used.
    public var linkUntil: Instant?
  }

  /// What is known of users' being here, by the user's id; who is not in it was not seen for long and has no link.
  public func presence() async throws -> [String: Presence] {
    let now = time.now()
    return try await database.read { connection in
      var presence: [String: Presence] = [:]
      for (id, known) in try SessionQueries.presence(at: now, connection) {
        presence[id] = Presence(sessions: known.sessions, seenAt: known.seenAt)
      }
      for (id, until) in try SignInLinkQueries.open(at: now, connection) { presence[id, default: Presence()].linkUntil = until }
      return presence
    }
  }

  /// Ends one session of a user. - Returns: whether there was one with that id.
  func revoke(_ id: String, of user: User, by actor: AuditEntry.Actor) async throws -> Bool {
    let entry = entry(.sessionRevoked, by: actor, on: user.email, to: "one session")
    return try await database.write { connection in
      guard try SessionQueries.remove(id: id, user: user.id, connection) else { return false }
      try AuditQueries.insert(entry, connection)
      return true
    }
  }

  /// Ends all sessions of somebody but the one that asks. - Returns: how many.
  func revokeOthers(than live: LiveSession) async throws -> Int {
    let entry = entry(.sessionRevoked, by: .user(email: live.user.email), on: live.user.email, to: "all other sessions")
    return try await database.write { connection in
      let count = try SessionQueries.removeAll(user: live.user.id, except: live.session.id, connection)
      if count > 0 { try AuditQueries.insert(entry, connection) }
      return count
    }
  }

  private static func oneLine(_ agent: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in agent.unicodeScalars.prefix(200) { line.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar) }
    return String(line)
  }
}
