import Domain
import Engine
import HTTPTypes
import SQL
import Storage
import Testing

@testable import Server

@Suite("What a form asks for and cannot be done")
struct RefusalTests {
  /// A server with the customer "acme", and a success manager in her browser.
  private static func run(_ body: @escaping @Sendable (TestServer, Browser) async throws -> Void) async throws {
    try await TestServer.run { server in
      try await server.database.write { connection in
        let customer = StoredCustomer(state: CustomerState(id: "acme"), isNamed: true, health: nil)
        _ = try RecordQueries.save([customer], at: TestServer.noon, connection)
      }
      try await body(server, server.browser(of: server.addUser(.successManager)))
    }
  }

  private static func task(_ server: TestServer, of owner: String, note: String = "") async throws -> CustomerTask {
    let draft = TaskDraft(customer: "acme", title: "Call", owner: owner, dueAt: TestServer.noon + .days(1), note: note)
    return try await server.dependencies.desk.makeTask(draft, by: .automation, user: nil)
  }

  @Test("A refusal is shown as a problem, once, and never as something done")
  func shown() async throws {
    try await Self.run { server, browser in
      let task = try await Self.task(server, of: "bob@example.com")
      let answer = try await browser.submit("/tasks/\(task.id)/edit", ["due": "2026-02-04T10:00", "priority": "low", "back": "/account"])
      #expect(answer.status == 303 && answer.headers[.location] == "/account")
      let page = try await browser.get("/account").text
      #expect(page.contains("<div class=\"notice bad\" role=\"alert\"><p>A task of somebody else (bob@example.com)"))
      #expect(!page.contains("notice good"))
      #expect(try await browser.get("/account").text.contains("role=\"alert\"") == false)
    }
  }

  @Test("A note that is too long comes back whole, to be sent again shorter")
  func tooLong() async throws {
    try await Self.run { server, browser in
      let long = String(repeating: "word ", count: 2_001) + "end"
      let answer = try await browser.submit("/customers/acme/notes", ["text": long, "back": "/customers/acme#notes"])
      #expect(answer.status == 400)
      #expect(answer.text.contains("role=\"alert\"") && answer.text.contains("it has at most 10000 characters"))
      #expect(answer.text.contains("\n\(long)</textarea>") && answer.text.contains("action=\"/customers/acme/notes\""))
      #expect(answer.text.contains("name=\"back\" value=\"/customers/acme#notes\""))
      let again = try await browser.submit("/customers/acme/notes", ["text": String(long.prefix(9_000))])
      #expect(again.status == 303)
      #expect(try await server.dependencies.desk.customerWork("acme").notes.count == 1)
    }
  }

  @Test("The note of a task that cannot be closed comes back too: it is closed, somebody else's, or gone")
  func closing() async throws {
    try await Self.run { server, browser in
      let (own, others) = (try await Self.task(server, of: "ann@example.com"), try await Self.task(server, of: "bob@example.com"))
      _ = try await server.dependencies.desk.closeTask(own.id, outcome: .done, by: .automation, user: nil)
      for (id, status) in [(own.id, 409), (others.id, 403), ("none", 404)] {
        let answer = try await browser.submit("/tasks/\(id)/close", ["outcome": "contacted", "note": "They will <b>call</b> back."])
        #expect(answer.status == status, "\(id)")
        #expect(answer.text.contains("They will &lt;b&gt;call&lt;/b&gt; back.</textarea>"), "\(answer.text)")
        #expect(answer.text.contains("role=\"alert\"") && !answer.text.contains("Send again"))
      }
    }
  }

  @Test("A view whose condition is not right comes back with its name")
  func view() async throws {
    try await Self.run { _, browser in
      let answer = try await browser.submit("/views", ["name": "Mine", "where": "scroe > 50", "sort": "score", "columns": "score"])
      #expect(answer.status == 400)
      #expect(answer.text.contains("value=\"Mine\"") && answer.text.contains("\nscroe &gt; 50</textarea>"))
    }
  }

  @Test("Clearing a task's note when closing it takes the note away; where it is not sent the note stays")
  func cleared() async throws {
    try await Self.run { server, browser in
      for (fields, note): (KeyValuePairs<String, String>, String) in [
        (["outcome": "done", "note": ""], ""), (["outcome": "done"], "Old"), (["outcome": "done", "note": "New"], "New"),
      ] {
        let task = try await Self.task(server, of: "ann@example.com", note: "Old")
        #expect(try await browser.submit("/tasks/\(task.id)/close", fields).status == 303)
        let closed = try await server.dependencies.desk.task(task.id)
        #expect(closed?.isOpen == false && closed?.note == note)
      }
    }
  }
}
