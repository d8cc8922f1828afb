import Domain
import Formats
import Synchronization
import Testing

@testable import Server

@Suite("Password hashes")
struct PasswordHashTests {
  private static let cheap = TestServer.cheap

  /// RFC 7914 §12: the second and the third vector, of which the first 32 bytes are what a hash of that length is.
  @Test(
    "are those of RFC 7914",
    arguments: [
      ("password", "NaCl", 10, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
      ("pleaseletmein", "SodiumChloride", 14, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"),
    ])
  func vectors(password: String, salt: String, log: Int, size: Int, parallel: Int, hash: String) throws {
    let cost = PasswordHasher.Cost(logRounds: log, blockSize: size, parallelism: parallel)
    #expect(try Hex.text(PasswordHash(of: password, salt: Array(salt.utf8), cost: cost).hash) == hash)
  }

  @Test("say with what they were made, and are read again; what is none is none")
  func text() throws {
    let hash = try PasswordHash(of: "purple tin roof", salt: Array(0..<16), cost: Self.cheap)
    #expect(hash.text.hasPrefix("scrypt$ln=4$r=8$p=1$AAECAwQFBgcICQoLDA0ODw$"))
    #expect(PasswordHash(text: hash.text) == hash)
    let end = hash.text.split(separator: "$").suffix(2).joined(separator: "$")
    for wrong in [
      "", "scrypt", hash.text + "$", "bcrypt$ln=4$r=8$p=1$\(end)", "scrypt$ln=40$r=8$p=1$\(end)", "scrypt$ln=4$r=800$p=1$\(end)",
      "scrypt$ln=4$r=8$p=0$\(end)", "scrypt$r=8$ln=4$p=1$\(end)", "scrypt$ln=4$r=8$p=1$$", "scrypt$ln=4$r=8$p=1$AAAA$AAAA",
    ] {
      #expect(PasswordHash(text: wrong) == nil, "\(wrong)")
    }
  }

  @Test("are as costly as OWASP asks for")
  func cost() {
    #expect(PasswordHasher.Cost.recommended == .init(logRounds: 17, blockSize: 8, parallelism: 1))
  }

  @Test("hold for the one password, however its letters are composed, and differ for the same one by their salt")
  func verify() async throws {
    let hasher = PasswordHasher(cost: Self.cheap)
    let stored = try await hasher.hash("caf\u{E9} au lait, please", salt: [1, 2, 3])
    #expect(try await hasher.verify("cafe\u{301} au lait, please", against: stored) == .init(isRight: true, isOutdated: false))
    for wrong in ["", "cafe au lait, please", "caf\u{E9} au lait, please ", String(repeating: "x", count: 300)] {
      #expect(try await hasher.verify(wrong, against: stored).isRight == false, "\(wrong)")
    }
    #expect(try await hasher.hash("caf\u{E9} au lait, please", salt: [1, 2, 4]) != stored)
    for nothing in [nil, "", "nonsense"] { #expect(try await hasher.verify("", against: nothing).isRight == false) }
  }

  @Test("of another cost are right and outdated; signing in makes them anew, at today's cost")
  func rehash() async throws {
    try await TestServer.run { server in
      let ann = try await server.addUserWithPassword(.lead)
      let costlier = People(
        database: server.database, time: server.time, randomBytes: CountingBytes(seed: 3).next,
        passwords: PasswordHasher(cost: .init(logRounds: 5, blockSize: 8, parallelism: 1)))
      let visitor = People.Visitor(address: "192.0.2.1", agent: "", token: nil)
      func stored() async throws -> String? {
        try await server.database.read { try $0.first("SELECT password FROM app_user WHERE id = $1", [ann.id]) { $0.text(0) } }
      }
      #expect(try await stored()?.hasPrefix("scrypt$ln=4$") == true)
      await #expect(throws: PeopleRefusal.notRight) {
        _ = try await costlier.signIn(email: ann.email, password: "wrong password", visitor)
      }
      #expect(try await stored()?.hasPrefix("scrypt$ln=4$") == true)
      _ = try await costlier.signIn(email: ann.email, password: TestServer.password, visitor)
      #expect(try await stored()?.hasPrefix("scrypt$ln=5$") == true)
      _ = try await server.people.signIn(email: ann.email, password: TestServer.password, visitor)
    }
  }

  @Test("are computed a few at a time; a few more wait, and who comes then is told to come again")
  func line() async throws {
    // Long enough that all come while the first is under way.
    let hasher = PasswordHasher(cost: .init(logRounds: 15, blockSize: 8, parallelism: 1), atOnce: 1, longestLine: 2)
    let done = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<12 {
        group.addTask {
          do {
            _ = try await hasher.hash("purple tin roof", salt: [1])
            return true
          } catch is PasswordHasher.Busy { return false }
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect((3..<12).contains(done))
    #expect(try await hasher.verify("x", against: nil).isRight == false, "afterwards there is room again")
  }
}
