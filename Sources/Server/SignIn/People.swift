import Domain
import Engine
import SQL
import Storage

/// Those who sign in: users, their sessions, passwords and links. Every change is written down in the audit log in the same transaction.
///
/// Another way to sign in (a company's own, by OpenID Connect) ends as these do: it finds a user (`UserQueries.load(externalID:)`, or by
/// address) and calls `begin(_:by:agent:replacing:)`.
public final class People: Sendable {
  let database: any Database
  let time: any TimeSource
  let randomBytes: @Sendable (Int) -> [UInt8]
  let passwords: PasswordHasher

  /// - Parameter randomBytes: so many bytes from a cryptographic source of randomness.
  public init(
    database: any Database, time: any TimeSource, randomBytes: @escaping @Sendable (Int) -> [UInt8],
    passwords: PasswordHasher = PasswordHasher()
  ) {
    self.database = database
    self.time = time
    self.randomBytes = randomBytes
    self.passwords = passwords
  }

  /// An id that nobody can guess and nothing hangs on.
  func makeID() -> String { Hex.text(randomBytes(10)) }

  func entry(
    _ action: PeopleAction, by actor: AuditEntry.Actor, on subject: String, from: String? = nil, to: String? = nil
  ) -> AuditEntry {
    AuditEntry(
      id: makeID(), at: time.now(), actor: actor.label, action: action.rawValue, subject: subject, from: from, to: to)
  }
}

// MARK: Users

extension People {
  /// What a person who is added, or let in anew, is sent.
  public struct Invitation: Hashable, Sendable {
    public var user: User
    public var kind: SignInLink.Kind
    /// The secret part of the link, `/link/TOKEN`: shown once, and stored only as a hash.
    public var token: String
    public var expiresAt: Instant
  }

  /// Adds a user, who chooses a password behind the invitation.
  /// - Throws: `PeopleRefusal` where the address or the name is none, or the address is taken; `DatabaseFailure`.
  public func add(email: String, name: String, role: Role, by actor: AuditEntry.Actor) async throws -> Invitation {
    guard let email = UserRules.email(email) else { throw PeopleRefusal.noEmail }
    guard let name = UserRules.name(name) else { throw PeopleRefusal.noName }
    let user = User(id: makeID(), email: email, name: name, role: role, createdAt: time.now())
    let (link, token, hash) = newLink(.invitation, for: user)
    let entry = entry(.userAdded, by: actor, on: email, to: "\(name), \(role.title)")
    try await database.write { connection in
      guard try UserQueries.insert(user, connection) else { throw PeopleRefusal.exists(email: email) }
      try SignInLinkQueries.insert(link, hash: hash, connection)
      try AuditQueries.insert(entry, connection)
    }
    return Invitation(user: user, kind: .invitation, token: token, expiresAt: link.expiresAt)
  }

  /// By address.
  /// - Parameter cursor: `next` of the page before.
  public func users(limit: Int, cursor: String? = nil) async throws -> Page<User> {
    try await database.read { try UserQueries.list(limit: limit, cursor: cursor, $0) }
  }

  /// Whether there is nobody who could sign in.
  public func isEmpty() async throws -> Bool { try await database.read { try UserQueries.isEmpty($0) } }

  /// - Throws: `PeopleRefusal.unknown`, `DatabaseFailure`.
  public func user(email: String) async throws -> User {
    let wanted = UserRules.email(email) ?? email
    guard let user = try await database.read({ try UserQueries.load(email: wanted, $0) }) else {
      throw PeopleRefusal.unknown(email: String(wanted.prefix(254)))
    }
    return user
  }

  public func user(id: String) async throws -> User? { try await database.read { try UserQueries.load(id: id, $0) } }

  /// Gives a user another role, from the next request on. - Returns: whether it was another one.
  public func setRole(_ role: Role, of id: String, by actor: AuditEntry.Actor) async throws -> Bool {
    try await change(id) { user, people in
      guard user.role != role else { return nil }
      let entry = people.entry(.roleChanged, by: actor, on: user.email, from: user.role.title, to: role.title)
      return Change(entry: entry) { try UserQueries.setRole(role, id: id, $0) }
    }
  }

  /// From the next request on a disabled user is let in nowhere: sessions end, links are void.
  /// - Returns: whether that changed anything.
  public func setDisabled(_ isDisabled: Bool, _ id: String, by actor: AuditEntry.Actor) async throws -> Bool {
    let now = time.now()
    return try await change(id) { user, people in
      guard (user.disabledAt != nil) != isDisabled else { return nil }
      return Change(entry: people.entry(isDisabled ? .userDisabled : .userEnabled, by: actor, on: user.email)) { connection in
        try UserQueries.setDisabled(at: isDisabled ? now : nil, id: id, connection)
        guard isDisabled else { return }
        try SessionQueries.removeAll(user: id, connection)
        try SignInLinkQueries.removeUnused(user: id, connection)
      }
    }
  }

  /// Makes a link for a user; an older one of its kind is void.
  /// - Throws: `PeopleRefusal.isDisabled`, `DatabaseFailure`.
  public func makeLink(_ kind: SignInLink.Kind, for user: User, by actor: AuditEntry.Actor) async throws -> Invitation {
    let (link, token, hash) = newLink(kind, for: user)
    let entry = entry(.linkMade, by: actor, on: user.email, to: kind.title)
    try await database.write { connection in
      guard let present = try UserQueries.load(id: user.id, connection) else { throw PeopleRefusal.unknown(email: user.email) }
      guard present.disabledAt == nil else { throw PeopleRefusal.isDisabled(email: user.email) }
      try SignInLinkQueries.insert(link, hash: hash, connection)
      try AuditQueries.insert(entry, connection)
    }
    return Invitation(user: user, kind: kind, token: token, expiresAt: link.expiresAt)
  }

  /// Ends all sessions of a user. - Returns: how many there were.
  public func signOut(_ user: User, by actor: AuditEntry.Actor) async throws -> Int {
    let entry = entry(.sessionRevoked, by: actor, on: user.email, to: "all sessions")
    return try await database.write { connection in
      let count = try SessionQueries.removeAll(user: user.id, connection)
      if count > 0 { try AuditQueries.insert(entry, connection) }
      return count
    }
  }

  /// Unties a user from the account of the company's own sign-in, for one who has another account there now: the next one with that
  /// address is tied. Sessions go on.
  /// - Returns: whether there was one.
  public func untie(_ user: User, by actor: AuditEntry.Actor) async throws -> Bool {
    let entry = entry(.identityUntied, by: actor, on: user.email)
    return try await database.write { connection in
      guard try UserQueries.untie(id: user.id, connection) else { return false }
      try AuditQueries.insert(entry, connection)
      return true
    }
  }

  /// Who has entries in the audit log, and what was done, to choose from.
  func auditNames() async throws -> (actors: [String], actions: [String]) {
    try await database.read { connection in
      (try AuditQueries.actors(limit: 200, connection), try AuditQueries.actions(limit: 200, connection))
    }
  }

  /// The audit log, newest first.
  /// - Throws: `AlertQueries.InvalidCursor`, `DatabaseFailure`.
  public func audit(actor: String?, action: String?, limit: Int, cursor: String?) async throws -> Page<AuditEntry> {
    try await database.read { try AuditQueries.list(actor: actor, action: action, limit: limit, cursor: cursor, $0) }
  }

  private struct Change {
    var entry: AuditEntry
    var apply: (any Connection) throws -> Void
  }

  /// Reads a user and changes it, with its entry, in one transaction.
  private func change(_ id: String, _ decide: @escaping @Sendable (User, People) -> Change?) async throws -> Bool {
    try await database.write { connection in
      guard let user = try UserQueries.load(id: id, connection), let change = decide(user, self) else { return false }
      try change.apply(connection)
      try AuditQueries.insert(change.entry, connection)
      return true
    }
  }

  private func newLink(_ kind: SignInLink.Kind, for user: User) -> (link: SignInLink, token: String, hash: [UInt8]) {
    let token = TokenText.make(randomBytes)
    let now = time.now()
    let link = SignInLink(kind: kind, user: user.id, createdAt: now, expiresAt: now + kind.validity)
    return (link, token, KeyText.hash(token))
  }
}
