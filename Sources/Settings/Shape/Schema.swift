import Domain

/// The JSON Schema (draft 2020-12) of settings files, for editors.
public enum SettingsSchema {
  /// Each file of the directory is valid against it; which keys all files together must have is for `holdfast check`.
  public static var json: JSON {
    var members: [JSON.Member] = [
      .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
      .init("title", "Holdfast settings"),
    ]
    members += objectMembers(Keys.root, fields: Keys.root.fields, required: [])
    if let ranges = SchemaRanges.of(root: Keys.root) { members.append(.init("allOf", [ranges])) }
    return .object(members)
  }

  /// The schema as indented text.
  public static var text: String {
    JSONText.indented(json) + "\n"
  }

  // MARK: Shapes

  private static func objectMembers(_ object: ObjectShape, fields: [Field], required: [String]) -> [JSON.Member] {
    var members: [JSON.Member] = [
      .init("description", .string(object.doc)),
      .init("type", "object"),
      .init("additionalProperties", false),
      .init("properties", .object(fields.map { .init($0.name, property($0)) })),
    ]
    if !required.isEmpty { members.append(.init("required", .array(required.map(JSON.string)))) }
    if !object.exactlyOneOf.isEmpty {
      members.append(.init("oneOf", .array(object.exactlyOneOf.map { .object([.init("required", .array([.string($0)]))]) })))
    }
    return members
  }

  private static func objectSchema(_ object: ObjectShape) -> JSON {
    var members = objectMembers(object, fields: object.allFields, required: object.fields.filter(\.isRequired).map(\.name))
    if object.fields.allSatisfy({ !$0.isRequired }), object.exactlyOneOf.isEmpty {
      members = members.map { $0.name == "type" ? .init("type", ["object", "null"]) : $0 }
    }
    return .object(members)
  }

  private static func property(_ field: Field) -> JSON {
    var members = schema(field.shape).members ?? []
    members.removeAll { $0.name == "description" }
    let range = rangeWords(field.shape).map { " Range: \($0)." } ?? ""
    members.insert(.init("description", .string(field.doc + range)), at: 0)
    if let standard = field.standard { members.append(.init("default", standard)) }
    return .object(members)
  }

  private static func rangeWords(_ shape: Shape) -> String? {
    switch shape {
    case .duration(let range?, _): "\(range.lowerBound.text) to \(range.upperBound.text)"
    case .integer(let range?): "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range?): "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
    default: nil
    }
  }

  static let durationPattern = "^(0|[0-9]+(\\.[0-9]+)?[wdhms])$"
  static let namePattern = "^[a-z][a-z0-9_]{0,63}$"

  private static func schema(_ shape: Shape) -> JSON {
    switch shape {
    case .text: ["type": ["string", "number", "boolean"]]
    case .name: ["type": "string", "pattern": .string(namePattern)]
    case .integer: ["type": "integer"]
    case .number: ["type": "number"]
    case .boolean: ["type": "boolean"]
    case .duration(_, let orNever):
      ["type": ["string", "integer"], "pattern": .string(orNever ? "^(never|0|[0-9]+(\\.[0-9]+)?[wdhms])$" : durationPattern)]
    case .quantity: ["type": ["number", "string"], "pattern": .string(durationPattern)]
    case .timeOfDay(let orOff):
      ["type": "string", "pattern": .string((orOff ? "^off$|" : "") + "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    case .timeZone: ["type": "string"]
    case .url: ["type": "string", "format": "uri", "pattern": "^https?://"]
    case .choice(let choices): ["enum": .array(choices.map(JSON.string))]
    case .expression: ["type": ["string", "number", "boolean"], "maxLength": .integer(Int64(ExpressionLimits.sourceLength))]
    case .query: ["type": "string", "maxLength": 20_000]
    case .secret: ["type": "string"]
    case .list(let item, let leading, let count): list(item, leading, count)
    case .map(let keys, let value): map(keys, value)
    case .columns: ["anyOf": [schema(.list(.text)), schema(.map(keys: .texts, .text))]]
    case .object(let object): objectSchema(object)
    case .either(let short, let object): ["anyOf": [schema(short), objectSchema(object)]]
    case .forms(let forms): ["oneOf": .array(forms.map { objectSchema($0.object) })]
    case .kinds(let forms): ["oneOf": .array(forms.map { objectSchema($0.ofKind) })]
    }
  }

  private static func list(_ item: Shape, _ leading: [Shape], _ count: ClosedRange<Int>) -> JSON {
    var members: [JSON.Member] = [.init("type", "array")]
    if !leading.isEmpty { members.append(.init("prefixItems", .array(leading.map(schema)))) }
    members.append(.init("items", schema(item)))
    if count.lowerBound > 0 { members.append(.init("minItems", .integer(Int64(count.lowerBound)))) }
    members.append(.init("maxItems", .integer(Int64(count.upperBound))))
    return .object(members)
  }

  private static func map(_ keys: Shape.KeyRule, _ value: Shape) -> JSON {
    let names: JSON = keys == .names ? ["pattern": .string(namePattern)] : ["minLength": 1, "maxLength": 200]
    return ["type": ["object", "null"], "propertyNames": names, "additionalProperties": schema(value)]
  }
}
