import Domain

/// A YAML file that is no configuration (an import plan, a column map) as a JSON value, under the same bounds as the configuration.
public enum YAMLDocument {
  /// Plain scalars become numbers and booleans where they spell one; quoted ones stay text.
  /// - Returns: every error found, or the value.
  public static func json(_ text: String, file: String) -> Result<JSON, Problems> {
    var findings = Findings()
    let entries = YAMLReader.read(file: file, text: text, findings: &findings)
    let errors = findings.all.filter { $0.severity == .error }
    if !errors.isEmpty { return .failure(Problems(diagnostics: errors)) }
    return .success(object(entries))
  }

  public struct Problems: Error, CustomStringConvertible {
    public var diagnostics: [Diagnostic]
    public var description: String { diagnostics.map { "\($0)" }.joined(separator: "\n") }
  }

  private static func object(_ entries: [Located.Entry]) -> JSON {
    .object(entries.map { JSON.Member($0.key, json($0.value)) })
  }

  private static func json(_ located: Located) -> JSON {
    switch located.content {
    case .nothing: return .null
    case .list(let items): return .array(items.map(json))
    case .map(let entries): return object(entries)
    case .scalar(let text, .plain):
      if text == "true" || text == "false" { return .bool(text == "true") }
      if let integer = Int64(text) { return .integer(integer) }
      if let number = Double(text), number.isFinite, text.first.map({ $0.isNumber || $0 == "-" }) == true { return .number(number) }
      return .string(text)
    case .scalar(let text, _): return .string(text)
    }
  }
}
