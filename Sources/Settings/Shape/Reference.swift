import Domain

/// Every key as Markdown tables, made from the definitions that also check settings; stands in `docs/configuration.md`.
public enum SettingsReference {
  public static var markdown: String {
    var text = ""
    section("Top level", Keys.root, into: &text)
    return text
  }

  private static func section(_ title: String, _ object: ObjectShape, into text: inout String) {
    text += "### \(title)\n\n\(object.doc)\n\n| key | value | default | meaning |\n|---|---|---|---|\n"
    for field in object.fields {
      let standard = field.isRequired ? "required" : field.standard.map(plain) ?? ""
      text += "| `\(field.name)` | \(words(field.shape)) | \(standard) | \(field.doc) |\n"
    }
    text += "\n"
    for field in object.fields { inner(field.shape, path: title == "Top level" ? field.name : "\(title).\(field.name)", into: &text) }
  }

  private static func inner(_ shape: Shape, path: String, into text: inout String) {
    switch shape {
    case .object(let object), .either(_, let object): section(path, object, into: &text)
    case .map(_, let value): inner(value, path: path + ".NAME", into: &text)
    case .list(let item, _, _): inner(item, path: path + "[]", into: &text)
    // A variant's measures are the same forms again.
    case .forms where path.contains("variants"): break
    case .forms(let forms): for form in forms { section("\(path) with \(form.key)", form.object, into: &text) }
    case .kinds(let forms): for form in forms { section("\(path) of kind \(form.key)", form.ofKind, into: &text) }
    default: break
    }
  }

  private static func words(_ shape: Shape) -> String {
    switch shape {
    case .map(_, let value): "names, each with " + words(value)
    case .list(let item, let leading, _):
      leading.isEmpty ? "a list of " + words(item) : "a list; " + leadingWords(leading)
    case .either(let short, _): short.words + ", or a mapping"
    default: shape.words
    }
  }

  /// The ranges of the first items, where each has its own.
  private static func leadingWords(_ shapes: [Shape]) -> String {
    let ranges = shapes.compactMap { shape -> String? in
      guard case .object(let object) = shape, case .duration(let range?, _)? = object.fields.first?.shape else { return nil }
      return "\(range.lowerBound.text) to \(range.upperBound.text)"
    }
    return "the first three within " + ranges.joined(separator: ", ")
  }

  private static func plain(_ json: JSON) -> String {
    switch json {
    case .string(let text): text
    case .integer(let value): String(value)
    case .bool(let value): String(value)
    default: ""
    }
  }
}
