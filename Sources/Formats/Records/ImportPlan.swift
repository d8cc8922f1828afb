import Domain

/// An ordered list of files to import, for `holdfast import --plan`.
public struct ImportPlan: Hashable, Sendable {
  public var steps: [Step]

  public struct Step: Hashable, Sendable {
    public var kind: RecordKind
    /// Relative to the folder the plan is run on.
    public var file: String
    public var map: ColumnMap
    /// For people; default the file's name.
    public var title: String
    public init(kind: RecordKind, file: String, map: ColumnMap = ColumnMap(), title: String? = nil) {
      self.kind = kind
      self.file = file
      self.map = map
      self.title = title ?? file
    }
  }

  public init(steps: [Step]) { self.steps = steps }

  /// From a plan file: `{steps: [{kind, file, title, map, attributes | traits | properties, where}, …]}`, or the list alone.
  /// - Throws: `ColumnMapError` with the place of the first thing wrong.
  public init(json: JSON) throws(ColumnMapError) {
    if json.members != nil { try ColumnMap.only(["steps"], in: json, "") }
    guard let items = json["steps"]?.array ?? json.array else { throw ColumnMapError("steps", "must be a list") }
    guard !items.isEmpty else { throw ColumnMapError("steps", "is empty") }
    steps = []
    for (index, item) in items.enumerated() { steps.append(try Step(json: item, path: "steps[\(index)]")) }
  }
}

extension ImportPlan.Step {
  fileprivate init(json: JSON, path: String) throws(ColumnMapError) {
    guard json.members != nil else { throw ColumnMapError(path, "must be an object with kind and file") }
    try ColumnMap.only(["kind", "file", "title", "map", "attributes", "traits", "properties", "where"], in: json, path)
    let name = try ColumnMap.text("kind", in: json, path)
    guard let kind = RecordKind(rawValue: name) else {
      let known = RecordKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ColumnMapError(path + ".kind", "'\(name)' is no kind of record; there are \(known)")
    }
    let map = try ColumnMap(parts: json, path: path)
    try map.check(for: kind, path: path)
    self.init(kind: kind, file: try ColumnMap.text("file", in: json, path), map: map, title: json["title"]?.string)
  }
}
