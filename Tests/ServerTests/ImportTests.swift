import Domain
import Engine
import HTTPTypes
import Hummingbird
import Testing

@testable import Server

@Suite("Imports over HTTP")
struct ImportTests {
  private static let csv = "id,name,plan\nacme,Acme,pro\n,Nobody,pro\nbeta,Beta,free\n"

  @Test("Rule 10: A bad line stays one bad line: its neighbours are taken, it is listed with its line and set aside")
  func badLine() async throws {
    try await TestServer.run { server in
      let answer = try await server.api(.post, "/api/v1/import/customers", body: Self.csv)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(answer.json["accepted"] == 2 && answer.json["duplicate"] == 0 && answer.json["rejected"] == 1)
      #expect(answer.json["errors"]?.array?.first?["line"] == 3)
      #expect(await server.sink.refused.map(\.source) == ["import customers"])
      let again = try await server.api(.post, "/api/v1/import/customers", body: Self.csv)
      #expect(again.json["accepted"] == 0 && again.json["duplicate"] == 2)
    }
  }

  @Test("NDJSON is told from CSV by its content, and fields are found by the map")
  func mapped() async throws {
    try await TestServer.run { server in
      let body = "{\"account\":\"acme\",\"title\":\"Acme\"}\n{\"account\":\"beta\",\"title\":\"Beta\"}\n"
      let answer = try await server.api(.post, "/api/v1/import/customers?map=id=account&map=name=title&where=title=Beta", body: body)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(answer.json["accepted"] == 1 && answer.json["passed_over"] == 1)
      #expect(await server.sink.entries.first?.actor.customer == "beta")
    }
  }

  @Test("Strict: the first bad line ends it with 422, its number and the counts so far")
  func strict() async throws {
    try await TestServer.run { server in
      let answer = try await server.api(.post, "/api/v1/import/customers?strict=true", body: Self.csv)
      #expect(answer.status == 422)
      #expect(answer.json["accepted"] == 1 && answer.json["rejected"] == 1)
      #expect(answer.json["detail"]?.string?.contains("Line 3") == true)
      #expect(await server.sink.entries.count == 1)
    }
  }

  @Test("A map that does not fit is a 400, an unknown kind a 404, both with what there is")
  func wrong() async throws {
    try await TestServer.run { server in
      let column = try await server.api(.post, "/api/v1/import/customers?map=id=number", body: Self.csv)
      #expect(column.status == 400 && column.text.contains("number"))
      let field = try await server.api(.post, "/api/v1/import/customers?map=size=plan", body: Self.csv)
      #expect(field.status == 400 && field.text.contains("created_at"))
      let kind = try await server.api(.post, "/api/v1/import/people", body: Self.csv)
      #expect(kind.status == 404 && kind.text.contains("customers, contacts"))
      #expect(await server.sink.entries.isEmpty)
    }
  }

  @Test("A large file goes to the log in batches; while the queue is full the import waits, then gives up with its counts")
  func batches() async throws {
    var limits = ServerLimits()
    limits.importBatch = 10
    limits.importErrors = 2
    try await TestServer.run(limits: limits) { server in
      let lines = (0..<95).map { "c\($0),Customer \($0)" } + [",a", ",b", ",c"]
      await server.sink.refuse(with: [.overloaded(retryAfter: 2), .overloaded(retryAfter: 2)])
      let body = "id,name\n" + lines.joined(separator: "\n")
      let answer = try await server.api(.post, "/api/v1/import/customers", body: body)
      #expect(answer.json["accepted"] == 95 && answer.json["rejected"] == 3)
      #expect(answer.json["errors"]?.array?.count == 2)
      #expect(await server.sink.refused.count == 3)
      await server.sink.refuse(with: Array(repeating: .overloaded(retryAfter: 5), count: 20))
      let refused = try await server.api(.post, "/api/v1/import/customers", body: body)
      #expect(refused.status == 429)
      #expect(refused.json["accepted"] == 0)
    }
  }

  @Test("A file above the limit is a 413; one that becomes too large a 413 too; damage a 400")
  func sizes() async throws {
    var limits = ServerLimits()
    limits.importBody = 300
    limits.importDecompressed = 200
    try await TestServer.run(limits: limits) { server in
      let long = "id,name\n" + String(repeating: "acme,Acme\n", count: 100)
      let answer1 = try await server.api(.post, "/api/v1/import/customers", body: long)
      #expect(answer1.status == 413)
      let answer2 = try await server.api(.post, "/api/v1/import/customers", bytes: gzippedTrack)
      #expect(answer2.status == 413)
    }
    try await TestServer.run { server in
      let damaged = Array(gzippedTrack.dropLast(9))
      let answer3 = try await server.api(.post, "/api/v1/import/customers", bytes: damaged)
      #expect(answer3.status == 400)
    }
  }
}
