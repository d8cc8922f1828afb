import Domain

/// Which columns of a file become which fields of a record. What it does not say is found by the usual column names.
public struct ColumnMap: Hashable, Sendable {
  /// By field name (`RecordKind.fields`).
  public var fields: [String: ColumnSource]
  /// What becomes attributes (customers), traits (contacts) or properties (events); `nil`: every column that no field uses.
  public var extras: [Extra]?
  /// Rows count only where all of these hold; the others are passed over.
  public var conditions: [Condition]

  public struct Extra: Hashable, Sendable {
    public var name: String
    public var source: ColumnSource
    public init(_ name: String, _ source: ColumnSource) {
      self.name = name
      self.source = source
    }
  }

  /// A column has one of these texts.
  public struct Condition: Hashable, Sendable {
    public var column: String
    public var values: [String]
    public init(column: String, values: [String]) {
      self.column = column
      self.values = values
    }
  }

  public init(fields: [String: ColumnSource] = [:], extras: [Extra]? = nil, conditions: [Condition] = []) {
    self.fields = fields
    self.extras = extras
    self.conditions = conditions
  }

  /// The files that the map looks values up in; to be loaded into tables before rows are read.
  public var lookups: Set<Lookup> {
    Set((Array(fields.values) + (extras ?? []).map(\.source)).compactMap { if case .lookup(let lookup, _) = $0 { lookup } else { nil } })
  }

  /// Every column that the map names.
  public var columns: [String] {
    let sources = fields.sorted { $0.key < $1.key }.map(\.value) + (extras ?? []).map(\.source)
    return sources.flatMap(\.columns) + conditions.map(\.column)
  }

  /// The columns the map names and a file with this header does not have.
  public func missingColumns(in header: [String]) -> [String] {
    let known = Set(header.map(ColumnIndex.key))
    return columns.filter { !known.contains(ColumnIndex.key($0)) }
  }
}

/// What is wrong in a column map or an import plan, and where in it.
public struct ColumnMapError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `steps[2].map.id`.
  public var path: String
  public var problem: String

  init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  public var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

extension ColumnMap {
  private static let keys = ["map", "attributes", "traits", "properties", "where"]

  /// From flags: `--map field=SOURCE` (see `ColumnSource.init(text:)`) and `--where column=value`.
  public init(mapFlags: [String], whereFlags: [String] = []) throws(ColumnMapError) {
    self.init()
    for flag in mapFlags {
      let (name, source) = try Self.pair(flag, "--map")
      fields[name] = ColumnSource(text: source)
    }
    for flag in whereFlags {
      let (column, value) = try Self.pair(flag, "--where")
      conditions.append(Condition(column: column, values: [value]))
    }
  }

  private static func pair(_ flag: String, _ option: String) throws(ColumnMapError) -> (String, String) {
    guard let equals = flag.firstIndex(of: "="), equals > flag.startIndex, flag.index(after: equals) < flag.endIndex else {
      throw ColumnMapError("\(option) \(flag)", "must have the form name=value")
    }
    return (String(flag[..<equals]), String(flag[flag.index(after: equals)...]))
  }

  /// From a map file: an object with `map`, `attributes` (or `traits`, `properties`) and `where`; or the content of `map` alone.
  public init(json: JSON) throws(ColumnMapError) {
    guard let members = json.members else { throw ColumnMapError("", "a column map must be an object") }
    if members.contains(where: { Self.keys.contains($0.name) && $0.value.string == nil }) {
      try Self.only(Self.keys, in: json, "")
      try self.init(parts: json, path: "")
    } else {
      try self.init(parts: ["map": json], path: "")
    }
  }

  /// Reads `map`, `attributes` and `where` out of an object that may have more.
  init(parts json: JSON, path: String) throws(ColumnMapError) {
    self.init()
    let prefix = path.isEmpty ? "" : path + "."
    if let map = json["map"] {
      guard let members = map.members else { throw ColumnMapError(prefix + "map", "must be an object of fields and columns") }
      for member in members { fields[member.name] = try ColumnSource(json: member.value, path: prefix + "map." + member.name) }
    }
    for key in ["attributes", "traits", "properties"] {
      guard let value = json[key] else { continue }
      extras = (extras ?? []) + (try Self.extras(value, prefix + key))
    }
    if let value = json["where"] { conditions = try Self.conditions(value, prefix + "where") }
  }

  private static func extras(_ json: JSON, _ path: String) throws(ColumnMapError) -> [Extra] {
    var extras: [Extra] = []
    if let items = json.array {
      for (index, item) in items.enumerated() {
        guard case .string(let column) = item else { throw ColumnMapError("\(path)[\(index)]", "must be a column's name") }
        extras.append(Extra(column, .column(column)))
      }
      return extras
    }
    guard let members = json.members else { throw ColumnMapError(path, "must be a list of columns or an object of names and columns") }
    for member in members { extras.append(Extra(member.name, try ColumnSource(json: member.value, path: path + "." + member.name))) }
    return extras
  }

  private static func conditions(_ json: JSON, _ path: String) throws(ColumnMapError) -> [Condition] {
    guard let members = json.members else { throw ColumnMapError(path, "must be an object of columns and values") }
    var conditions: [Condition] = []
    for member in members {
      let values = (member.value.array ?? [member.value]).compactMap(RecordText.text)
      guard !values.isEmpty else { throw ColumnMapError(path + "." + member.name, "must be a value or a list of values") }
      conditions.append(Condition(column: member.name, values: values))
    }
    return conditions
  }

  /// Fails on a member that is not among the names.
  static func only(_ names: [String], in json: JSON, _ path: String) throws(ColumnMapError) {
    for member in json.members ?? [] where !names.contains(member.name) {
      throw ColumnMapError(
        path.isEmpty ? member.name : path + "." + member.name, "is unknown here; known are \(names.joined(separator: ", "))")
    }
  }

  static func text(_ name: String, in json: JSON, _ path: String) throws(ColumnMapError) -> String {
    guard case .string(let text)? = json[name], !text.isEmpty else { throw ColumnMapError(path + "." + name, "must be a text") }
    return text
  }

  /// Fails on fields that the kind does not have.
  func check(for kind: RecordKind, path: String) throws(ColumnMapError) {
    let known = kind.fields.map(\.name)
    for field in fields.keys.sorted() where !known.contains(field) {
      let place = path.isEmpty ? "map." + field : path + ".map." + field
      throw ColumnMapError(place, "\(kind.rawValue) have no field '\(field)'; they have \(known.joined(separator: ", "))")
    }
  }
}
