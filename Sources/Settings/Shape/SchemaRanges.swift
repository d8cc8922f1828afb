import Domain

/// The ranges of numbers as a schema of their own, laid over the other: `unchecked: true` lifts them for its mapping and all below,
/// which a `minimum` at the number itself could not know. Ranges of durations stand in descriptions only; a schema cannot compare them.
enum SchemaRanges {
  static func of(root: ObjectShape) -> JSON? { properties(of: root) }

  private static func of(_ shape: Shape) -> JSON? {
    switch shape {
    case .integer(let range?): ["minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound))]
    case .number(let range?): ["minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    case .list(let item, let leading, _): list(item, leading)
    case .map(_, let value): of(value).map { ["additionalProperties": $0] }
    case .object(let object): of(object)
    case .either(_, let object): of(object).map { ["if": ["type": "object"], "then": $0] }
    case .forms(let forms): self.forms(forms) { ["required": [.string($0)]] }
    case .kinds(let forms): self.forms(forms) { ["properties": ["kind": ["const": .string($0)]]] }
    default: nil
    }
  }

  private static func of(_ object: ObjectShape) -> JSON? {
    properties(of: object).map {
      ["if": ["properties": ["unchecked": ["const": true]], "required": ["unchecked"]], "else": $0]
    }
  }

  private static func properties(of object: ObjectShape) -> JSON? {
    let ranged = object.fields.compactMap { field in of(field.shape).map { JSON.Member(field.name, $0) } }
    return ranged.isEmpty ? nil : ["properties": .object(ranged)]
  }

  private static func list(_ item: Shape, _ leading: [Shape]) -> JSON? {
    guard let items = of(item) else { return nil }
    if leading.isEmpty { return ["items": items] }
    return ["prefixItems": .array(leading.map { of($0) ?? true }), "items": items]
  }

  /// - Parameter isOne: the schema by which an object of the form with that key is known.
  private static func forms(_ forms: [Shape.Form], _ isOne: (String) -> JSON) -> JSON? {
    let ranged = forms.compactMap { form in
      of(form.object).map { JSON.object([.init("if", isOne(form.key)), .init("then", $0)]) }
    }
    return ranged.isEmpty ? nil : ["allOf": .array(ranged)]
  }
}
