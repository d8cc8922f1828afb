import Foundation

/// The checked-out repository these tests stand in, read once.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let sources: [SwiftFile] = swiftFiles(under: "Sources")
  /// All Swift that we wrote: sources, tests, benchmarks, the manifest.
  static let swift: [SwiftFile] = sources + swiftFiles(under: "Tests") + swiftFiles(under: "Benchmarks") + [manifest]
  static let manifest = SwiftFile(path: "Package.swift", text: text("Package.swift"))
  /// All Markdown that readers meet.
  static let documents: [Document] =
    (["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + paths(under: "docs") + paths(under: "Examples"))
    .filter { $0.hasSuffix(".md") }.map { Document(path: $0, text: text($0)) }

  /// The file's text; empty where there is no such file, which the check that needs it then reports.
  static func text(_ path: String) -> String {
    (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appending(path: path).path) }

  /// Paths of all files under a folder, relative to the root, sorted. Folders that tools make (`.venv`, `__pycache__`, …) are left out.
  static func paths(under folder: String) -> [String] {
    let start = root.appending(path: folder).path
    guard let walk = FileManager.default.enumerator(atPath: start) else { return [] }
    var found: [String] = []
    for case let path as String in walk {
      let parts = path.split(separator: "/")
      if parts.contains(where: { $0.hasPrefix(".") || $0 == "__pycache__" || $0 == "node_modules" }) { continue }
      found.append("\(folder)/\(path)")
    }
    return found.sorted()
  }

  private static func swiftFiles(under folder: String) -> [SwiftFile] {
    paths(under: folder).filter { $0.hasSuffix(".swift") }.map { SwiftFile(path: $0, text: text($0)) }
  }
}
