import Formats
import Hummingbird

/// One address of the tracking API: what it takes and how it answers. The router and the OpenAPI document are made from the same list.
struct TrackingEndpoint: Sendable {
  /// How the body is read.
  enum Shape: Sendable {
    case segment(TrackingRoute)
    /// The type stands in the message (Jitsu, `/api/s/event`).
    case jitsu
    case postHog
    /// The key is checked and the rest dropped: session recordings, SDK metrics, flags.
    case drop
  }
  /// What SDKs wait for.
  enum Answer: Sendable {
    /// `{"success":true}`
    case success
    /// `{"status":1}`
    case status
    /// No feature flags.
    case flags
    /// One result per event, by its uuid.
    case results
  }
  enum Size: Sendable { case call, batch, largeBatch, postHogCall, postHogBatch }

  var path: String
  var methods: [HTTPRequest.Method] = [.post]
  var shape: Shape
  var size: Size
  var answer: Answer
  var summary: String

  func limit(_ limits: ServerLimits) -> Int {
    switch size {
    case .call: limits.call
    case .batch: limits.batch
    case .largeBatch: limits.largeBatch
    case .postHogCall: limits.postHogCall
    case .postHogBatch: limits.postHogBatch
    }
  }
}

extension TrackingEndpoint {
  static let all = segment + rudderStack + jitsu + postHog

  private static let segment: [TrackingEndpoint] =
    TrackingRoute.allCases.flatMap { route in
      [route.rawValue, String(route.rawValue.prefix(1))].map { name in
        TrackingEndpoint(
          path: "/v1/\(name)", shape: .segment(route), size: route == .batch ? .batch : .call, answer: .success,
          summary: route == .batch ? "Several calls at once" : "One \(route.rawValue) call")
      }
    } + [TrackingEndpoint(path: "/v1/m", shape: .drop, size: .batch, answer: .success, summary: "SDK metrics: taken and dropped")]

  private static let rudderStack: [TrackingEndpoint] = [
    .init(path: "/v1/import", shape: .segment(.batch), size: .largeBatch, answer: .success, summary: "Several calls at once, from history"),
    .init(path: "/v1/merge", shape: .drop, size: .call, answer: .success, summary: "Merge of profiles: taken and dropped"),
    .init(
      path: "/beacon/v1/batch", shape: .segment(.batch), size: .largeBatch, answer: .success,
      summary: "Several calls at once, by a beacon with ?writeKey="),
  ]

  private static let jitsu: [TrackingEndpoint] = ["/api/s/{type}", "/api/s/s2s/{type}"].map { path in
    TrackingEndpoint(path: path, shape: .jitsu, size: .call, answer: .success, summary: "One call in Jitsu's manner")
  }

  private static let postHog: [TrackingEndpoint] =
    ["/capture", "/e", "/i/v0/e", "/track", "/engage"].map { path in
      TrackingEndpoint(
        path: path, methods: [.post, .get], shape: .postHog, size: .postHogCall, answer: .status,
        summary: "PostHog events: one, or an array")
    } + [
      .init(path: "/batch", shape: .postHog, size: .postHogBatch, answer: .status, summary: "Several PostHog events at once"),
      .init(
        path: "/i/v1/analytics/events", shape: .postHog, size: .postHogBatch, answer: .results,
        summary: "Several PostHog events at once, with a result for each"),
      .init(path: "/s", shape: .drop, size: .postHogBatch, answer: .status, summary: "Session recordings: taken and dropped"),
      .init(path: "/flags", shape: .drop, size: .postHogCall, answer: .flags, summary: "Feature flags: there are none"),
      .init(path: "/decide", shape: .drop, size: .postHogCall, answer: .flags, summary: "Feature flags: there are none"),
    ]
}
