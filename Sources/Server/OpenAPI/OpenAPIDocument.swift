import Domain

enum OpenAPIDocument {
  static func json(limits: ServerLimits) -> JSON { ["openapi": "3.1.0"] }
}
