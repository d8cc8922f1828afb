import DatabaseKit
import Domain
import SQL
import Storage
import Testing

@Suite("The tables of people")
struct PeopleQueriesTests {
  private static let start = Instant(microseconds: 1_770_000_000_000_000)

  private static func user(_ id: String, email: String? = nil, role: Role = .lead, disabledAt: Instant? = nil) -> User {
    User(id: id, email: email ?? "\(id)@example.com", name: "User \(id)", role: role, createdAt: start, disabledAt: disabledAt)
  }

  private static func session(_ id: String, user: String = "a", at: Instant = start, lasting span: TimeSpan = .days(7)) -> SignInSession {
    SignInSession(id: id, user: user, createdAt: at, seenAt: at, expiresAt: at + span, agent: "Browser")
  }

  private static func hash(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 32) }

  @Test("A user comes back as it was stored, by id, address and external id; an address is taken once")
  func users() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        let ann = Self.user("a", role: .successManager)
        #expect(try UserQueries.isEmpty(connection))
        #expect(try UserQueries.insert(ann, externalID: "sub-1", connection))
        #expect(try !UserQueries.insert(Self.user("b", email: ann.email), connection))
        #expect(try !UserQueries.insert(Self.user("c"), externalID: "sub-1", connection))
        #expect(try UserQueries.insert(Self.user("d", disabledAt: Self.start + .days(1)), connection))
        #expect(try !UserQueries.isEmpty(connection))
        #expect(try UserQueries.load(id: "a", connection) == ann)
        #expect(try UserQueries.load(email: ann.email, connection) == ann)
        #expect(try UserQueries.load(externalID: "sub-1", connection) == ann)
        #expect(try UserQueries.load(externalID: "sub-2", connection) == nil)
        #expect(try UserQueries.load(id: "b", connection) == nil)
        #expect(try UserQueries.load(id: "d", connection)?.disabledAt == Self.start + .days(1))
        #expect(try UserQueries.untie(id: "a", connection))
        #expect(try !UserQueries.untie(id: "a", connection), "it is untied already")
        #expect(try UserQueries.load(externalID: "sub-1", connection) == nil)
        #expect(try UserQueries.tie("sub-2", id: "a", connection))
        #expect(try UserQueries.password(id: "a", connection) == nil)
        try UserQueries.setPassword("one", id: "a", connection)
        #expect(try UserQueries.password(id: "a", connection) == "one")
        #expect(try UserQueries.load(id: "a", connection)?.hasPassword == true)
        try UserQueries.rehash(from: "other", to: "two", id: "a", connection)
        #expect(try UserQueries.password(id: "a", connection) == "one")
        try UserQueries.rehash(from: "one", to: "two", id: "a", connection)
        #expect(try UserQueries.password(id: "a", connection) == "two")
        try UserQueries.setRole(.executive, id: "a", connection)
        try UserQueries.setDisabled(at: Self.start, id: "a", connection)
        let changed = try UserQueries.load(id: "a", connection)
        #expect(changed?.role == .executive && changed?.disabledAt == Self.start)
        try UserQueries.setDisabled(at: nil, id: "a", connection)
        #expect(try UserQueries.load(id: "a", connection)?.disabledAt == nil)
      }
    }
  }

  @Test("Users are listed by address, page by page; one with a role that this program does not know is nobody")
  func list() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        for number in 0..<7 { _ = try UserQueries.insert(Self.user("u\(number)"), connection) }
        try connection.execute("UPDATE app_user SET role = $1 WHERE id = $2", ["emperor", "u3"])
        #expect(try UserQueries.load(id: "u3", connection) == nil)
        var seen: [String] = []
        var cursor: String?
        repeat {
          let page = try UserQueries.list(limit: 2, cursor: cursor, connection)
          seen += page.items.map(\.id)
          cursor = page.next
        } while cursor != nil && seen.count < 50
        #expect(seen == ["u0", "u1", "u2", "u4", "u5", "u6"])
      }
    }
  }

  @Test("A session is found by its hash with its user, is noted as seen only forwards, and ends one by one, all at once, or by itself")
  func sessions() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        let (ann, bob) = (Self.user("a"), Self.user("b"))
        for user in [ann, bob] { _ = try UserQueries.insert(user, connection) }
        let first = Self.session("1")
        try SessionQueries.insert(first, hash: Self.hash(1), connection)
        try SessionQueries.insert(Self.session("2", at: Self.start + .seconds(1)), hash: Self.hash(2), connection)
        try SessionQueries.insert(Self.session("3", user: "b"), hash: Self.hash(3), connection)
        try SessionQueries.insert(Self.session("4", lasting: .hours(1)), hash: Self.hash(4), connection)
        let found = try SessionQueries.find(hash: Self.hash(1), connection)
        #expect(found?.session == first && found?.user == ann)
        #expect(try SessionQueries.find(hash: Self.hash(9), connection) == nil)
        let seen = Self.start + .hours(2)
        try SessionQueries.note(hash: Self.hash(1), seenAt: seen, expiresAt: seen + .days(7), connection)
        try SessionQueries.note(hash: Self.hash(1), seenAt: Self.start + .hours(1), expiresAt: Self.start, connection)
        let noted = try SessionQueries.find(hash: Self.hash(1), connection)?.session
        #expect(noted?.seenAt == seen && noted?.expiresAt == seen + .days(7))
        #expect(try SessionQueries.list(user: "a", at: seen, connection).map(\.id) == ["2", "1"])
        let presence = try SessionQueries.presence(at: seen, connection)
        #expect(presence["a"]?.sessions == 2 && presence["a"]?.seenAt == seen && presence["b"]?.sessions == 1 && presence.count == 2)
        try SessionQueries.removeExpired(at: seen, connection)
        #expect(try SessionQueries.find(hash: Self.hash(4), connection) == nil)
        #expect(try !SessionQueries.remove(id: "3", user: "a", connection), "somebody else's")
        #expect(try SessionQueries.remove(id: "3", user: "b", connection))
        #expect(try SessionQueries.removeAll(user: "a", except: "1", connection) == 1)
        #expect(try SessionQueries.remove(hash: Self.hash(1), connection))
        #expect(try SessionQueries.presence(at: seen, connection).isEmpty)
      }
    }
  }

  @Test("A user has at most a hundred sessions: the oldest make room")
  func bound() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        _ = try UserQueries.insert(Self.user("a"), connection)
        for number in 0..<105 {
          try SessionQueries.insert(
            Self.session("s\(number)", at: Self.start + .seconds(Int64(number))), hash: Self.hash(number), connection)
        }
        let left = try SessionQueries.list(user: "a", at: Self.start, connection)
        #expect(left.count == 100 && left.first?.id == "s104" && left.last?.id == "s5")
      }
    }
  }

  @Test("A link is used once, in its time only, and a newer one of its kind takes its place")
  func links() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        let ann = Self.user("a")
        _ = try UserQueries.insert(ann, connection)
        func link(_ kind: SignInLink.Kind, at: Instant = Self.start) -> SignInLink {
          SignInLink(kind: kind, user: "a", createdAt: at, expiresAt: at + kind.validity)
        }
        try SignInLinkQueries.insert(link(.reset), hash: Self.hash(1), connection)
        try SignInLinkQueries.insert(link(.signIn), hash: Self.hash(2), connection)
        let found = try SignInLinkQueries.find(hash: Self.hash(1), connection)
        #expect(found?.link == link(.reset) && found?.user == ann)
        try SignInLinkQueries.insert(link(.reset), hash: Self.hash(3), connection)
        #expect(try SignInLinkQueries.open(at: Self.start, connection) == ["a": Self.start + .hours(1)])
        #expect(try SignInLinkQueries.open(at: Self.start + .hours(1), connection).isEmpty)
        #expect(try SignInLinkQueries.find(hash: Self.hash(1), connection) == nil)
        #expect(try !SignInLinkQueries.use(hash: Self.hash(1), at: Self.start, connection))
        #expect(try !SignInLinkQueries.use(hash: Self.hash(3), at: Self.start + .hours(1), connection), "too late")
        #expect(try SignInLinkQueries.use(hash: Self.hash(3), at: Self.start + .minutes(59), connection))
        #expect(try !SignInLinkQueries.use(hash: Self.hash(3), at: Self.start + .minutes(59), connection), "a second time")
        #expect(try SignInLinkQueries.find(hash: Self.hash(3), connection)?.link.usedAt == Self.start + .minutes(59))
        try SignInLinkQueries.removeUnused(user: "a", connection)
        #expect(try SignInLinkQueries.find(hash: Self.hash(2), connection) == nil)
        #expect(try SignInLinkQueries.find(hash: Self.hash(3), connection) != nil)
        try SignInLinkQueries.insert(link(.signIn, at: Self.start + .days(40)), hash: Self.hash(4), connection)
        #expect(try SignInLinkQueries.find(hash: Self.hash(3), connection) == nil, "forgotten in time")
      }
    }
  }

  @Test("Failures are counted one by one, taken back, reset, and forgotten after a day")
  func failures() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        let start = Self.start
        #expect(try SignInFailureQueries.lock("x", at: start, connection)?.count == 0)
        for second in 0..<3 { try SignInFailureQueries.count("x", at: start + .seconds(Int64(second)), connection) }
        let counted = SignInThrottle.Failures(count: 3, lastAt: start + .seconds(2))
        #expect(try SignInFailureQueries.lock("x", at: start + .hours(1), connection) == counted, "looking counts nothing")
        try SignInFailureQueries.takeBack("x", at: start + .seconds(2), before: start + .seconds(1), connection)
        let left = SignInThrottle.Failures(count: 2, lastAt: start + .seconds(1))
        #expect(try SignInFailureQueries.lock("x", at: start, connection) == left, "with its instant")
        try SignInFailureQueries.count("x", at: start + .seconds(2), connection)
        try SignInFailureQueries.takeBack("x", at: start, before: start - .hours(1), connection)
        let later = SignInThrottle.Failures(count: 2, lastAt: start + .seconds(2))
        #expect(try SignInFailureQueries.lock("x", at: start, connection) == later, "the instant of another one stays")
        try SignInFailureQueries.count("x", at: start + .seconds(2) + .hours(24), connection)
        #expect(try SignInFailureQueries.lock("x", at: start, connection)?.count == 1, "a day later it begins anew")
        try SignInFailureQueries.note("x", at: start, connection)
        try SignInFailureQueries.note("x", at: start + .hours(30), connection)
        let noted = SignInThrottle.Failures(count: 1, lastAt: start + .hours(30))
        #expect(try SignInFailureQueries.lock("x", at: start, connection) == noted, "forwards only")
        try SignInFailureQueries.reset("x", connection)
        try SignInFailureQueries.takeBack("x", at: start + .hours(30), before: start, connection)
        #expect(try SignInFailureQueries.lock("x", at: start, connection)?.count == 0)
        _ = try SignInFailureQueries.lock("y", at: start + .hours(1), connection)
        try SignInFailureQueries.removeForgotten(at: start + .hours(24), connection)
        #expect(try connection.rows("SELECT subject FROM sign_in_failure") { $0.text(0) } == ["y"])
      }
    }
  }
}

@Suite("The audit log")
struct AuditQueriesTests {
  private static let start = Instant(microseconds: 1_770_000_000_000_000)

  private static func entry(_ number: Int) -> AuditEntry {
    AuditEntry(
      id: "id:\(number)", at: start + .seconds(Int64(number / 4)), actor: number % 2 == 0 ? "ann@example.com" : "key: ci",
      action: number % 3 == 0 ? "task.closed" : "alert.snoozed", subject: "s\(number)", customer: number % 5 == 0 ? "acme" : nil,
      from: number == 7 ? "open" : nil, to: number == 7 ? "snoozed" : nil)
  }

  @Test("Pages go from the newest to the oldest without gap or repeat, of all, by who, by what, and by both")
  func pages() async throws {
    try await withTemporaryDatabase { database in
      let all = (0..<40).map(Self.entry)
      try await database.write { connection in for entry in all { try AuditQueries.insert(entry, connection) } }
      for actor in [nil, "ann@example.com"] {
        for action in [nil, "task.closed"] {
          let seen = try await database.read { connection in
            var seen: [AuditEntry] = []
            var cursor: String?
            repeat {
              let page = try AuditQueries.list(actor: actor, action: action, limit: 3, cursor: cursor, connection)
              seen += page.items
              cursor = page.next
            } while cursor != nil && seen.count < 100
            return seen
          }
          let wanted = all.filter { (actor == nil || $0.actor == actor) && (action == nil || $0.action == action) }
          #expect(seen == wanted.sorted { ($0.at, $0.id) > ($1.at, $1.id) })
        }
      }
      await #expect(throws: AlertQueries.InvalidCursor.self) {
        try await database.read { _ = try AuditQueries.list(limit: 3, cursor: "x", $0) }
      }
    }
  }

  @Test("Who has entries and what was done are listed once each")
  func names() async throws {
    try await withTemporaryDatabase { database in
      try await database.write { connection in
        #expect(try AuditQueries.actors(limit: 9, connection).isEmpty)
        for number in 0..<40 { try AuditQueries.insert(Self.entry(number), connection) }
        #expect(try AuditQueries.actors(limit: 9, connection) == ["ann@example.com", "key: ci"])
        #expect(try AuditQueries.actions(limit: 9, connection) == ["alert.snoozed", "task.closed"])
        #expect(try AuditQueries.actions(limit: 1, connection) == ["alert.snoozed"])
      }
    }
  }

  @Test("What was done about a customer is listed on its own, newest first")
  func customer() async throws {
    try await withTemporaryDatabase { database in
      let all = (0..<40).map(Self.entry)
      try await database.write { connection in for entry in all { try AuditQueries.insert(entry, connection) } }
      let wanted = all.filter { $0.customer == "acme" }.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
      let end = Self.start + .days(1)
      let (found, earlier) = try await database.read { connection in
        (
          try AuditQueries.list(customer: "acme", before: end, limit: 5, connection),
          try AuditQueries.list(customer: "acme", before: wanted[2].at, limit: 100, connection)
        )
      }
      #expect(found == Array(wanted.prefix(5)))
      #expect(earlier == wanted.filter { $0.at < wanted[2].at } && !earlier.isEmpty)
    }
  }

  @Test("A change that fails leaves no entry")
  func together() async throws {
    struct Failure: Error {}
    try await withTemporaryDatabase { database in
      await #expect(throws: Failure.self) {
        try await database.write { connection in
          try AuditQueries.insert(Self.entry(1), connection)
          throw Failure()
        }
      }
      let left = try await database.read { try AuditQueries.list(limit: 9, cursor: nil, $0) }
      #expect(left.items.isEmpty)
    }
  }
}
