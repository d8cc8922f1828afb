import Domain

/// What may stand at a place of the settings. The one definition from which both the checks and the JSON Schema are made.
indirect enum Shape: Sendable {
  case text
  /// A word of the user's own, used to refer to the thing: `[a-z][a-z0-9_]*`.
  case name
  case integer(ClosedRange<Int>?)
  case number(ClosedRange<Double>?)
  case boolean
  /// `14d`, `30m`; with `orNever` also the word "never".
  case duration(ClosedRange<TimeSpan>?, orNever: Bool = false)
  /// A number or a duration.
  case quantity
  /// `02:00`; with `orOff` also the word "off".
  case timeOfDay(orOff: Bool = false)
  case timeZone
  /// Without the slashes at its end, because paths are put after it; `asWritten` keeps it as it is, where it is compared with a name.
  case url(asWritten: Bool = false)
  case choice([String])
  case expression
  /// SQL, over several lines if need be.
  case query
  /// `${NAME}`, `file:PATH`, or (with a warning) the secret itself.
  case secret
  /// `leading` are the shapes of the first items, where they differ.
  case list(Shape, leading: [Shape] = [], count: ClosedRange<Int> = 0...1_000)
  /// Keys of the user's own.
  case map(keys: KeyRule, Shape)
  /// A list of texts, or keys of the user's own with a text each.
  case columns
  case object(ObjectShape)
  /// A single value as a short form, or an object.
  case either(Shape, ObjectShape)
  /// Objects told apart by which key is there.
  case forms([Form])
  /// Objects told apart by the value of their key `kind`, which is the form's key.
  case kinds([Form])

  enum KeyRule: Sendable {
    case names
    /// Any text up to 200 characters.
    case texts
  }

  struct Form: Sendable {
    /// The key that only this form has, and must have; for `kinds` the value of `kind`.
    var key: String
    var object: ObjectShape

    /// The object with the key `kind`, for `kinds`.
    var ofKind: ObjectShape {
      var object = object
      object.fields.insert(Field("kind", .choice([key]), "What it is.", required: true), at: 0)
      return object
    }
  }

  static func object(_ doc: String, _ fields: [Field], exactlyOneOf: [String] = []) -> Shape {
    .object(ObjectShape(doc: doc, fields: fields, exactlyOneOf: exactlyOneOf))
  }

  static func oneOf<T: CaseIterable & RawRepresentable>(_ type: T.Type) -> Shape where T.RawValue == String {
    .choice(T.allCases.map(\.rawValue))
  }
}

struct ObjectShape: Sendable {
  var doc: String
  var fields: [Field]
  /// Of these keys exactly one must be there.
  var exactlyOneOf: [String] = []
}

struct Field: Sendable {
  var name: String
  var shape: Shape
  var doc: String
  var isRequired: Bool
  /// What holds where the key is left out, for people and editors.
  var standard: JSON?

  init(_ name: String, _ shape: Shape, _ doc: String, required: Bool = false, default standard: JSON? = nil) {
    self.name = name
    self.shape = shape
    self.doc = doc
    isRequired = required
    self.standard = standard
  }
}

extension Shape {
  /// Whether a range applies somewhere inside, so that `unchecked: true` has something to lift.
  var hasRange: Bool {
    switch self {
    case .integer(let range): range != nil
    case .number(let range): range != nil
    case .duration(let range, _): range != nil
    case .list(let item, let leading, _): item.hasRange || leading.contains(where: \.hasRange)
    case .map(_, let value): value.hasRange
    case .object(let object): object.hasRange
    case .either(let short, let object): short.hasRange || object.hasRange
    case .forms(let forms), .kinds(let forms): forms.contains { $0.object.hasRange }
    default: false
    }
  }
}

extension ObjectShape {
  var hasRange: Bool { fields.contains { $0.shape.hasRange } }

  /// The fields and, where there are ranges to lift, `unchecked`.
  var allFields: [Field] { hasRange ? fields + [Self.unchecked] : fields }

  private static let unchecked = Field(
    "unchecked", .boolean, "`true` lifts the ranges of the values in this mapping and below it.", default: false)
}
