import Domain
import Formats
import HTTPTypes
import Hummingbird

/// Answers as the SDKs need them.
extension TrackingHandler {
  static func answer(_ answer: TrackingEndpoint.Answer, _ body: JSON, _ batch: TrackingBatch) -> Response {
    switch answer {
    case .success: .json(["success": true])
    case .status: .json(["status": 1])
    case .flags: .json(noFlags)
    case .results: .json(["results": results(body, batch)])
    }
  }

  /// On tracking routes an error is what Segment's Python SDK expects.
  static func answer(_ problem: Problem) -> Response {
    var headers = problem.headers
    if problem.status == .unauthorized { headers[.wwwAuthenticate] = "Basic realm=\"holdfast\"" }
    let members: [JSON.Member] = [.init("code", .string(problem.code)), .init("message", .string(problem.detail))]
    return .json(.object(members + problem.members), status: problem.status, headers: headers)
  }

  /// What PostHog's SDKs read, in the old form and in the new one.
  private static let noFlags: JSON = [
    "flags": .object([]), "featureFlags": .object([]), "featureFlagPayloads": .object([]), "errorsWhileComputingFlags": false,
    "config": ["enable_collect_everything": false], "supportedCompression": ["gzip", "gzip-js", "base64"], "sessionRecording": false,
    "toolbarParams": .object([]), "isAuthenticated": false, "siteApps": [], "surveys": false,
  ]

  private static func results(_ body: JSON, _ batch: TrackingBatch) -> JSON {
    let dropped = Dictionary(batch.rejected.map { ($0.index, $0.reason) }) { first, _ in first }
    let end = batch.rejected.first { $0.reason == .tooMany }?.index ?? .max
    let items = body["batch"]?.array ?? []
    let members = items.enumerated().compactMap { index, item -> JSON.Member? in
      guard let id = item["uuid"]?.string else { return nil }
      guard let reason = index >= end ? .tooMany : dropped[index] else { return .init(id, ["result": "ok"]) }
      return .init(id, ["result": "drop", "details": .string(reason.sentence)])
    }
    return .object(members)
  }

  /// What the Swift and browser SDKs of Segment fetch before they send.
  func settings(_ context: RequestInfo) async throws -> Response {
    let key = try context.part("writeKey")
    // No word on whether such a key exists elsewhere.
    guard KeyText.isShaped(key), try await keys.find(key)?.scope == .write else { throw Problem.notFound() }
    return .json([
      "integrations": ["Segment.io": ["apiKey": .string(key), "unbundledIntegrations": [], "addBundledMetadata": true]],
      "plan": ["track": ["__default": ["enabled": true, "integrations": .object([])]]],
    ])
  }
}
