import Domain

/// Small pieces that the schemas of the OpenAPI document are made of (JSON Schema 2020-12).
enum Schema {
  static let text: JSON = ["type": "string"]
  static let integer: JSON = ["type": "integer"]
  static let number: JSON = ["type": "number"]
  static let flag: JSON = ["type": "boolean"]
  static let instant: JSON = ["type": "string", "format": "date-time"]
  static let anything: JSON = .object([])
  static let openObject: JSON = ["type": "object"]

  /// The same with a sentence for people.
  static func described(_ schema: JSON, _ description: String) -> JSON {
    .object((schema.members ?? []) + [.init("description", .string(description))])
  }

  /// The same, or null.
  static func nullable(_ schema: JSON) -> JSON {
    guard let type = schema["type"]?.string, schema["enum"] == nil else { return ["anyOf": [schema, ["type": "null"]]] }
    let members = (schema.members ?? []).map { $0.name == "type" ? JSON.Member("type", [.string(type), "null"]) : $0 }
    return .object(members)
  }

  static func list(of item: JSON) -> JSON { ["type": "array", "items": item] }

  static func words<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> JSON where Word.RawValue == String {
    ["type": "string", "enum": .array(Word.allCases.map { .string($0.rawValue) })]
  }

  /// An object whose members are all there, save those named as optional.
  static func object(_ members: KeyValuePairs<String, JSON>, optional: Set<String> = []) -> JSON {
    let required = members.map(\.key).filter { !optional.contains($0) }
    return [
      "type": "object", "properties": .object(members.map { JSON.Member($0.key, $0.value) }),
      "required": .array(required.map(JSON.string)),
    ]
  }

  /// An object of names that nobody knows beforehand.
  static func map(of value: JSON) -> JSON { ["type": "object", "additionalProperties": value] }

  static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }
}
