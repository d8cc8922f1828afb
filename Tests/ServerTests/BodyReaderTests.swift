import Domain
import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing

@testable import Server

@Suite("Bodies in memory")
struct BodyReaderTests {
  private static func request(_ bytes: Int, announced: Int? = nil) -> Request {
    request(RequestBody(buffer: ByteBuffer(repeating: 0x20, count: bytes)), announced: announced)
  }

  private static func request(_ body: RequestBody, announced: Int? = nil) -> Request {
    var fields: HTTPFields = [:]
    if let announced { fields[.contentLength] = String(announced) }
    return Request(head: HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/batch", headerFields: fields), body: body)
  }

  private static func reader(known: Int = 100, strangers: Int = 50) -> BodyReader {
    BodyReader(time: FakeTime(TestServer.noon), memory: BodyMemory(known: known, strangers: strangers))
  }

  private static func status(_ body: () async throws -> Void) async throws -> Int {
    do {
      try await body()
      return 200
    } catch let problem as Problem {
      return problem.status.code
    }
  }

  @Test("What is announced, or has not come yet, takes no room from others")
  func announced() async throws {
    let reader = Self.reader()
    let others = AsyncThrowingStream<ByteBuffer, any Error>(unfolding: {
      // While the outer bodies are waited for:
      let status = try await Self.status {
        _ = try await reader.read(Self.request(100), BodyProgress(), limit: 100, from: .known) { _, _ in }
      }
      #expect(status == 200)
      return nil
    })
    try await reader.read(Self.request(RequestBody(asyncSequence: others), announced: 90), BodyProgress(), limit: 100, from: .known) {
      bytes, _ in
      #expect(bytes.isEmpty)
    }
  }

  @Test("A sender who hangs up in the middle of a body is no failure of ours: a 400, logged for debugging only")
  func interrupted() async throws {
    struct ConnectionReset: Error {}
    let broken = AsyncThrowingStream<ByteBuffer, any Error> { stream in
      stream.yield(ByteBuffer(string: "{"))
      stream.finish(throwing: ConnectionReset())
    }
    let reader = Self.reader()
    let error = await #expect(throws: BodyInterrupted.self) {
      try await reader.read(Self.request(RequestBody(asyncSequence: broken)), BodyProgress(), limit: 100, from: .known) { _, _ in }
    }
    let interruption = try #require(error)
    #expect(Problem(interruption)?.status == .badRequest)
    let log = LogCapture()
    ErrorAnswers.note(interruption, Problem(interruption), path: "/batch", in: LogCapture.logger(log))
    #expect(log.lines.map(\.level) == [.debug])
    #expect(try await Self.status { try await reader.read(Self.request(100), BodyProgress(), limit: 100, from: .known) { _, _ in } } == 200)
  }

  @Test("A trickle is cut off after the grace of its reader", arguments: [(TimeSpan.seconds(10), 408), (Pace.grace, 200)])
  func grace(grace: TimeSpan, expected: Int) async throws {
    let time = FakeTime(TestServer.noon)
    let reader = BodyReader(time: time, memory: BodyMemory(known: 100, strangers: 50))
    let left = Mutex(3)
    let trickle = AsyncThrowingStream<ByteBuffer, any Error>(unfolding: {
      time.advance(by: .seconds(6))
      let isOver = left.withLock { left -> Bool in
        left -= 1
        return left < 0
      }
      return isOver ? nil : ByteBuffer(string: "a")
    })
    let status = try await Self.status {
      let request = Self.request(RequestBody(asyncSequence: trickle))
      try await reader.read(request, BodyProgress(), limit: 100, from: .stranger, grace: grace) { _, _ in }
    }
    #expect(status == expected)
  }

  @Test("Bytes that came are counted until they are used; then there is room again")
  func counted() async throws {
    let reader = Self.reader()
    func known(_ bytes: Int) async throws -> Int {
      try await Self.status { _ = try await reader.read(Self.request(bytes), BodyProgress(), limit: 1_000, from: .known) { _, _ in } }
    }
    try await reader.read(Self.request(60), BodyProgress(), limit: 1_000, from: .known) { bytes, share in
      #expect(bytes.count == 60)
      #expect(try await known(40) == 200)
      #expect(try await known(41) == 429)
      try share.charge(30)
      #expect(try await known(10) == 200)
      #expect(try await known(11) == 429)
    }
    #expect(try await known(500) == 200)
    #expect(try await known(1_001) == 413)
  }

  @Test("Senders without a key crowd out each other, not those with one; a key found in the body moves them over")
  func strangers() async throws {
    let reader = Self.reader()
    func status(_ bytes: Int, _ sender: BodyMemory.Sender) async throws -> Int {
      try await Self.status { _ = try await reader.read(Self.request(bytes), BodyProgress(), limit: 1_000, from: sender) { _, _ in } }
    }
    try await reader.read(Self.request(50), BodyProgress(), limit: 1_000, from: .stranger) { _, share in
      #expect(try await status(1, .stranger) == 429)
      #expect(try await status(100, .known) == 200)
      try share.becomeKnown()
      try share.becomeKnown()
      #expect(try await status(50, .stranger) == 200)
      #expect(try await status(50, .known) == 200)
      #expect(try await status(51, .known) == 429)
    }
    #expect(try await status(500, .stranger) == 200)
    #expect(try await status(500, .known) == 200)
  }
}
