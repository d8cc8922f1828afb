import Domain
import Engine
import HTTPTypes
import Hummingbird
import SQL
import Storage
import Testing

@testable import Server

@Suite("Tasks, notes and snoozes by API")
struct WorkAPITests {
  private static let check = SchemaCheck(document: OpenAPIDocument.json(limits: ServerLimits()))
  private static let alert = Alert(
    id: "critical/health/a/b/1", customer: "a/b", kind: .critical, reason: "health", state: .open, openedAt: TestServer.noon,
    updatedAt: TestServer.noon, score: 31, band: .critical)

  /// A server with the customers "acme" and "a/b", the second with an open alert.
  private func run(_ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
    try await TestServer.run { server in
      try await server.database.write { connection in
        let customers = ["acme", "a/b"].map { StoredCustomer(state: CustomerState(id: $0), isNamed: true, health: nil) }
        try RecordQueries.save(customers, at: TestServer.noon, connection)
        try AlertQueries.save(Self.alert, connection)
      }
      try await body(server)
    }
  }

  private static let due = (TestServer.noon + .days(1)).iso8601

  private static func make(_ server: TestServer, title: String = "Call", owner: String = "ann@example.com") async throws -> JSON {
    let body = #"{"customer":"acme","title":"\#(title)","owner":"\#(owner)","due_at":"\#(due)","priority":"high"}"#
    let answer = try await server.api(.post, "/api/v1/tasks", body: body)
    #expect(answer.status == 201, "\(answer.text)")
    #expect(check.faults(answer.json, Schema.reference("Task")) == [])
    return answer.json
  }

  @Test("A task is made, found, changed and closed once; the audit log names the key")
  func lifecycle() async throws {
    try await run { server in
      let made = try await Self.make(server, owner: "Ann@Example.com")
      #expect(made["owner"] == "ann@example.com" && made["created_by"] == "key: reports" && made["closed_at"] == .null)
      let path = "/api/v1/tasks/\(made["id"]?.string ?? "")"
      let loaded = try await server.api(.get, path)
      #expect(loaded.json == made)
      let changed = try await server.api(.patch, path, body: #"{"owner":null,"priority":"low","note":"first\nsecond"}"#)
      #expect(changed.status == 200 && changed.json["owner"] == .null && changed.json["note"] == "first\nsecond", "\(changed.text)")
      #expect(changed.json["due_at"] == made["due_at"])
      server.time.advance(by: .days(2))
      let late = try await server.api(.get, path)
      #expect(late.json["overdue"] == true)
      let closed = try await server.api(.patch, path, body: #"{"outcome":"no_answer","note":"tried twice"}"#)
      #expect(closed.status == 200 && closed.json["outcome"] == "no_answer" && closed.json["closed_by"] == "key: reports")
      #expect(closed.json["note"] == "tried twice" && closed.json["overdue"] == false)
      #expect(Self.check.faults(closed.json, Schema.reference("Task")) == [])
      for body in [#"{"outcome":"done"}"#, #"{"priority":"high"}"#] {
        let again = try await server.api(.patch, path, body: body)
        #expect(again.status == 409 && again.json["type"] == "urn:holdfast:problem:conflict", "\(again.text)")
      }
      let audit = try await server.database.read { connection in
        try connection.rows("SELECT actor, action, subject, customer FROM audit WHERE customer IS NOT NULL ORDER BY at") { row in
          (0..<4).map { row.text($0) }.joined(separator: " ")
        }
      }
      let id = made["id"]?.string ?? ""
      #expect(audit.sorted() == ["made", "edited", "closed"].sorted().map { "key: reports task.\($0) \(id) acme" })
    }
  }

  @Test("Lists are told by state, owner and customer, page by page")
  func lists() async throws {
    try await run { server in
      for number in 0..<5 { _ = try await Self.make(server, title: "T\(number)", owner: number < 2 ? "ann@example.com" : "") }
      func titles(_ query: String) async throws -> [String] {
        let answer = try await server.api(.get, "/api/v1/tasks?" + query)
        #expect(Self.check.faults(answer.json, Schema.reference("TaskPage")) == [], "\(answer.text)")
        return (answer.json["tasks"]?.array ?? []).compactMap { $0["title"]?.string }.sorted()
      }
      #expect(try await titles("") == ["T0", "T1", "T2", "T3", "T4"])
      #expect(try await titles("owner=ANN%40example.com") == ["T0", "T1"])
      #expect(try await titles("owner=nobody&state=open") == ["T2", "T3", "T4"])
      #expect(try await titles("customer=a%2Fb").isEmpty)
      #expect(try await titles("state=overdue").isEmpty)
      #expect(try await titles("state=closed&customer=acme").isEmpty)
      server.time.advance(by: .days(2))
      #expect(try await titles("state=overdue&owner=nobody&customer=acme") == ["T2", "T3", "T4"])
      var (seen, cursor): ([String], String?) = ([], "")
      while let place = cursor, seen.count < 20 {
        let answer = try await server.api(.get, "/api/v1/tasks?limit=2&cursor=\(place)")
        seen += (answer.json["tasks"]?.array ?? []).compactMap { $0["id"]?.string }
        cursor = answer.json["next"]?.string
      }
      #expect(seen.count == 5 && Set(seen).count == 5)
      for (query, word) in [("state=late", "overdue"), ("owner=ann", "nobody"), ("cursor=zz", "cursor"), ("limit=0", "1000")] {
        let answer = try await server.api(.get, "/api/v1/tasks?" + query)
        #expect(answer.status == 400 && answer.text.contains(word), "\(answer.text)")
      }
    }
  }

  @Test(
    "A body that is not right is a 400 that names the field and what is right",
    arguments: [
      ("[]", nil, "object"), ("{", nil, "object"), ("{}", "customer", "missing"), (#"{"customer":"acme"}"#, "title", "missing"),
      (#"{"customer":"acme","title":"Call"}"#, "due_at", "missing"),
      (#"{"customer":"acme","title":7,"due_at":"2026-03-01"}"#, "title", "text"),
      (#"{"customer":"acme","title":" ","due_at":"2026-03-01"}"#, "title", "empty"),
      (#"{"customer":"acme","title":"Call","due_at":"soon"}"#, "due_at", "ISO 8601"),
      (#"{"customer":"acme","title":"Call","due_at":"2036-03-01"}"#, "due_at", "two years"),
      (#"{"customer":"acme","title":"Call","due_at":"2026-03-01","owner":"ann"}"#, "owner", "email address"),
      (#"{"customer":"acme","title":"Call","due_at":"2026-03-01","priority":"urgent"}"#, "priority", "high, normal, low"),
      (#"{"customer":"acme","title":"Call","due_at":"2026-03-01","dueAt":1}"#, "dueAt", "not known"),
    ] as [(String, String?, String)])
  func wrong(body: String, field: String?, word: String) async throws {
    try await run { server in
      let answer = try await server.api(.post, "/api/v1/tasks", body: body)
      #expect(answer.status == 400 && answer.json["detail"]?.string?.contains(word) == true, "\(answer.text)")
      #expect(answer.json["errors"]?.array?.first?["field"]?.string == field)
      #expect(Self.check.faults(answer.json, Schema.reference("Problem")) == [])
    }
  }

  @Test("What is not there is a 404, a body that is too large a 413; nothing is written")
  func refused() async throws {
    try await run { server in
      let body = #"{"customer":"nobody","title":"Call","due_at":"2026-03-01"}"#
      let nobody = try await server.api(.post, "/api/v1/tasks", body: body)
      #expect(nobody.status == 404 && nobody.text.contains("nobody"))
      let none = try await server.api(.patch, "/api/v1/tasks/none", body: "{}")
      #expect(none.status == 404 && none.json["detail"] == "There is no task with the id \"none\".")
      let note = try await server.api(.post, "/api/v1/customers/nobody/notes", body: #"{"text":"x"}"#)
      #expect(note.status == 404)
      let large = try await server.api(.post, "/api/v1/tasks", body: String(repeating: " ", count: 70_000))
      #expect(large.status == 413)
      let count = try await server.database.read { try $0.first("SELECT COUNT(*) FROM audit WHERE action NOT LIKE 'key.%'") { $0.int(0) } }
      #expect(count == 0)
    }
  }

  @Test("Notes about a customer are written and listed, newest first")
  func notes() async throws {
    try await run { server in
      for text in ["one", "two"] {
        let answer = try await server.api(.post, "/api/v1/customers/a%2Fb/notes", body: #"{"text":"\#(text)"}"#)
        #expect(answer.status == 201 && Self.check.faults(answer.json, Schema.reference("Note")) == [], "\(answer.text)")
        server.time.advance(by: .minutes(1))
      }
      let listed = try await server.api(.get, "/api/v1/customers/a%2Fb/notes")
      #expect(listed.json["notes"]?.array?.compactMap { $0["text"]?.string } == ["two", "one"])
      #expect(listed.json["notes"]?.array?.first?["author"] == "key: reports")
    }
  }

  @Test("An alert is snoozed with a reason and awakened; its id stands escaped in the address")
  func snoozes() async throws {
    try await run { server in
      let path = "/api/v1/alerts/critical%2Fhealth%2Fa%2Fb%2F1/snooze"
      let snoozed = try await server.api(.post, path, body: #"{"until":"\#(Self.due)","reason":"on holiday"}"#)
      #expect(snoozed.status == 200 && snoozed.json["snoozed_until"] == .string(Self.due), "\(snoozed.text)")
      #expect(snoozed.json["snooze_reason"] == "on holiday")
      #expect(Self.check.faults(snoozed.json, Schema.reference("Alert")) == [])
      let awake = try await server.api(.delete, path)
      #expect(awake.status == 200 && awake.json["snoozed_until"] == .null && awake.json["snooze_reason"] == .null)
      let again = try await server.api(.delete, path)
      #expect(again.status == 409)
      let cases = [
        (#"{"until":"2020-01-01","reason":"x"}"#, 400, "time to come"), (#"{"until":"\#(Self.due)","reason":""}"#, 400, "reason"),
        (#"{"reason":"x"}"#, 400, "until"), (#"{"until":"2099-01-01","reason":"x"}"#, 400, "within a year"),
      ]
      for (body, status, word) in cases {
        let answer = try await server.api(.post, path, body: body)
        #expect(answer.status == status && answer.text.contains(word), "\(answer.text)")
      }
      for id in ["x", "critical%2Fhealth%2Facme%2F7"] {
        let body = #"{"until":"\#(Self.due)","reason":"x"}"#
        let answer = try await server.api(.post, "/api/v1/alerts/\(id)/snooze", body: body)
        #expect(answer.status == 404, "\(answer.text)")
      }
    }
  }
}
