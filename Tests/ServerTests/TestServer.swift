import DatabaseKit
import Domain
import Engine
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import SQL
import Storage
import Testing

@testable import Server

/// A server over fakes and a database in a temporary folder, with a key of each scope.
struct TestServer {
  let client: any TestClientProtocol
  let sink: FakeSink
  let time: FakeTime
  let keys: KeyStore
  let people: People
  let dependencies: ServerDependencies
  let database: WatchedDatabase
  let writeKey: String
  let apiKey: String

  struct Answer {
    let status: Int
    let headers: HTTPFields
    let text: String
    let json: JSON
  }

  static let noon = Instant(microseconds: 1_770_000_000_000_000)

  static func run(
    limits: ServerLimits = ServerLimits(), isReady: Bool = true, publicURL: String = "http://127.0.0.1:8080", log: LogCapture? = nil,
    provider: FakeProvider? = nil, _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    try await withTemporaryDatabase { database in
      try await run(on: WatchedDatabase(database), limits: limits, isReady: isReady, publicURL: publicURL, log: log, provider, body)
    }
  }

  private static func run(
    on database: WatchedDatabase, limits: ServerLimits, isReady: Bool, publicURL: String, log: LogCapture?,
    _ provider: FakeProvider?, _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    let time = FakeTime(noon)
    let bytes = CountingBytes(seed: 7)
    let keys = KeyStore(database: database, time: time, randomBytes: bytes.next)
    let people = People(database: database, time: time, randomBytes: bytes.next, passwords: PasswordHasher(cost: cheap))
    var blueprint = Self.blueprint
    blueprint.publicURL = publicURL
    blueprint.openID = provider.map { _ in FakeProvider.settings }
    let current = CurrentBlueprint(blueprint)
    let sink = FakeSink()
    let dependencies = ServerDependencies(
      sink: sink, inquiries: Inquiries(database: database, current: current, time: time),
      desk: Desk(database: database, time: time, makeID: Desk.ids(bytes.next)), keys: keys, people: people,
      identityProvider: { _ in provider }, current: current, time: time, randomBytes: bytes.next, isReady: { isReady }, lanes: { [:] },
      program: ProgramInfo(version: "1.2.3", database: "SQLite", place: "test.db", node: "test") {
        ProcessVitals(residentBytes: 42 << 20, startedAt: noon)
      }, logger: LogCapture.logger(log), limits: limits)
    let writeKey = try await keys.create(scope: .write, name: "site")
    let apiKey = try await keys.create(scope: .api, name: "reports")
    try await WebServer.service(dependencies, host: "127.0.0.1", port: 0).test(.router) { client in
      try await body(
        TestServer(
          client: client, sink: sink, time: time, keys: keys, people: people, dependencies: dependencies, database: database,
          writeKey: writeKey, apiKey: apiKey))
    }
  }

  /// Passwords in no time.
  static let cheap = PasswordHasher.Cost(logRounds: 4, blockSize: 8, parallelism: 1)

  static let blueprint = Blueprint(
    company: "Test", catalog: Catalog(events: [.init(key: "login", name: "Signed In")]),
    model: HealthModel(pillars: [], version: "1"), version: "1")

  func send(
    _ method: HTTPRequest.Method, _ path: String, body: String? = nil, bytes: [UInt8]? = nil, headers: HTTPFields = [:]
  ) async throws -> Answer {
    var headers = headers
    let content = bytes ?? body.map { Array($0.utf8) }
    if let content, headers[.contentLength] == nil { headers[.contentLength] = String(content.count) }
    return try await client.execute(uri: path, method: method, headers: headers, body: content.map { ByteBuffer(bytes: $0) }) { response in
      let text = String(buffer: response.body)
      return Answer(status: response.status.code, headers: response.headers, text: text, json: (try? JSON.parse(text)) ?? .null)
    }
  }

  /// With the API key.
  func api(_ method: HTTPRequest.Method, _ path: String, body: String? = nil, bytes: [UInt8]? = nil) async throws -> Answer {
    try await send(method, path, body: body, bytes: bytes, headers: [.authorization: "Bearer \(apiKey)"])
  }

  /// With the write key as Basic user name.
  func track(_ path: String, _ body: String, headers: HTTPFields = [:]) async throws -> Answer {
    var headers = headers
    headers[.authorization] = basic(writeKey + ":")
    return try await send(.post, path, body: body, headers: headers)
  }

  func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }
}
