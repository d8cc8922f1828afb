/// One thing wrong, or worth a second look, in a settings file.
public struct Diagnostic: Hashable, Sendable {
  public enum Severity: String, Hashable, Sendable { case error, warning }

  public var file: String
  /// From 1.
  public var line: Int
  /// From 1, counted in characters (Unicode scalars).
  public var column: Int
  public var severity: Severity
  public var message: String
  /// What to write instead, where that can be guessed.
  public var suggestion: String?

  public init(file: String, line: Int, column: Int, severity: Severity, message: String, suggestion: String? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.severity = severity
    self.message = message
    self.suggestion = suggestion
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `health.yaml:12:7: error: unknown key "stepz", did you mean "steps"?`
  public var description: String {
    let guess = suggestion.map { $0.contains("\"") ? ", did you mean \($0), with the quotes?" : ", did you mean \"\($0)\"?" } ?? ""
    return "\(file):\(line):\(column): \(severity.rawValue): \(message)\(guess)"
  }
}

/// Where something stands.
struct Place: Hashable, Sendable {
  var file: String
  var line: Int
  var column: Int
}

/// Collects what is found wrong, so that a run tells everything at once; bounded, since hostile input could be wrong a million times.
struct Findings {
  static let limit = 1_000
  private(set) var all: [Diagnostic] = []
  private(set) var hasErrors = false

  mutating func error(_ place: Place, _ message: String, suggestion: String? = nil) { add(.error, place, message, suggestion) }

  mutating func warn(_ place: Place, _ message: String, suggestion: String? = nil) { add(.warning, place, message, suggestion) }

  private mutating func add(_ severity: Diagnostic.Severity, _ place: Place, _ message: String, _ suggestion: String?) {
    guard all.count < Self.limit || (severity == .error && !hasErrors) else { return }
    if severity == .error { hasErrors = true }
    all.append(
      Diagnostic(
        file: place.file, line: place.line, column: place.column, severity: severity, message: message, suggestion: suggestion))
  }
}
