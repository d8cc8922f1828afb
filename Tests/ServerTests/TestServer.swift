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
    limits: ServerLimits = ServerLimits(), isReady: Bool = true, log: LogCapture? = nil,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    try await withTemporaryDatabase { database in
      try await run(on: WatchedDatabase(database), limits: limits, isReady: isReady, log: log, body)
    }
  }

  private static func run(
    on database: WatchedDatabase, limits: ServerLimits, isReady: Bool, log: LogCapture?,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    let time = FakeTime(noon)
    let bytes = CountingBytes(seed: 7)
    let keys = KeyStore(database: database, time: time, randomBytes: bytes.next)
    let current = CurrentBlueprint(Self.blueprint)
    let sink = FakeSink()
    let dependencies = ServerDependencies(
      sink: sink, inquiries: Inquiries(database: database, current: current, time: time),
      desk: Desk(database: database, time: time, makeID: Desk.ids(bytes.next)), keys: keys, current: current, time: time,
      randomBytes: bytes.next, isReady: { isReady }, logger: LogCapture.logger(log), limits: limits)
    let writeKey = try await keys.create(scope: .write, name: "site")
    let apiKey = try await keys.create(scope: .api, name: "reports")
    try await WebServer.service(dependencies, host: "127.0.0.1", port: 0).test(.router) { client in
      try await body(
        TestServer(client: client, sink: sink, time: time, keys: keys, database: database, writeKey: writeKey, apiKey: apiKey))
    }
  }

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
