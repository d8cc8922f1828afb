import Domain

/// The tracking API in the OpenAPI document, made from the list that the router serves.
func trackingOperations(_ limits: ServerLimits) -> [Operation] {
  TrackingEndpoint.all.flatMap { endpoint in
    endpoint.methods.map { operation(endpoint, method: $0.rawValue.lowercased(), limits) }
  } + [settings, pixel("track"), pixel("page")]
}

private let trackingErrors = [400, 401, 403, 408, 413, 429, 503]
private let trackingProblem = ("TrackingError", "application/json")
/// The empty requirement: the key may also stand in the body.
private let writeKeys: JSON = [["writeKey": []], ["writeKeyHeader": []], ["writeKeyQuery": []], .object([])]

private func operation(_ endpoint: TrackingEndpoint, method: String, _ limits: ServerLimits) -> Operation {
  let content: JSON = ["schema": Schema.anything]
  var parameters: [Operation.Parameter] = []
  if endpoint.path.contains("{type}") {
    parameters.append(.init(name: "type", place: "path", schema: Schema.text, description: "identify, track, page, group … or event."))
  }
  return Operation(
    path: endpoint.path, method: method, name: name(endpoint.path, method),
    summary: "\(endpoint.summary) (at most \(endpoint.limit(limits) >> 10) KB)", tag: "Tracking", parameters: parameters,
    requestBody: method == "get" ? nil : ["content": ["application/json": content, "text/plain": content]],
    answer: answer(endpoint.answer), errors: trackingErrors, problem: trackingProblem, security: writeKeys)
}

/// "post /v1/identify" → "postV1Identify".
private func name(_ path: String, _ method: String) -> String {
  let words = path.split { !$0.isLetter && !$0.isNumber }
  return method + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
}

private func answer(_ answer: TrackingEndpoint.Answer) -> JSON {
  switch answer {
  case .success: Schema.object(["success": Schema.flag])
  case .status: Schema.object(["status": Schema.integer])
  case .flags: Schema.object(["flags": Schema.openObject, "featureFlags": Schema.openObject])
  case .results: Schema.object(["results": Schema.map(of: Schema.object(["result": Schema.text]))])
  }
}

private let settings = Operation(
  path: "/v1/projects/{writeKey}/settings", method: "get", name: "getTrackingSettings", summary: "Settings that Segment's SDKs fetch",
  tag: "Tracking",
  parameters: [.init(name: "writeKey", place: "path", schema: Schema.text, description: "A key of the scope write.")],
  answer: Schema.object(["integrations": Schema.openObject]), errors: [404, 503], problem: trackingProblem, security: [])

private func pixel(_ call: String) -> Operation {
  Operation(
    path: "/pixel/v1/\(call)", method: "get", name: name("/pixel/v1/\(call)", "get"),
    summary: "One \(call) call by the address of an image, its fields in the query", tag: "Tracking",
    parameters: [.init(name: "writeKey", place: "query", schema: Schema.text, description: "A key of the scope write.")],
    answer: ["type": "string"], answerType: "image/gif", errors: [401, 403, 429, 503], problem: trackingProblem,
    security: [["writeKeyQuery": []]])
}
