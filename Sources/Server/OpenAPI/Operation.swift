import Domain

/// One operation of the OpenAPI document.
struct Operation {
  struct Parameter {
    var name: String
    /// `path`, `query` or `header`.
    var place: String
    var schema: JSON
    var description: String

    var json: JSON {
      [
        "name": .string(name), "in": .string(place), "required": .bool(place == "path"), "schema": schema,
        "description": .string(description),
      ]
    }
  }

  var path: String
  var method: String
  var name: String
  var summary: String
  var tag: String
  var parameters: [Parameter] = []
  var requestBody: JSON?
  /// The status where all is well.
  var status = 200
  /// Schema of the answer with that status, and its media type.
  var answer: JSON
  var answerType = "application/json"
  var errors: [Int] = []
  /// Schema and media type of errors.
  var problem = ("Problem", "application/problem+json")
  var security: JSON = [["apiKey": []]]

  var json: JSON {
    var members: [JSON.Member] = [
      .init("operationId", .string(name)), .init("summary", .string(summary)), .init("tags", [.string(tag)]), .init("security", security),
    ]
    if !parameters.isEmpty { members.append(.init("parameters", .array(parameters.map(\.json)))) }
    if let requestBody { members.append(.init("requestBody", requestBody)) }
    members.append(.init("responses", .object([.init(String(status), success)] + errors.map { .init(String($0), failure($0)) })))
    return .object(members)
  }

  private var success: JSON { ["description": "Done.", "content": .object([.init(answerType, ["schema": answer])])] }

  private func failure(_ status: Int) -> JSON {
    let body: JSON = .object([.init(problem.1, ["schema": Schema.reference(problem.0)])])
    guard status == 429 || status == 503 else { return ["description": .string(Self.meaning(status)), "content": body] }
    let header: JSON = ["schema": Schema.integer, "description": "Seconds to wait."]
    return ["description": .string(Self.meaning(status)), "headers": ["Retry-After": header], "content": body]
  }

  private static func meaning(_ status: Int) -> String {
    switch status {
    case 400: "A parameter or the body cannot be read; the answer says where and why."
    case 401: "No key, or none in force."
    case 403: "The key has another scope."
    case 404: "There is no such thing."
    case 408: "The body came too slowly."
    case 409: "Right in itself, but not as things are; the answer says why."
    case 413: "Larger than is taken here."
    case 422: "Broken off at the first bad line (strict)."
    case 429: "The queue is full: come again after Retry-After."
    case 503: "The database does not take it now: come again."
    default: "Error."
    }
  }
}
