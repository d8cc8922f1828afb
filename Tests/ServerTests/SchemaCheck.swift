import Domain

@testable import Server

/// Holds a JSON value against a schema of the OpenAPI document: as much of JSON Schema as that document uses.
struct SchemaCheck {
  let document: JSON

  /// Everything about `value` that the schema does not allow, with its place.
  func faults(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
    if let reference = schema["$ref"]?.string {
      guard let target = resolve(reference) else { return ["\(place): \(reference) leads nowhere"] }
      return faults(value, target, at: place)
    }
    if let choices = schema["anyOf"]?.array {
      return choices.contains { faults(value, $0, at: place).isEmpty } ? [] : ["\(place): fits none of the choices: \(value.excerpt())"]
    }
    if let words = schema["enum"]?.array, !words.contains(value) { return ["\(place): \(value.excerpt()) is not among \(words)"] }
    if let type = schema["type"], !matches(value, type) { return ["\(place): \(value.excerpt()) is not \(type.printed())"] }
    return members(value, schema, place) + items(value, schema, place)
  }

  func resolve(_ reference: String) -> JSON? {
    reference.split(separator: "/").dropFirst().reduce(Optional(document)) { $0?[String($1)] }
  }

  private func members(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
    guard let members = value.members else { return [] }
    let missing = (schema["required"]?.array ?? []).compactMap(\.string).filter { value[$0] == nil }
    var all = missing.map { "\(place).\($0) is missing" }
    for member in members {
      if let known = schema["properties"]?[member.name] {
        all += faults(member.value, known, at: "\(place).\(member.name)")
      } else if let other = schema["additionalProperties"] {
        all += faults(member.value, other, at: "\(place).\(member.name)")
      } else if schema["properties"] != nil {
        all.append("\(place).\(member.name) is not described")
      }
    }
    return all
  }

  private func items(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
    guard let items = value.array, let schema = schema["items"] else { return [] }
    return items.enumerated().flatMap { faults($1, schema, at: "\(place)[\($0)]") }
  }

  private func matches(_ value: JSON, _ type: JSON) -> Bool {
    if let types = type.array { return types.contains { matches(value, $0) } }
    return switch (type.string, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object), ("integer", .integer): true
    case ("number", .integer), ("number", .number): true
    default: false
    }
  }
}
