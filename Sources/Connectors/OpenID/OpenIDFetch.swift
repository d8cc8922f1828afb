import AsyncHTTPClient
import Domain
import Foundation
import NIOCore

/// Reads a provider's documents: JSON of bounded size in bounded time; no redirect is followed.
struct OpenIDFetch: Sendable {
  private static let limit = 256 << 10
  private static let timeout = TimeAmount.seconds(10)

  let client: HTTPClient

  func get(_ address: String, authorization: Secret? = nil) async throws -> JSON {
    try await send(request(address, authorization))
  }

  /// - Parameter form: as `application/x-www-form-urlencoded`.
  func post(_ form: String, to address: String, authorization: Secret?) async throws -> JSON {
    var request = request(address, authorization)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
    request.body = .bytes(ByteBuffer(string: form))
    return try await send(request)
  }

  private func request(_ address: String, _ authorization: Secret?) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: address)
    request.headers.add(name: "Accept", value: "application/json")
    request.headers.add(name: "User-Agent", value: "Holdfast")
    if let authorization { request.headers.add(name: "Authorization", value: authorization.reveal()) }
    return request
  }

  private func send(_ request: HTTPClientRequest) async throws -> JSON {
    let (status, text) = try await answer(request)
    guard let json = try? JSON.parse(text) else {
      throw OpenIDFailure("the provider answered \(status), and not in JSON", mayPass: status >= 500)
    }
    guard status == 200 else { throw OpenIDFailure(Self.words(status, json), mayPass: status >= 500 || status == 429) }
    return json
  }

  private func answer(_ request: HTTPClientRequest) async throws -> (Int, String) {
    do {
      let response = try await client.execute(request, timeout: Self.timeout)
      let body = try await response.body.collect(upTo: Self.limit)
      return (Int(response.status.code), String(buffer: body))
    } catch {
      throw OpenIDFailure("the provider cannot be reached", mayPass: true)
    }
  }

  /// The provider's own word for what is wrong ("invalid_client"), where it is one.
  private static func words(_ status: Int, _ json: JSON) -> String {
    let word = json["error"]?.string ?? ""
    let isWord = (1...60).contains(word.utf8.count) && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
    return "the provider answered \(status)" + (isWord ? " \(word)" : "")
  }
}
