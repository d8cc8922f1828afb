import Domain
import Engine
import Formats
import HTTPTypes
import Hummingbird
import Logging
import Storage

/// Takes tracking calls: finds the key, reads the body, appends what is good to the log, sets aside what is not. Answers when both are
/// durable.
struct TrackingHandler: Sendable {
  let sink: any IntakeSink
  let keys: KeyStore
  let time: any TimeSource
  let limits: ServerLimits
  let bodies: BodyReader
  let randomBytes: @Sendable (Int) -> [UInt8]

  /// Larger bodies without a key in them are refused unread; smaller ones get to hear whether they were JSON at all.
  private static let readWithoutKey = 32 << 10

  func handle(_ request: Request, _ context: RequestInfo, _ endpoint: TrackingEndpoint) async throws -> Response {
    let query = Query(request)
    // A key in the head is checked before the body is read.
    let key = Credentials.writeKey(request.headers, query)
    if let key { try await authorize(key) }
    // To read what would be refused at its end takes time from those who are not.
    guard !sink.isNearlyFull else { throw Problem.overloaded(retryAfter: 1) }
    let isKnown = key != nil
    return try await bodies.read(request, context.body, limit: endpoint.limit(limits), from: isKnown ? .known : .stranger) {
      received, share in
      let bytes = try decoded(received, request, query, limit: endpoint.limit(limits), share)
      if !isKnown, try await authorize(bodyKey: bytes) { try share.becomeKnown() }
      let (batch, answer) = try understood(bytes, query, endpoint, context)
      if !isKnown {
        guard let key = batch.writeKey, !batch.keysDiffer else { throw Self.noKey }
        try await authorize(key)
      }
      try await take(batch, context.logger)
      return answer
    }
  }

  /// What a body says, and the answer once that is durable. Parsed JSON is many times its text and is let go before anything is
  /// waited for.
  private func understood(_ bytes: [UInt8], _ query: Query, _ endpoint: TrackingEndpoint, _ context: RequestInfo) throws
    -> (TrackingBatch, Response)
  {
    let call = Call(bytes: bytes, receivedAt: time.now(), sentAt: TrackingBody.sentAt(query: query.text))
    let (batch, json) = try read(call, endpoint, context)
    return (batch, Self.answer(endpoint.answer, json, batch))
  }

  private struct Call {
    let bytes: [UInt8]
    let receivedAt: Instant
    let sentAt: Instant?
  }

  private static let noKey = Problem.unauthorized(
    "Send a write key in force: as the user name of Basic authorization, or in the body as writeKey (PostHog: api_key).")

  /// - Throws: `Problem` 401 for an unknown or revoked key, 403 for one of another scope.
  func authorize(_ key: String) async throws {
    guard let found = try await keys.find(key) else { throw Self.noKey }
    guard found.scope == .write else {
      throw Problem.wrongScope("This key has the scope \(found.scope.rawValue); tracking calls need one with the scope write.")
    }
  }

  /// Looks for a valid key in a body that is not parsed yet.
  /// - Returns: whether there is one. Without any a small body gets by.
  private func authorize(bodyKey bytes: [UInt8]) async throws -> Bool {
    guard let candidate = KeyScan.firstWriteKey(in: bytes) else {
      guard bytes.count <= Self.readWithoutKey else { throw Self.noKey }
      return false
    }
    try await authorize(candidate)
    return true
  }

  private func decoded(_ received: [UInt8], _ request: Request, _ query: Query, limit: Int, _ share: BodyMemory.Share) throws
    -> [UInt8]
  {
    let result = TrackingBody.decode(
      received, contentEncoding: request.headers[.contentEncoding], contentType: request.headers[.contentType], query: query.text,
      limits: .init(received: limit, decoded: limit), reserve: share.take)
    switch result {
    case .success(let bytes): return bytes
    case .failure(.noRoom): throw Problem.overloaded(retryAfter: 1)
    case .failure(.tooLarge): throw Problem.tooLarge(limit: limit)
    case .failure(let error): throw Problem.invalidBody("\(error)")
    }
  }

  /// What a body came to, and the body itself where somebody looks into it afterwards.
  private func read(_ call: Call, _ endpoint: TrackingEndpoint, _ context: RequestInfo) throws -> (TrackingBatch, JSON) {
    let bounds = JSONLimits(bytes: call.bytes.count, values: 1_000_000)
    do {
      switch endpoint.shape {
      case .segment(let route):
        return (try TrackingReader.read(call.bytes, route: route, receivedAt: call.receivedAt, jsonLimits: bounds, newID: newID), .null)
      case .jitsu:
        // A type of the path that is none of ours ("event") leaves it to the message.
        let route = TrackingRoute(pathComponent: try context.part("type")) ?? .batch
        return (try TrackingReader.read(call.bytes, route: route, receivedAt: call.receivedAt, jsonLimits: bounds, newID: newID), .null)
      case .postHog:
        let json = try JSON.parse(call.bytes, limits: bounds)
        let limits = TrackingLimits(messageBytes: limits.postHogMessage, messages: limits.postHogMessages)
        return (PostHogReader.read(json, receivedAt: call.receivedAt, sentAt: call.sentAt, limits: limits, newID: newID), json)
      case .drop:
        let json = try JSON.parse(call.bytes, limits: bounds)
        var batch = TrackingBatch()
        batch.writeKey = Self.key(of: json)
        return (batch, json)
      }
    } catch let error as JSONError {
      throw Problem(code: "invalid-json", status: .badRequest, title: "Invalid JSON", detail: "\(error)")
    }
  }

  /// The key of a body whose content is dropped, under any of its names.
  private static func key(of json: JSON) -> String? {
    let first = json.array?.first ?? json
    for source in [first, first["properties"] ?? .null] {
      for name in ["writeKey", "api_key", "token", "$token"] { if let key = source[name]?.string { return key } }
    }
    return nil
  }

  /// First the entries: message ids keep those from counting twice when a refused sender comes again, what is set aside has no such
  /// guard. Once entries are durable a refusal of the rest is for the log alone; nothing is to be sent again.
  func take(_ batch: TrackingBatch, _ logger: Logger) async throws {
    if !batch.entries.isEmpty { _ = try await sink.append(batch.entries) }
    guard !batch.rejected.isEmpty else { return }
    do {
      try await sink.setAside(batch.rejected.map(Self.setAside))
    } catch {
      guard !batch.entries.isEmpty else { throw error }
      logger.warning("Rejected messages were not set aside", metadata: ["count": "\(batch.rejected.count)", "reason": "\(error)"])
    }
  }

  func newID() -> String {
    "hf-" + Hex.text(randomBytes(16))
  }

  private static func setAside(_ rejection: Rejection) -> SetAside {
    SetAside(
      source: "tracking", reason: "\(rejection.reason.rawValue): \(rejection.reason.sentence)",
      excerpt: KeyScan.redacted(rejection.excerpt), count: rejection.count)
  }
}
