import Domain
import SQL
import Storage
import Testing

@testable import Server

@Suite("Pages that move by themselves")
struct LiveTests {
  @Test("There is room for so many streams at once; room that nobody holds any more is given again")
  func slots() {
    let streams = LiveStreams()
    var held = (0..<LiveStreams.most).compactMap { _ in streams.enter() }
    #expect(held.count == LiveStreams.most)
    #expect(streams.enter() == nil)
    held.removeLast()
    #expect(streams.enter() != nil)
  }

  @Test("A stream that is never written takes no room for good")
  func heads() async throws {
    try await TestServer.run { server in
      try await server.database.write { connection in
        let customer = StoredCustomer(state: CustomerState(id: "acme"), isNamed: true, health: nil)
        _ = try RecordQueries.save([customer], at: TestServer.noon, connection)
      }
      let browser = try await server.browser(of: server.addUser(.viewer))
      for number in 0...LiveStreams.most {
        let answer = try await browser.head("/customers/acme/live")
        try #require(answer.status == 200, "request \(number): \(answer.status)")
      }
    }
  }
}
