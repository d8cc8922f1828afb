import Domain
import SQL
import Storage

/// Sign-in by the company's own provider.
extension People {
  /// Signs somebody in whom the provider has named. - Returns: the secret for the browser's cookie.
  /// - Throws: `OpenIDFailure` with the reason where the identity lets nobody in; `DatabaseFailure`.
  func signIn(_ identity: ExternalIdentity, _ settings: OpenIDSettings, _ visitor: Visitor) async throws -> String {
    let (known, namesake) = try await database.read { connection in
      let tied = try UserQueries.load(externalID: identity.key, connection)
      let namesake = try identity.email.flatMap(UserRules.email).flatMap { try UserQueries.load(email: $0, connection) }
      let isTied = try namesake.map { try UserQueries.externalID(id: $0.id, connection) != nil } ?? false
      return (tied, namesake.map { (user: $0, isTied: isTied) })
    }
    switch OpenIDAdmission.decide(identity, tied: known, namesake: namesake, settings) {
    case .known(let user): return try await begin(user, by: .company, agent: visitor.agent, replacing: visitor.token)
    case .tie(let user):
      let entry = entry(.identityTied, by: .user(email: user.email), on: user.email, to: settings.name)
      try await database.write { connection in
        guard try UserQueries.tie(identity.key, id: user.id, connection) else { throw Self.raced }
        try AuditQueries.insert(entry, connection)
      }
      return try await begin(user, by: .company, agent: visitor.agent, replacing: visitor.token)
    case .join(let email, let name, let role):
      let user = User(id: makeID(), email: email, name: name, role: role, createdAt: time.now())
      let entry = entry(.userAdded, by: .automation, on: email, to: "\(user.name), \(role.title), by \(settings.name)")
      try await database.write { connection in
        guard try UserQueries.insert(user, externalID: identity.key, connection) else { throw Self.raced }
        try AuditQueries.insert(entry, connection)
      }
      return try await begin(user, by: .company, agent: visitor.agent, replacing: visitor.token)
    case .refuse(let sentence):
      if let user = known ?? namesake?.user { try await noteRefusal(of: user, sentence, settings) }
      throw OpenIDFailure(sentence)
    }
  }

  /// Writes down that somebody tried to come in as this user; strangers are not written down, as with passwords.
  private func noteRefusal(of user: User, _ sentence: String, _ settings: OpenIDSettings) async throws {
    let reason = user.disabledAt == nil ? sentence : "disabled"
    let entry = entry(.signInRefused, by: .automation, on: user.email, to: "\(settings.name): \(reason)")
    try await database.write { try AuditQueries.insert(entry, $0) }
  }

  private static let raced = OpenIDFailure("The account was changed at this moment: sign in again.", mayPass: true)
}
