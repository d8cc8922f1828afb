import Domain
import Foundation

/// A directory of `*.yaml` files.
public struct SettingsDirectory: Sendable {
  /// Files of one directory, at most.
  public static let mostFiles = 100

  public let path: String

  public init(path: String) { self.path = path }

  /// Reads every `*.yaml` and `*.yml` directly in the directory, in the alphabet's order, and loads them together.
  /// Trouble with the directory itself is a diagnostic too. `file:PATH` is relative to the directory.
  public func load(environment: [String: String]) -> LoadResult {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).filter(isSettingsFile).sorted()
    } catch {
      return refusal("the directory cannot be read; `holdfast init DIR` makes one with a configuration to start from")
    }
    if names.isEmpty { return refusal("there is no .yaml file in this directory; `holdfast init DIR` writes some to start from") }
    if names.count > Self.mostFiles { return refusal("there are more than \(Self.mostFiles) .yaml files in this directory") }
    var files: [(name: String, text: String)] = []
    var unread: [Diagnostic] = []
    for name in names {
      switch read(name) {
      case .success(let text): files.append((name, text))
      case .failure(let reason): unread.append(diagnostic(name, reason.message))
      }
    }
    if !unread.isEmpty { return LoadResult(blueprint: nil, diagnostics: unread) }
    return SettingsLoader.load(files: files, environment: environment) { file in
      let resolved = file.hasPrefix("/") ? file : path + "/" + file
      return try? Self.text(atPath: resolved, limit: 64_000).get()
    }
  }

  private struct Unreadable: Error { var message: String }

  private func isSettingsFile(_ name: String) -> Bool { !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) }

  private func read(_ name: String) -> Result<String, Unreadable> { Self.text(atPath: path + "/" + name, limit: YAMLReader.largestFile) }

  private static func text(atPath path: String, limit: Int) -> Result<String, Unreadable> {
    guard let handle = FileHandle(forReadingAtPath: path) else { return .failure(Unreadable(message: "the file cannot be opened")) }
    defer { try? handle.close() }
    do {
      // One byte more than allowed tells whether there is more, without reading a file of any size.
      let data = try handle.read(upToCount: limit + 1) ?? Data()
      guard data.count <= limit else { return .failure(Unreadable(message: "the file is larger than \(limit / 1_000) kB")) }
      guard let text = String(data: data, encoding: .utf8) else { return .failure(Unreadable(message: "the file is not UTF-8")) }
      return .success(text)
    } catch {
      return .failure(Unreadable(message: "the file cannot be read: \(error.localizedDescription)"))
    }
  }

  private func diagnostic(_ file: String, _ message: String) -> Diagnostic {
    Diagnostic(file: file, line: 1, column: 1, severity: .error, message: message)
  }

  private func refusal(_ message: String) -> LoadResult { LoadResult(blueprint: nil, diagnostics: [diagnostic(path, message)]) }
}
