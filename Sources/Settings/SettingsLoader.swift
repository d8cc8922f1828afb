import Domain

/// What reading a set of files gave.
public struct LoadResult: Sendable {
  /// `nil` where there is any error.
  public var blueprint: Blueprint?
  /// By file, line and column.
  public var diagnostics: [Diagnostic]

  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
}

/// Turns settings files into a checked `Blueprint`, or says everything that is wrong with them.
public enum SettingsLoader {
  /// - Parameters:
  ///   - files: names (for messages) and texts of the YAML files; each top-level key may stand in one of them only.
  ///   - environment: what `${NAME}` reads.
  ///   - readFile: what `file:PATH` reads; `nil` where there is no such file.
  public static func load(
    files: [(name: String, text: String)], environment: [String: String] = [:], readFile: (String) -> String? = { _ in nil }
  ) -> LoadResult {
    var findings = Findings()
    var entries: [Located.Entry] = []
    var places: [String: Place] = [:]
    for file in files {
      for entry in YAMLReader.read(file: file.name, text: file.text, findings: &findings) {
        if let other = places.updateValue(entry.place, forKey: entry.key) {
          findings.error(
            entry.place,
            "\"\(entry.key.prefix(80))\" stands in \(other.file):\(other.line) already; a top-level key stands in one file only")
        } else {
          entries.append(entry)
        }
      }
    }
    let top = Place(file: files.first?.name ?? "holdfast.yaml", line: 1, column: 1)
    // Where a file could not be read at all, what it would have held is not missing.
    let isPartial = findings.hasErrors
    var checker = Checker(findings: findings)
    let checked = checker.check(root: isPartial ? Keys.root.withoutRequired : Keys.root, entries: entries, place: top)
    let blueprint = withoutActuallyEscaping(readFile) { readFile in
      var builder = BlueprintBuilder(
        root: checked, surroundings: .init(environment: environment, readFile: readFile), positions: positions(of: files),
        findings: checker.findings)
      let blueprint = builder.build(version: version(of: entries))
      findings = builder.findings
      return blueprint
    }
    return LoadResult(blueprint: blueprint, diagnostics: sorted(findings.all))
  }

  private static func positions(of files: [(name: String, text: String)]) -> [String: ScalarPositions] {
    var positions: [String: ScalarPositions] = [:]
    for file in files where file.text.utf8.count <= YAMLReader.largestFile {
      positions[file.name] = ScalarPositions(text: file.text.normalized ?? "")
    }
    return positions
  }

  /// Of keys and values, in the alphabet's order at the top: comments and the division into files leave it as it is.
  private static func version(of entries: [Located.Entry]) -> String {
    var text = ""
    for entry in entries.sorted(by: { $0.key < $1.key }) {
      Canonical.quote(entry.key, into: &text)
      entry.value.canonical(into: &text)
    }
    return Canonical.digest(text)
  }

  private static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var seen: Set<Diagnostic> = []
    let distinct = diagnostics.filter { seen.insert($0).inserted }
    return distinct.enumerated().sorted {
      ($0.element.file, $0.element.line, $0.element.column, $0.offset) < ($1.element.file, $1.element.line, $1.element.column, $1.offset)
    }.map(\.element)
  }
}

extension ObjectShape {
  fileprivate var withoutRequired: ObjectShape {
    var shape = self
    for index in shape.fields.indices { shape.fields[index].isRequired = false }
    return shape
  }
}
