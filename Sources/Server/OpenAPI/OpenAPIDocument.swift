import Domain

/// The OpenAPI 3.1 document of all addresses.
enum OpenAPIDocument {
  static func json(limits: ServerLimits) -> JSON {
    [
      "openapi": "3.1.0",
      "info": [
        "title": "Holdfast", "version": "1",
        "description":
          "The tracking API takes events as the SDKs of Segment, RudderStack, Jitsu and PostHog send them; the JSON API reads and imports.",
      ],
      "paths": paths(apiOperations(limits) + trackingOperations(limits) + healthOperations()),
      "components": [
        "schemas": Schemas.all,
        "securitySchemes": [
          "apiKey": ["type": "http", "scheme": "bearer", "description": "A key of the scope api."],
          "writeKey": [
            "type": "http", "scheme": "basic", "description": "A key of the scope write as the user name, with an empty password.",
          ],
          "writeKeyHeader": ["type": "apiKey", "in": "header", "name": "X-Write-Key"],
          "writeKeyQuery": ["type": "apiKey", "in": "query", "name": "writeKey"],
        ],
      ],
    ]
  }

  /// Operations grouped by path, both in their order.
  private static func paths(_ operations: [Operation]) -> JSON {
    var members: [JSON.Member] = []
    for operation in operations {
      let item = JSON.Member(operation.method, operation.json)
      if let index = members.firstIndex(where: { $0.name == operation.path }) {
        members[index].value = .object((members[index].value.members ?? []) + [item])
      } else {
        members.append(.init(operation.path, .object([item])))
      }
    }
    return .object(members)
  }

  private static func healthOperations() -> [Operation] {
    let answer = Schema.object(["status": Schema.text])
    return [
      Operation(
        path: "/healthz", method: "get", name: "healthz", summary: "The program runs", tag: "Operations", answer: answer, security: []),
      Operation(
        path: "/readyz", method: "get", name: "readyz", summary: "The database answers and the fold runs; else 503", tag: "Operations",
        answer: answer, security: []),
    ]
  }
}
