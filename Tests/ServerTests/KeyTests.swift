import Domain
import SQL
import Storage
import Testing

@testable import Server

@Suite("Keys")
struct KeyTests {
  @Test("A key is shown once and stored as its hash only")
  func stored() async throws {
    try await TestServer.run { server in
      #expect(server.writeKey.hasPrefix("hf_write_") && server.apiKey.hasPrefix("hf_api_"))
      #expect(KeyText.isShaped(server.writeKey) && KeyText.isShaped(server.apiKey))
      let key = server.writeKey
      let rows = try await server.database.read { connection in
        try connection.rows(
          "SELECT id, name, scope, \(connection.dialect.twin(sqlite: "hex(hash)", postgres: "encode(hash, 'hex')")) FROM api_key"
        ) { row in (0..<4).map { row.text($0) }.joined(separator: " ") }
      }
      #expect(rows.count == 2)
      #expect(rows.allSatisfy { !$0.contains(key.dropFirst(9)) })
      #expect(try await server.keys.find(key)?.scope == .write)
      #expect(try await server.keys.find(key + "x") == nil)
    }
  }

  @Test("A key that another process made works at once; one that it revoked stops within five seconds")
  func otherProcess() async throws {
    try await TestServer.run { server in
      let bytes = CountingBytes(seed: 99)
      let other = KeyStore(database: server.database, time: server.time, randomBytes: bytes.next)
      #expect(try await server.keys.find(server.writeKey) != nil)
      let key = try await other.create(scope: .write, name: "from outside")
      let found = try #require(try await server.keys.find(key))
      #expect(found.name == "from outside")
      #expect(try await other.revoke(id: found.id))
      #expect(try await other.revoke(id: found.id) == false)
      #expect(try await other.find(key) == nil)
      server.time.advance(by: .seconds(5))
      #expect(try await server.keys.find(key) == nil)
    }
  }

  @Test("Making and revoking a key is written down, with its name and scope and never the key; what is not done is not")
  func audited() async throws {
    try await TestServer.run { server in
      let key = try await server.keys.create(scope: .metrics, name: "prometheus")
      let id = try #require(try await server.keys.find(key)).id
      #expect(try await server.keys.revoke(id: id))
      #expect(try await server.keys.revoke(id: id) == false)
      #expect(try await server.keys.revoke(id: "none") == false)
      let added = try await server.audited(.keyAdded)
      #expect(added.compactMap(\.to).sorted() == ["prometheus, metrics", "reports, api", "site, write"])
      #expect(added.allSatisfy { $0.actor == "command line" && !key.contains($0.subject) })
      let revoked = try await server.audited(.keyRevoked)
      #expect(revoked.map { "\($0.actor), \($0.subject), \($0.from ?? "")" } == ["command line, \(id), prometheus, metrics"])
    }
  }

  @Test("Known keys are answered from memory, and many made-up ones share a few reads")
  func reads() async throws {
    try await TestServer.run { server in
      #expect(try await server.keys.find(server.writeKey) != nil)
      let before = server.database.reads
      for _ in 0..<100 { #expect(try await server.keys.find(server.writeKey) != nil) }
      #expect(server.database.reads == before)
      for shape in ["", "hf_write_", "hf_write_short", "phc_abc", "hf_write_" + String(repeating: "!", count: 43)] {
        #expect(try await server.keys.find(shape) == nil)
      }
      #expect(server.database.reads == before)
      let keys = server.keys
      try await withThrowingTaskGroup(of: StoredKey?.self) { group in
        for index in 0..<200 {
          let digits = String(index)
          group.addTask { try await keys.find("hf_write_" + String(repeating: "A", count: 43 - digits.count) + digits) }
        }
        for try await found in group { #expect(found == nil) }
      }
      #expect(server.database.reads - before <= 100)
    }
  }

  @Test("After the clock was set back the keys are read once more, not at every request until it is where it was")
  func clockSetBack() async throws {
    try await TestServer.run { server in
      let known = try await server.keys.find(server.writeKey)
      #expect(known != nil)
      server.time.advance(by: .hours(-5))
      let before = server.database.reads
      for _ in 0..<20 { #expect(try await server.keys.find(server.writeKey) != nil) }
      #expect(server.database.reads == before + 1)
    }
  }

  @Test("While the keys cannot be read nobody is let in: 503, and all is well afterwards")
  func unreadable() async throws {
    try await TestServer.run { server in
      server.database.fail(with: DatabaseFailure(kind: .busy, message: "locked", detail: "secret detail"))
      server.time.advance(by: .seconds(10))
      let call = #"{"userId":"ann","event":"Signed In"}"#
      let refused = try await server.track("/v1/track", call)
      #expect(refused.status == 503)
      #expect(!refused.text.contains("secret"))
      let answer1 = try await server.api(.get, "/api/v1/stats")
      #expect(answer1.status == 503)
      server.database.fail(with: nil)
      let answer2 = try await server.track("/v1/track", call)
      #expect(answer2.status == 200)
    }
  }

  @Test("Unexpected errors are a bare 500 with the request's id")
  func unexpected() async throws {
    let log = LogCapture()
    try await TestServer.run(log: log) { server in
      server.database.fail(with: DatabaseFailure(kind: .other, message: "odd", detail: "secret detail"))
      server.time.advance(by: .seconds(10))
      let answer = try await server.api(.get, "/api/v1/stats")
      #expect(answer.status == 500)
      #expect(answer.json["detail"] == "")
      #expect(answer.json["request_id"]?.string?.isEmpty == false)
      #expect(!answer.text.contains("odd") && !answer.text.contains("secret"))
      #expect(log.lines.contains { $0.level == .error && $0.text.contains("odd") && $0.text.contains("secret detail") })
      server.database.fail(with: DatabaseFailure(kind: .busy, message: "waits", detail: "locked by 7"))
      let busy = try await server.api(.get, "/api/v1/stats")
      #expect(busy.status == 503 && !busy.text.contains("locked by 7"))
      #expect(log.lines.contains { $0.level == .warning && $0.text.contains("locked by 7") })
    }
  }

  @Test("Comparing takes every byte into account")
  func comparison() {
    let a = KeyText.hash("a")
    for index in a.indices {
      var b = a
      b[index] ^= 1
      #expect(!KeyText.equal(a, b))
    }
    #expect(KeyText.equal(a, KeyText.hash("a")))
    #expect(!KeyText.equal(a, Array(a.dropLast())))
  }
}
