import Domain

/// Holds settings against their shapes and says everything that does not fit.
struct Checker {
  var findings: Findings

  /// The top level: entries of all files together.
  mutating func check(root: ObjectShape, entries: [Located.Entry], place: Place) -> Checked {
    Checked(place: place, value: .object(fields(of: root, entries, at: place, fields: root.fields, isFree: false), form: nil))
  }

  /// - Parameter isFree: `unchecked: true` stands somewhere above.
  mutating func check(_ located: Located, _ shape: Shape, _ what: String, isFree: Bool) -> Checked {
    switch shape {
    case .list(let item, let leading, let count): list(located, item, leading, count, what, isFree)
    case .map(let keys, let value): map(located, keys, value, what, isFree)
    case .columns: columns(located, what, isFree)
    case .object(let object): self.object(located, object, what, isFree)
    case .either(let short, let object): either(located, short, object, what, isFree)
    case .forms(let forms): self.forms(located, forms, what, isFree)
    case .kinds(let forms): kinds(located, forms, what, isFree)
    default: scalar(located, shape, what, isFree)
    }
  }

  private func invalid(_ located: Located) -> Checked { Checked(place: located.place, value: .invalid) }

  private mutating func wrong(_ located: Located, _ message: String, suggestion: String? = nil) -> Checked {
    findings.error(located.place, message, suggestion: suggestion)
    return invalid(located)
  }

  // MARK: Containers

  private mutating func list(
    _ located: Located, _ item: Shape, _ leading: [Shape], _ count: ClosedRange<Int>, _ what: String, _ isFree: Bool
  ) -> Checked {
    guard case .list(let items) = located.content else {
      return wrong(located, "\"\(what)\" is a list, this is \(located.words)", suggestion: bracketed(located))
    }
    guard count.contains(items.count) else {
      return wrong(located, "\"\(what)\" has \(count.lowerBound) to \(count.upperBound) items, not \(items.count)")
    }
    var checked: [Checked] = []
    for (index, value) in items.enumerated() {
      checked.append(check(value, leading.indices.contains(index) ? leading[index] : item, "item \(index + 1) of \(what)", isFree: isFree))
    }
    return Checked(place: located.place, value: .list(checked))
  }

  /// `to: team` was meant as `to: [team]`.
  private func bracketed(_ located: Located) -> String? {
    if case .scalar(let text, .plain) = located.content, text.count <= 64 { "[\(text)]" } else { nil }
  }

  private mutating func map(_ located: Located, _ keys: Shape.KeyRule, _ shape: Shape, _ what: String, _ isFree: Bool) -> Checked {
    if case .nothing = located.content { return Checked(place: located.place, value: .map([])) }
    guard case .map(let entries) = located.content else {
      return wrong(located, "\"\(what)\" is a mapping of names, this is \(located.words)")
    }
    guard entries.count <= 1_000 else { return wrong(located, "\"\(what)\" has more than 1000 entries") }
    var members: [Checked.Member] = []
    for entry in entries where accepts(entry, keys) {
      members.append(
        Checked.Member(name: entry.key, place: entry.place, value: check(entry.value, shape, entry.key, isFree: isFree)))
    }
    return Checked(place: located.place, value: .map(members))
  }

  private mutating func accepts(_ entry: Located.Entry, _ keys: Shape.KeyRule) -> Bool {
    switch keys {
    case .names:
      if Self.isName(entry.key) { return true }
      findings.error(
        entry.place, "\"\(entry.key.prefix(80))\" is no name: small letters, digits and _, beginning with a letter, at most 64",
        suggestion: Self.asName(entry.key))
    case .texts:
      if (1...200).contains(entry.key.count) { return true }
      findings.error(entry.place, "a value here has 1 to 200 characters")
    }
    return false
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (1...64).contains(text.utf8.count), isSmallLetter(first) else { return false }
    return text.utf8.allSatisfy { isSmallLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_") }
  }

  private static func isSmallLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

  private static func asName(_ text: String) -> String? {
    let name = String(text.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
    return isName(name) ? name : nil
  }

  private mutating func columns(_ located: Located, _ what: String, _ isFree: Bool) -> Checked {
    switch located.content {
    case .list: list(located, .text, [], 0...1_000, what, isFree)
    case .map: map(located, .texts, .text, what, isFree)
    default: wrong(located, "\"\(what)\" is \(Shape.columns.words), this is \(located.words)", suggestion: bracketed(located))
    }
  }

  private mutating func either(_ located: Located, _ short: Shape, _ object: ObjectShape, _ what: String, _ isFree: Bool) -> Checked {
    if case .map = located.content { return self.object(located, object, what, isFree) }
    return check(located, short, what, isFree: isFree)
  }

  private mutating func forms(_ located: Located, _ forms: [Shape.Form], _ what: String, _ isFree: Bool) -> Checked {
    let keys = forms.map(\.key)
    let list = keys.map { "\"\($0)\"" }.joined(separator: ", ")
    guard case .map(let entries) = located.content else {
      return wrong(located, "\"\(what)\" is a mapping with one of \(list), this is \(located.words)")
    }
    let present = entries.filter { keys.contains($0.key) }
    if let second = present.dropFirst().first {
      findings.error(second.place, "\"\(what)\" has only one of \(list); \"\(present[0].key)\" is there already")
      return invalid(located)
    }
    guard let key = present.first?.key, let form = forms.first(where: { $0.key == key }) else {
      for entry in entries {
        guard let meant = nearest(entry.key, in: keys) else { continue }
        findings.error(entry.place, "unknown key \"\(entry.key)\"", suggestion: meant)
        return invalid(located)
      }
      return wrong(located, "\"\(what)\" needs one of \(list)")
    }
    var checked = object(located, form.object, what, isFree)
    if case .object(let fields, _) = checked.value { checked.value = .object(fields, form: key) }
    return checked
  }

  private mutating func kinds(_ located: Located, _ forms: [Shape.Form], _ what: String, _ isFree: Bool) -> Checked {
    guard case .map(let entries) = located.content else {
      return wrong(located, "\"\(what)\" is a mapping with a \"kind\", this is \(located.words)")
    }
    guard let entry = entries.first(where: { $0.key == "kind" }) else {
      return wrong(located, "missing key \"kind\": \(forms.map(\.key).joined(separator: " or "))")
    }
    let kind = check(entry.value, .choice(forms.map(\.key)), "kind", isFree: isFree)
    guard let form = forms.first(where: { $0.key == kind.text }) else { return invalid(located) }
    var checked = object(located, form.ofKind, what, isFree)
    if case .object(let fields, _) = checked.value { checked.value = .object(fields, form: form.key) }
    return checked
  }

  // MARK: Objects

  private mutating func object(_ located: Located, _ shape: ObjectShape, _ what: String, _ isFree: Bool) -> Checked {
    let entries: [Located.Entry]
    switch located.content {
    case .map(let found): entries = found
    case .nothing where !shape.fields.contains(where: \.isRequired) && shape.exactlyOneOf.isEmpty: entries = []
    default:
      let keys = shape.fields.prefix(4).map(\.name).joined(separator: ", ")
      return wrong(located, "\"\(what)\" is a mapping with keys like \(keys), this is \(located.words)")
    }
    let isFree = isFree || (shape.hasRange && Self.isUnchecked(entries))
    let place = located.place
    let fields = fields(of: shape, entries, at: place, fields: shape.allFields, isFree: isFree)
    checkChoice(shape, entries, place, what)
    return Checked(place: place, value: .object(fields, form: nil))
  }

  private static func isUnchecked(_ entries: [Located.Entry]) -> Bool {
    entries.contains {
      if $0.key == "unchecked", case .scalar("true", .plain) = $0.value.content { true } else { false }
    }
  }

  private mutating func fields(
    of shape: ObjectShape, _ entries: [Located.Entry], at place: Place, fields: [Field], isFree: Bool
  ) -> [String: Checked] {
    var result: [String: Checked] = [:]
    let present = Set(entries.map(\.key))
    let names = fields.map(\.name)
    let free = names.filter { !present.contains($0) }
    for entry in entries {
      if let field = fields.first(where: { $0.name == entry.key }) {
        result[entry.key] = check(entry.value, field.shape, entry.key, isFree: isFree)
      } else {
        let meant = nearest(entry.key, in: free) ?? nearest(entry.key, in: names)
        findings.error(entry.place, "unknown key \"\(entry.key.prefix(80))\"", suggestion: meant)
        if findings.all.count >= Findings.limit { break }
      }
    }
    for field in fields where field.isRequired && result[field.name] == nil {
      findings.error(place, "missing key \"\(field.name)\": \(field.doc)")
    }
    return result
  }

  private mutating func checkChoice(_ shape: ObjectShape, _ entries: [Located.Entry], _ place: Place, _ what: String) {
    guard !shape.exactlyOneOf.isEmpty else { return }
    let present = entries.filter { shape.exactlyOneOf.contains($0.key) }
    let list = shape.exactlyOneOf.map { "\"\($0)\"" }.joined(separator: ", ")
    if present.isEmpty { findings.error(place, "\"\(what)\" needs one of \(list)") }
    if let second = present.dropFirst().first {
      findings.error(second.place, "\"\(what)\" has only one of \(list); \"\(present[0].key)\" is there already")
    }
  }

  // MARK: Scalars

  private mutating func scalar(_ located: Located, _ shape: Shape, _ what: String, _ isFree: Bool) -> Checked {
    guard case .scalar(let text, let style) = located.content else {
      if case .nothing = located.content { return wrong(located, "\"\(what)\" has no value") }
      return wrong(located, "\"\(what)\" is \(shape.words), this is \(located.words)")
    }
    switch ScalarCheck(text: text, style: style, isFree: isFree).check(shape) {
    case .right(let value): return Checked(place: located.place, value: value, style: style)
    case .wrong(let reason, let suggestion): return wrong(located, "\"\(what)\" \(reason)", suggestion: suggestion)
    }
  }
}
