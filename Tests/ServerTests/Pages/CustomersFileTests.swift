import Domain
import HTTPTypes
import SQL
import Storage
import Testing

@testable import Server

@Suite("Lists of customers as files")
struct CustomersFileTests {
  /// More than a page looks through.
  private static let customers = 6_000

  /// The lines of a file after its head, and how often the database was read for it.
  private static func file(_ browser: Browser, _ path: String) async throws -> (lines: [Substring], reads: Int) {
    let before = browser.server.database.reads
    let answer = try await browser.get(path)
    #expect(answer.status == 200 && answer.headers[.contentType] == "text/csv; charset=utf-8", "\(answer.text.prefix(200))")
    return (Array(answer.text.split(whereSeparator: \.isNewline).dropFirst()), browser.server.database.reads - before)
  }

  @Test("A condition that holds for the very last one is found, across pages without any, in more than one read")
  func rare() async throws {
    try await TestServer.run { server in
      let health = Health(
        score: 31, band: .critical, coverage: 1, calculatedAt: TestServer.noon, nextChangeAt: nil, model: "1", points: [])
      try await server.database.write { connection in
        let all = (1...Self.customers).map { number in
          StoredCustomer(state: CustomerState(id: "c-\(10_000 + number)"), isNamed: true, health: nil)
        }
        for start in stride(from: 0, to: all.count, by: 500) {
          _ = try RecordQueries.save(Array(all[start..<start + 500]), at: TestServer.noon, connection)
        }
        try HealthQueries.save([(customer: "c-\(10_000 + Self.customers)", health: health)], connection)
      }
      let browser = try await server.browser(of: server.addUser(.viewer))
      // What the first request of a session costs more is not counted.
      _ = try await browser.get("/account")
      let nobody = try await Self.file(browser, "/customers.csv?sort=id&q=nobody")
      #expect(nobody.lines.isEmpty)
      let rare = try await Self.file(browser, "/customers.csv?sort=id&where=band%20%3D%3D%20%22critical%22")
      #expect(rare.lines.map { $0.prefix { $0 != "," } } == ["c-16000"])
      // One read of the list finds out that there is nobody of that name; this took two, and one for what the found one pays.
      #expect(rare.reads == nobody.reads + 2)
    }
  }
}
